"""Resource groups, and subscriptions that the caller has no rights on, through the real SDKs."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.bodies import group
from tests.emulator.in_process import PUBLIC, SUBSCRIPTION, World, refused, sdk_client, told
from tests.emulator.test_container_apps import body, names

OTHER = "5d3c1a2e-0000-4000-8000-000000000002"


@pytest.fixture
def world() -> World:
    """Without retries in the SDK, so that a test sees each reply."""
    return World(sdk_options={"retry_total": 0})


def reads(world: World, resource_group: str) -> dict[str, Callable[[], Any]]:
    """Every way in which an inventory looks at a resource group."""
    apps = world.apps()
    groups = world.client.container_groups
    return {
        "groups": lambda: list(groups.list_by_resource_group(resource_group)),
        "group": lambda: groups.get(resource_group, "one"),
        "log": lambda: world.client.containers.list_logs(resource_group, "one", "web"),
        "apps": lambda: list(apps.container_apps.list_by_resource_group(resource_group)),
        "app": lambda: apps.container_apps.get(resource_group, "one"),
        "revisions": lambda: list(
            apps.container_apps_revisions.list_revisions(resource_group, "one")
        ),
        "jobs": lambda: list(apps.jobs.list_by_resource_group(resource_group)),
        "job": lambda: apps.jobs.get(resource_group, "one"),
        "delete": lambda: groups.begin_delete(resource_group, "one", polling=False),
    }


READS = list(reads(World(), ""))


@pytest.mark.parametrize("way", READS)
def test_nothing_is_found_in_a_resource_group_that_does_not_exist(world: World, way: str) -> None:
    error = refused(reads(world, "unknown-rg")[way])
    assert told(error) == (404, "ResourceGroupNotFound")
    assert "Resource group 'unknown-rg' could not be found." in str(error)


def test_lists_of_an_empty_resource_group_are_empty(world: World) -> None:
    for way in ("groups", "apps", "jobs"):
        assert reads(world, "TEST-rg")[way]() == []


def test_what_is_put_into_a_resource_group_makes_it(world: World) -> None:
    """Here, not on Azure: nobody has to make one first."""
    world.put("one", group(), "new-rg")
    assert names(reads(world, "new-rg")["groups"]()) == ["one"]
    assert reads(world, "new-rg")["apps"]() == []


def test_what_lands_makes_its_resource_group_though_the_reply_says_otherwise(world: World) -> None:
    world.set_faults({"operation": "put", "code": "GatewayTimeout", "applied": True})
    assert told(refused(lambda: world.put("one", group(), "new-rg"))) == (504, "GatewayTimeout")
    assert world.get("one", "new-rg").name == "one"


def test_what_is_refused_makes_no_resource_group(world: World) -> None:
    refused(lambda: world.put("Not-legal", group(), "new-rg"))
    assert told(refused(reads(world, "new-rg")["groups"])) == (404, "ResourceGroupNotFound")


def test_a_resource_group_is_one_of_its_subscription_alone(world: World) -> None:
    groups = other_client(world).container_groups
    error = refused(lambda: list(groups.list_by_resource_group("test-rg")))
    assert told(error) == (404, "ResourceGroupNotFound")


def test_a_resource_group_can_be_made_and_read(world: World) -> None:
    path, version = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/a-rg", {"api-version": "1"}
    assert world.ask("GET", path, **version).status == 404
    assert world.ask("PUT", path, {}, **version).status == 400
    assert world.ask("PUT", path, {"location": "westeurope"}, **version).status == 201
    assert world.ask("PUT", path, {"location": "westeurope"}, **version).status == 200
    assert world.ask("GET", path.upper(), **version).body["name"] == "a-rg"


def deny(world: World, *subscriptions: str) -> None:
    reply = world.ask("PUT", "/emulator/access", {"deniedSubscriptions": list(subscriptions)})
    assert reply.status == 200
    assert world.ask("GET", "/emulator/access").body == reply.body


@pytest.mark.parametrize("way", READS)
def test_a_subscription_that_the_caller_has_no_rights_on_is_forbidden(
    world: World, way: str
) -> None:
    world.run("one")
    deny(world, SUBSCRIPTION.upper())
    assert told(refused(reads(world, "test-rg")[way])) == (403, "AuthorizationFailed")


def test_the_refusal_says_what_was_to_be_done_to_what(world: World) -> None:
    """The sentence: published replies of Azure Resource Manager."""
    deny(world, SUBSCRIPTION)
    error = refused(lambda: list(world.apps().container_apps.list_by_subscription()))
    assert (
        "does not have authorization to perform action 'Microsoft.App/containerApps/read' "
        f"over scope '/subscriptions/{SUBSCRIPTION}'" in str(error)
    )
    error = refused(lambda: world.put("one", group()))
    assert "'Microsoft.ContainerInstance/containerGroups/write'" in str(error)


def test_rights_hold_per_subscription_and_can_be_given_back(world: World) -> None:
    world.run("one")
    other_client(world).container_groups.begin_create_or_update(
        "other-rg", "two", group(), polling=False
    )
    deny(world, OTHER)
    assert names(world.client.container_groups.list()) == ["one"]
    assert refused(lambda: list(other_client(world).container_groups.list())).status_code == 403
    deny(world)
    assert names(other_client(world).container_groups.list()) == ["two"]


@pytest.mark.parametrize("told_so", [[], {}, {"deniedSubscriptions": "all"}, None])
def test_rights_that_mean_nothing_are_refused(world: World, told_so: Any) -> None:
    assert world.ask("PUT", "/emulator/access", told_so).status == 400


def test_apps_and_jobs_of_a_forbidden_subscription_raise_no_events(world: World) -> None:
    deny(world, SUBSCRIPTION)
    client = world.apps().jobs
    refused(lambda: client.begin_create_or_update("test-rg", "j", body(), polling=False))
    assert world.events == []


def other_client(world: World) -> Any:
    """The SDK's client of another subscription."""
    return sdk_client(PUBLIC, OTHER, transport=world.transport, retry_total=0)
