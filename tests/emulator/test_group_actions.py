"""Stopping, starting and restarting a group, seen through the real SDK."""

from collections.abc import Callable

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.emulator.bodies import group
from tests.emulator.in_process import RUNNING_AFTER_SECONDS, TIMINGS, Script, World, refused, told


def stop(world: World, name: str = "one") -> None:
    world.client.container_groups.stop("test-rg", name)


def start(world: World, name: str = "one") -> None:
    world.client.container_groups.begin_start("test-rg", name, polling=False)


def restart(world: World, name: str = "one") -> None:
    world.client.container_groups.begin_restart("test-rg", name, polling=False)


def stopped(world: World) -> None:
    world.run("one")
    stop(world)
    world.pass_seconds(TIMINGS.stop_seconds)


def test_a_stopped_group_has_ended_and_has_no_logs_any_more(world: World) -> None:
    """azure-docs, container-instances-stop-start; the code: azure-docs #71458."""
    stopped(world)
    seen = world.get("one")
    state = seen.containers[0].instance_view.current_state
    assert (seen.instance_view.state, state.state) == ("Stopped", "Terminated")
    with pytest.raises(ResourceNotFoundError) as missing:
        world.log("one", "web")
    assert told(missing.value) == (404, "ContainerGroupStopped")


def test_stopping_a_group_that_is_over_changes_nothing(world: World) -> None:
    world.runtime.scripts = {"nginx:1.27": Script(5)}
    world.run("one")
    world.pass_seconds(10)
    stop(world)
    assert world.get("one").instance_view.state == "Succeeded"


def test_a_group_that_was_just_stopped_is_still_transitioning(world: World) -> None:
    """Support article "Container group remains in transitioning state": leave 10 seconds."""
    world.run("one")
    stop(world)
    assert told(refused(lambda: start(world))) == (409, "ContainerGroupTransitioning")
    world.pass_seconds(TIMINGS.stop_seconds)
    start(world)
    assert world.transport.statuses[-1] == 202


def test_a_start_deploys_the_group_anew_as_it_was_put(world: World) -> None:
    """azure-docs, container-instances-stop-start: a start is like a new deployment."""
    stopped(world)
    start(world)
    assert world.get("one").provisioning_state == "Pending"
    world.pass_seconds(RUNNING_AFTER_SECONDS)
    assert world.get("one").instance_view.state == "Running"
    assert [spec.name for spec in world.runtime.started] == ["web", "web"]


def test_starting_what_runs_answers_204_and_starts_nothing(world: World) -> None:
    world.run("one")
    start(world)
    assert world.transport.statuses[-1] == 204
    assert len(world.runtime.started) == 1


def test_a_restart_starts_the_containers_over_in_place(world: World) -> None:
    world.run("one")
    restart(world)
    assert world.transport.statuses[-1] == 204
    view = world.get("one").containers[0].instance_view
    assert (view.restart_count, view.current_state.state) == (1, "Running")
    assert (view.previous_state.state, view.previous_state.exit_code) == ("Terminated", 137)


def test_a_stopped_group_is_not_restarted(world: World) -> None:
    stopped(world)
    assert told(refused(lambda: restart(world))) == (409, "ContainerGroupStopped")


@pytest.mark.parametrize("act", [stop, start, restart])
def test_nothing_can_be_done_to_a_group_that_is_not_there_or_not_ready(
    world: World, act: Callable[[World], None]
) -> None:
    assert told(refused(lambda: act(world))) == (404, "ResourceNotFound")
    world.put("one", group())
    assert told(refused(lambda: act(world))) == (409, "ContainerGroupTransitioning")


def test_what_was_done_to_a_group_is_published_as_an_action(world: World) -> None:
    """azure-docs, event-schema-subscriptions: POSTs raise ResourceActionSuccess."""
    stopped(world)
    start(world)
    world.pass_seconds(RUNNING_AFTER_SECONDS)
    restart(world)
    done = [
        event["data"]["operationName"].removeprefix("Microsoft.ContainerInstance/containerGroups/")
        for event in world.events
    ]
    assert done == ["write", "stop/action", "start/action", "restart/action"]
    assert world.events[1]["eventType"] == "Microsoft.Resources.ResourceActionSuccess"


def test_running_seconds_leave_out_the_time_that_a_group_was_stopped(world: World) -> None:
    world.run("one")
    world.pass_seconds(100)
    stop(world)
    world.pass_seconds(1000)
    start(world)
    world.pass_seconds(RUNNING_AFTER_SECONDS)
    world.pass_seconds(50)
    assert world.books()[0]["runningSeconds"] == 150
