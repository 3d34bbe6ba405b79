"""Quotas, creations and deletions in time, and Azure Resource Manager's own throttling."""

from typing import Any

import pytest

from local.azure_emulator.messages import Response
from tests.emulator.bodies import container, group
from tests.emulator.in_process import SUBSCRIPTION, World, refused, told

SHOW = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/test-rg/providers"
VERSION = {"api-version": "2023-05-01"}


def of_cores(cpu: float, memory_gb: float = 1) -> dict[str, Any]:
    """A group of one container of this size."""
    return group(container("a", "x:1", resources={
        "requests": {"cpu": cpu, "memoryInGB": memory_gb}}))  # fmt: skip


@pytest.fixture
def world() -> World:
    """Without retries in the SDK, so that a test sees each reply."""
    return World(sdk_options={"retry_total": 0})


def test_a_new_emulator_has_azures_limits(world: World) -> None:
    """azure-docs, container-instances-resource-and-quota-limits."""
    limits = world.ask("GET", "/emulator/limits").body
    assert (limits["containerGroups"], limits["standardCores"]) == (100, 100)
    assert (limits["createsPer5Minutes"], limits["createsPerHour"]) == (100, 300)
    assert (limits["deletesPer5Minutes"], limits["deletesPerHour"]) == (100, 300)


def test_limits_that_are_not_named_are_azures_again(world: World) -> None:
    world.set_limits(standardCores=10)
    world.set_limits(createsPerHour=7)
    limits = world.ask("GET", "/emulator/limits").body
    assert (limits["standardCores"], limits["createsPerHour"]) == (100, 7)


@pytest.mark.parametrize(
    "limits", [[], {"cores": 1}, {"standardCores": -1}, {"standardCores": "9"}]
)
def test_limits_that_mean_nothing_are_refused(world: World, limits: Any) -> None:
    assert world.ask("PUT", "/emulator/limits", limits).status == 400


def test_a_group_beyond_the_quota_of_cores_is_refused_with_the_figures(world: World) -> None:
    """Sentence: azure-docs #51738."""
    world.set_limits(standardCores=4)
    world.put("one", of_cores(3))
    error = refused(lambda: world.put("two", of_cores(2)))
    assert told(error) == (400, "ContainerGroupQuotaReached")
    assert (
        "container group quota 'StandardCores' exceeded in region 'westeurope'. "
        "Limit: '4', Usage: '3' Requested: '2'." in str(error)
    )


def test_a_group_beyond_the_quota_of_groups_is_refused_until_one_is_gone(world: World) -> None:
    world.set_limits(containerGroups=1)
    world.run("one")
    world.delete("one")
    assert told(refused(lambda: world.put("two", group())))[1] == "ContainerGroupQuotaReached"
    world.clock.pass_seconds(5)
    assert world.put("two", group()).name == "two"


def test_quotas_hold_per_region(world: World) -> None:
    world.set_limits(containerGroups=1)
    world.put("one", group())
    assert world.put("two", group() | {"location": "East US"}).name == "two"


def test_an_update_takes_no_quota_twice(world: World) -> None:
    world.set_limits(containerGroups=1, standardCores=1)
    world.run("one")
    assert world.put("one", group()).name == "one"


def test_a_quota_of_nothing_answers_as_when_fraud_is_suspected(world: World) -> None:
    """Support article "container group quota exceeded in region"."""
    world.set_limits(containerGroups=0)
    error = refused(lambda: world.put("one", group()))
    assert told(error) == (409, "ServiceUnavailable")
    assert "Limit: '0', Usage: '0' Requested: '1'." in str(error)


@pytest.mark.parametrize("body", [of_cores(5), of_cores(1, 17)], ids=["cores", "memory"])
def test_a_group_of_more_than_4_cores_or_16_gb_finds_no_room(world: World, body: Any) -> None:
    """Support article "requested resource is not available in the location"."""
    error = refused(lambda: world.put("one", body))
    assert told(error) == (409, "ServiceUnavailable")
    assert "The requested resource is not available in the location 'westeurope'" in str(error)


def test_creations_are_limited_in_any_5_minutes(world: World) -> None:
    world.set_limits(createsPer5Minutes=2)
    for name in ("a", "b"):
        world.put(name, group())
        world.clock.pass_seconds(100)
    error = refused(lambda: world.put("c", group()))
    assert told(error) == (429, "TooManyRequests")
    assert retry_after(error) == 100
    world.clock.pass_seconds(100)
    assert world.put("c", group()).name == "c"
    assert refused(lambda: world.put("d", group())).status_code == 429


def test_creations_are_limited_in_any_hour(world: World) -> None:
    world.set_limits(createsPerHour=2)
    for name in ("a", "b"):
        world.put(name, group())
        world.clock.pass_seconds(1000)
    assert retry_after(refused(lambda: world.put("c", group()))) == 1600
    world.clock.pass_seconds(1600)
    assert world.put("c", group()).name == "c"


def test_deletions_are_limited_and_what_is_not_there_does_not_count(world: World) -> None:
    world.set_limits(deletesPer5Minutes=1)
    for name in ("one", "two"):
        world.put(name, group())
    world.delete("nothing")
    world.delete("one")
    assert told(refused(lambda: world.delete("two"))) == (429, "TooManyRequests")
    world.clock.pass_seconds(300)
    world.delete("two")


def retry_after(error: Any) -> int:
    """The header, in seconds."""
    return int(error.response.headers["Retry-After"])


def show(world: World, method: str = "GET", subscription: str = SUBSCRIPTION) -> Response:
    """A plain request, for its headers."""
    path = SHOW.replace(SUBSCRIPTION, subscription)
    return world.ask(method, f"{path}/Microsoft.ContainerInstance/containerGroups/x", **VERSION)


def test_every_reply_tells_how_many_requests_are_left(world: World) -> None:
    """learn, request-limits-and-throttling; 249 and 3749 as in azure-cli #30915."""
    for method, kind, own, everybody in (
        ("GET", "reads", "249", "3749"),
        ("PUT", "writes", "199", "2999"),
        ("DELETE", "deletes", "199", "2999"),
    ):
        headers = show(world, method, subscription="fresh").headers
        assert headers[f"x-ms-ratelimit-remaining-subscription-{kind}"] == own
        assert headers[f"x-ms-ratelimit-remaining-subscription-global-{kind}"] == everybody


def test_an_empty_bucket_answers_429_until_tokens_have_flowed_in(world: World) -> None:
    for _ in range(250):
        assert show(world).status == 404
    reply = show(world)
    assert (reply.status, reply.body["error"]["code"]) == (429, "SubscriptionRequestsThrottled")
    assert reply.headers["Retry-After"] == "1"
    world.clock.pass_seconds(1)
    assert [show(world).status for _ in range(26)] == [404] * 25 + [429]


def test_a_bucket_never_holds_more_than_its_size(world: World) -> None:
    world.set_limits(readTokens=3)
    show(world)
    world.clock.pass_seconds(3600)
    assert [show(world).status for _ in range(4)] == [404, 404, 404, 429]


def test_buckets_are_apart_for_reads_and_deletes_and_for_subscriptions(world: World) -> None:
    world.set_limits(readTokens=1, deleteTokens=1)
    assert show(world).status == 404
    assert show(world, "DELETE").status == 204
    assert show(world, subscription="another").status == 404
    assert show(world).status == 429


def test_the_sdk_waits_as_long_as_it_is_told_and_then_gets_through() -> None:
    world = World()
    world.set_limits(writeTokens=1, writeTokensPerSecond=1)
    world.put("one", group())
    world.put("two", group())
    assert world.transport.statuses == [201, 429, 201]
