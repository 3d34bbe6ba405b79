"""Faults on demand, met through the real SDK."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from local.azure_emulator.faults import BEHAVIOURS, LOST, OPERATIONS
from local.azure_emulator.known_errors import KNOWN_ERRORS
from tests.emulator.bodies import group
from tests.emulator.in_process import RUNNING_AFTER_SECONDS, Script, World, told


@pytest.mark.parametrize("operation", ["put", "get", "list", "delete", "logs"])
def test_each_operation_can_be_refused_with_a_code(world: World, operation: str) -> None:
    fault = {"operation": operation, "code": "AuthorizationFailed", "status": 403, "message": "No."}
    groups = world.client.container_groups
    requests: dict[str, Any] = {
        "put": lambda: world.put("one", group()),
        "get": lambda: world.get("one"),
        "list": lambda: list(groups.list()),
        "delete": lambda: world.delete("one"),
        "logs": lambda: world.log("one", "web"),
    }
    world.set_faults(fault)
    with pytest.raises(HttpResponseError) as refused:
        requests[operation]()
    assert told(refused.value) == (403, "AuthorizationFailed")
    assert "No." in str(refused.value)


def test_a_fault_with_a_count_stops_after_it_and_one_with_skip_begins_after_it(
    world: World,
) -> None:
    world.put("one", group())
    world.set_faults({"operation": "get", "code": "X", "status": 403, "count": 1, "skip": 1})
    outcomes = []
    for _ in range(3):
        try:
            world.get("one")
        except HttpResponseError as refused:
            outcomes.append(told(refused)[1])
        else:
            outcomes.append(None)
    assert outcomes == [None, "X", None]


def test_a_fault_concerns_only_whom_it_names(world: World) -> None:
    world.put("qscanner-a", group())
    world.put("other", group())
    world.set_faults({"operation": "get", "code": "X", "status": 403, "namePrefix": "qscanner-"})
    assert world.get("other").name == "other"
    with pytest.raises(HttpResponseError):
        world.get("qscanner-a")
    world.set_faults({"operation": "get", "status": 403, "resourceGroup": "elsewhere"})
    assert world.get("qscanner-a").name == "qscanner-a"


def test_an_empty_list_clears_all_faults(world: World) -> None:
    world.put("one", group())
    world.set_faults({"operation": "*", "code": "X", "status": 403})
    world.set_faults()
    assert world.get("one").name == "one"


def test_a_refused_request_takes_effect_only_where_it_is_applied(world: World) -> None:
    lost = {"operation": "put", "code": "Timeout", "status": 400}
    world.set_faults({**lost, "name": "a"}, {**lost, "name": "b", "applied": True})
    for name in ("a", "b"):
        with pytest.raises(HttpResponseError):
            world.put(name, group())
    assert [entry["name"] for entry in world.books()] == ["b"]


def test_a_delayed_reply_comes_late_and_the_request_took_effect_at_once(world: World) -> None:
    world.set_faults({"operation": "put", "delaySeconds": 30, "count": 1})
    before = world.clock.now()
    world.put("one", group())
    world.put("two", group())
    assert (world.clock.now() - before).total_seconds() == 30
    assert [entry["name"] for entry in world.books()] == ["one", "two"]


def test_a_probable_fault_happens_now_and_then(world: World) -> None:
    world.put("one", group())
    world.set_faults({"operation": "get", "code": "X", "status": 403, "probability": 0.5})
    refused = 0
    for _ in range(100):
        try:
            world.get("one")
        except HttpResponseError:
            refused += 1
    assert 20 < refused < 80


def test_the_sdk_is_told_how_long_to_wait(world: World) -> None:
    world.put("one", group())
    fault = {"operation": "get", "code": "TooManyRequests", "status": 429, "count": 1}
    world.set_faults({**fault, "retryAfterSeconds": 17})
    before = world.clock.now()
    assert world.get("one").name == "one"
    assert (world.clock.now() - before).total_seconds() == 17


def test_a_stuck_delete_says_that_it_succeeded_and_the_group_runs_on(world: World) -> None:
    world.put("one", group())
    world.clock.pass_seconds(RUNNING_AFTER_SECONDS)
    world.set_faults({"operation": "delete", "code": "stuck", "count": 1})
    world.client.container_groups.begin_delete("test-rg", "one").result()
    world.clock.pass_seconds(600)
    assert world.get("one").instance_view.state == "Running"


def test_a_slow_delete_takes_as_long_as_told(world: World) -> None:
    world.put("one", group())
    world.set_faults({"operation": "delete", "code": "slow", "seconds": 90})
    world.delete("one")
    world.clock.pass_seconds(89)
    assert world.get("one").provisioning_state == "Deleting"
    world.clock.pass_seconds(1)
    with pytest.raises(ResourceNotFoundError):
        world.get("one")


def test_a_failed_provisioning_starts_nothing(world: World) -> None:
    world.set_faults({"operation": "put", "code": "provisioningFailed"})
    world.put("one", group())
    world.clock.pass_seconds(60)
    assert world.get("one").provisioning_state == "Failed"
    assert world.runtime.started == []


def test_a_log_can_lose_its_head_or_lines_or_everything(world: World) -> None:
    world.runtime.scripts = {"nginx:1.27": Script(log=b"one\nSEAL two\nthree\n")}
    world.put("one", group())
    world.clock.pass_seconds(RUNNING_AFTER_SECONDS)
    seen = []
    for how in ({"truncateHeadBytes": 4}, {"dropLinesContaining": "SEAL"}, {"code": "empty"}):
        world.set_faults({"operation": "logs", **how})
        seen.append(world.log("one", "web"))
    assert seen == ["SEAL two\nthree\n", "one\nthree\n", None]


@pytest.mark.parametrize(
    "faults",
    [
        {"operation": "get"},
        [{"code": "X"}],
        [{"operation": "fly", "status": 500}],
        [{"operation": "get", "status": 200}],
        [{"operation": "get", "delaySeconds": 0}],
        [{"operation": "get", "delaySeconds": "long"}],
        [{"operation": "get", "delaySeconds": 1, "status": 500}],
        [{"operation": "delete", "code": "NobodyKnows"}],
    ],
)
def test_faults_that_mean_nothing_are_refused(world: World, faults: Any) -> None:
    assert world.ask("PUT", "/emulator/faults", faults).status == 400


EVERY_CODE = [
    *(("get", code) for code in KNOWN_ERRORS),
    *((operation, code) for operation, codes in BEHAVIOURS.items() for code in codes),
    *((operation, LOST) for operation in OPERATIONS),
]


@pytest.mark.parametrize(("operation", "code"), sorted(EVERY_CODE))
def test_every_fault_can_be_set_with_a_count_and_a_probability(
    world: World, operation: str, code: str
) -> None:
    fault = {"operation": operation, "code": code, "count": 2, "probability": 0.5}
    assert world.ask("PUT", "/emulator/faults", [fault]).status == 200


def test_what_goes_wrong_unsaid_keeps_to_its_count_and_probability_too(world: World) -> None:
    world.run("one")
    world.set_faults(
        {"operation": "get", "code": "noInstanceView", "count": 10, "probability": 0.5}
    )
    seen = [world.get("one").instance_view is None for _ in range(100)]
    assert sum(seen) == 10
    assert not all(seen[:10])


def test_with_one_seed_the_same_happens_again(world: World) -> None:
    world.run("one")
    faults = [{"operation": "get", "code": "noInstanceView", "probability": 0.5}]
    outcomes = []
    for seed in (1, 1, 2):
        world.ask("PUT", "/emulator/faults", {"seed": seed, "faults": faults})
        outcomes.append([world.get("one").instance_view is None for _ in range(30)])
    assert outcomes[0] == outcomes[1] != outcomes[2]
