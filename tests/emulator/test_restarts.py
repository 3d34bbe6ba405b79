"""Containers that are started again: by their restart policy, or because the platform moves."""

from typing import Any

import pytest

from tests.emulator.bodies import container, group
from tests.emulator.in_process import RUNNING_AFTER_SECONDS, TIMINGS, Script, World


def run(world: World, policy: str | None, script: Script) -> None:
    """A group `one` of a container that does so, just started."""
    world.runtime.scripts = {"x:1": script}
    world.run("one", group(container("a", "x:1"), restartPolicy=policy))


def view(world: World) -> Any:
    return world.get("one").containers[0].instance_view


@pytest.mark.parametrize(
    ("policy", "exit_code", "starts"),
    [
        ("Never", 0, 1), ("Never", 1, 1), ("OnFailure", 0, 1), ("OnFailure", 1, 2),
        ("Always", 0, 2), ("Always", 1, 2), (None, 0, 2),
    ],
)  # fmt: skip
def test_a_container_that_ended_is_started_again_as_its_policy_says(
    world: World, policy: str | None, exit_code: int, starts: int
) -> None:
    """azure-docs, container-instances-restart-policy; without one it is Always."""
    run(world, policy, Script(5, exit_code))
    world.pass_seconds(6)
    world.pass_seconds(10)
    assert len(world.runtime.started) == starts


def test_between_starts_a_container_backs_off_and_tells_how_it_ended(world: World) -> None:
    run(world, "OnFailure", Script(5, exit_code=3))
    world.pass_seconds(6)
    seen = view(world)
    assert seen.current_state.state == "Waiting"
    assert seen.current_state.detail_status.startswith("CrashLoopBackOff")
    assert (seen.previous_state.state, seen.previous_state.exit_code) == ("Terminated", 3)
    assert world.get("one").instance_view.state == "Running"


def test_each_gap_is_longer_than_the_one_before_up_to_five_minutes(world: World) -> None:
    """The kubelet's gaps, which BackOff events are named after."""
    run(world, "Always", Script(0))
    gaps, before = [], world.clock.now()
    for _ in range(8):
        due = world.emulator.next_due_at()
        assert due is not None
        gaps.append((due - before).total_seconds())
        before = due
        world.pass_seconds((due - world.clock.now()).total_seconds())
    assert gaps == [10, 20, 40, 80, 160, 300, 300, 300]


def test_the_platform_may_move_a_group_once_and_start_its_containers_over(world: World) -> None:
    """Support article "container-group-restart-killing-event-interruption"; Never or not."""
    world.set_faults({"operation": "put", "code": "restarts", "seconds": 20})
    run(world, "Never", Script(60))
    world.pass_seconds(20)
    assert world.get("one").provisioning_state == "Repairing"
    assert (view(world).current_state.state, view(world).restart_count) == ("Waiting", 0)
    world.pass_seconds(TIMINGS.pull_seconds)
    assert world.get("one").provisioning_state == "Succeeded"
    assert (view(world).current_state.state, view(world).restart_count) == ("Running", 1)
    assert view(world).previous_state.exit_code == 7147
    assert "Killing" in [event.name for event in view(world).events]
    world.pass_seconds(60)
    assert (view(world).restart_count, view(world).current_state.exit_code) == (1, 0)


def test_platform_maintenance_may_end_a_group_with_an_exit_code_of_its_own(world: World) -> None:
    """The same article: 7147 says nothing of the program that ran."""
    world.set_faults({"operation": "put", "code": "maintenance", "seconds": 20})
    world.runtime.scripts = {"quick:1": Script(5), "slow:1": Script(600)}
    world.run("one", group(container("a", "quick:1"), container("b", "slow:1")))
    world.pass_seconds(10)
    world.pass_seconds(10)
    seen = world.get("one")
    states = [one.instance_view.current_state for one in seen.containers]
    assert [(one.state, one.exit_code) for one in states] == [
        ("Terminated", 0),
        ("Terminated", 7147),
    ]
    assert seen.instance_view.state == "Failed"
    world.pass_seconds(600)
    assert len(world.runtime.started) == 2


def test_a_group_that_failed_tells_why_in_its_own_events(world: World) -> None:
    """As the specification's example of a group that failed has it."""
    world.set_faults({"operation": "put", "code": "provisioningFailed"})
    world.run("one")
    seen = world.get("one")
    assert (seen.provisioning_state, seen.instance_view.state) == ("Failed", "Pending")
    assert [event.name for event in seen.instance_view.events] == ["FailedMount"]
    assert view(world).current_state.state == "Waiting"


def test_a_group_that_failed_may_run_after_all(world: World) -> None:
    """azure-docs, container-state: it has to be deleted to be sure that it does not."""
    world.set_faults({"operation": "put", "code": "provisioningFailed", "seconds": 300})
    world.run("one")
    world.pass_seconds(299)
    assert world.runtime.started == []
    world.pass_seconds(1)
    seen = world.get("one")
    assert (seen.provisioning_state, seen.instance_view.state) == ("Failed", "Running")
    world.delete("one")
    assert world.runtime.containers[0].ended() is not None


def test_a_group_that_has_ended_is_not_moved_any_more(world: World) -> None:
    world.set_faults({"operation": "put", "code": "restarts", "seconds": 20})
    run(world, "Never", Script(5))
    world.pass_seconds(60)
    world.pass_seconds(60)
    assert len(world.runtime.started) == 1


def test_an_image_that_cannot_be_pulled_is_tried_for_30_minutes(world: World) -> None:
    """azure-docs, container-state: Failed after a timeout of 30 minutes."""
    world.set_faults({"operation": "put", "code": "pullFails"})
    world.put("one", group())
    world.pass_seconds(RUNNING_AFTER_SECONDS)
    seen = view(world)
    assert seen.current_state.state == "Waiting"
    assert [event.name for event in seen.events] == ["Pulling", "Failed", "BackOff"]
    assert world.get("one").provisioning_state == "Creating"
    world.pass_seconds(1800 - RUNNING_AFTER_SECONDS)
    assert world.get("one").provisioning_state == "Failed"
    assert world.runtime.started == []


def test_a_pull_that_takes_too_long_fails_after_30_minutes(world: World) -> None:
    world.set_faults({"operation": "put", "code": "slow", "seconds": 3600})
    world.put("one", group())
    world.pass_seconds(1799)
    assert world.get("one").provisioning_state == "Creating"
    world.pass_seconds(1)
    assert world.get("one").provisioning_state == "Failed"
    world.pass_seconds(3600)
    assert world.runtime.started == []


def test_a_slow_pull_takes_as_long_as_told(world: World) -> None:
    world.set_faults({"operation": "put", "code": "slow", "seconds": 200})
    world.put("one", group())
    world.pass_seconds(201)
    assert world.runtime.started == []
    world.pass_seconds(1)
    assert [spec.name for spec in world.runtime.started] == ["web"]


def test_nothing_may_be_said_of_how_a_running_group_is(world: World) -> None:
    """The specification's own example of a group that succeeded has no instanceView."""
    world.run("one")
    world.set_faults({"operation": "get", "code": "noInstanceView", "count": 1})
    seen = world.get("one")
    assert (seen.provisioning_state, seen.instance_view) == ("Succeeded", None)
    assert seen.containers[0].instance_view is None
    assert world.get("one").instance_view.state == "Running"
