"""A container group over time, seen through the real SDK."""

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.emulator.bodies import container, group, init_container
from tests.emulator.in_process import RUNNING_AFTER_SECONDS, Script, World, refused, told


def test_a_new_group_is_pending_then_creating_then_succeeded(world: World) -> None:
    states = [world.put("one", group()).provisioning_state]
    for _ in range(2):
        world.clock.pass_seconds(6)
        states.append(world.get("one").provisioning_state)
    assert states == ["Pending", "Creating", "Succeeded"]


def test_a_create_answers_201_and_an_update_200(world: World) -> None:
    world.run("one", group())
    world.put("one", group())
    assert world.transport.statuses == [201, 200]


def test_the_sdk_waits_for_a_create_until_the_group_runs(world: World) -> None:
    groups = world.client.container_groups
    made = groups.begin_create_or_update("test-rg", "one", group()).result()
    assert made.provisioning_state == "Succeeded"
    assert made.instance_view.state == "Running"


def test_the_instance_view_is_absent_at_first(world: World) -> None:
    world.put("one", group())
    seen = world.get("one")
    assert seen.instance_view is None
    assert seen.containers[0].instance_view is None


def test_a_container_waits_while_its_image_is_pulled_and_then_runs(world: World) -> None:
    world.put("one", group())
    world.clock.pass_seconds(5)
    assert world.get("one").containers[0].instance_view.current_state.state == "Waiting"
    world.clock.pass_seconds(10)
    view = world.get("one").containers[0].instance_view
    assert view.current_state.state == "Running"
    assert [event.name for event in view.events] == ["Pulling", "Pulled", "Created", "Started"]


def test_each_container_has_its_own_state_and_the_group_runs_until_the_last_ends(
    world: World,
) -> None:
    world.runtime.scripts = {"quick:1": Script(3, exit_code=4), "slow:1": Script(60)}
    world.put("one", group(container("a", "quick:1"), container("b", "slow:1")))
    world.clock.pass_seconds(RUNNING_AFTER_SECONDS)
    started = world.get("one").containers[0].instance_view.current_state.start_time
    world.clock.pass_seconds(30)
    seen = world.get("one")
    quick, slow = [one.instance_view.current_state for one in seen.containers]
    assert (quick.state, quick.exit_code, quick.detail_status) == ("Terminated", 4, "Error")
    assert (quick.finish_time - started).total_seconds() == 3
    assert (slow.state, seen.instance_view.state) == ("Running", "Running")
    world.clock.pass_seconds(60)
    assert world.get("one").instance_view.state == "Failed"


def test_init_containers_run_one_after_the_other_before_the_rest(world: World) -> None:
    world.runtime.scripts = {"first:1": Script(5), "second:1": Script(5)}
    init = [init_container("a", "first:1"), init_container("b", "second:1")]
    world.put("one", group(init=init))
    started = []
    for _ in range(4):
        world.clock.pass_seconds(6)
        world.get("one")
        started.append([spec.name for spec in world.runtime.started])
    assert started == [[], ["a"], ["a", "b"], ["a", "b", "web"]]


def test_a_group_whose_init_container_fails_starts_nothing_else(world: World) -> None:
    world.runtime.scripts = {"broken:1": Script(1, exit_code=9)}
    world.put("one", group(init=[init_container("a", "broken:1")]))
    for _ in range(3):
        world.clock.pass_seconds(10)
        seen = world.get("one")
    assert seen.instance_view.state == "Failed"
    assert [spec.name for spec in world.runtime.started] == ["a"]


def test_an_update_kills_the_containers_and_starts_them_again(world: World) -> None:
    world.put("one", group())
    world.clock.pass_seconds(20)
    world.get("one")
    assert world.put("one", group(container("web", "nginx:1.28"))).provisioning_state == "Pending"
    world.clock.pass_seconds(20)
    world.get("one")
    assert [spec.image for spec in world.runtime.started] == ["nginx:1.27", "nginx:1.28"]
    ended = [container.ended() for container in world.runtime.containers]
    assert [one and one.exit_code for one in ended] == [137, None]
    assert len(world.books()) == 1


def test_a_list_holds_the_groups_of_a_resource_group_without_instance_views(world: World) -> None:
    world.put("one", group(), "rg-a")
    world.put("two", group(), "rg-b")
    world.clock.pass_seconds(20)
    groups = world.client.container_groups
    everything, some = list(groups.list()), list(groups.list_by_resource_group("RG-A"))
    assert [one.name for one in everything] == ["one", "two"]
    assert [one.name for one in some] == ["one"]
    assert everything[0].instance_view is None
    assert everything[0].containers[0].instance_view is None


def test_ids_are_found_in_any_case_of_their_letters(world: World) -> None:
    world.put("one", group(), "Test-RG")
    path = world.get("one", "TEST-rg").id.replace("resourceGroups", "resourcegroups")
    lower = path.replace("Microsoft.ContainerInstance", "microsoft.containerinstance")
    assert world.ask("GET", lower, **{"api-version": "2023-05-01"}).status == 200


def test_a_deleted_group_is_there_for_a_moment_and_then_gone(world: World) -> None:
    world.put("one", group())
    world.delete("one")
    assert world.get("one").provisioning_state == "Deleting"
    world.clock.pass_seconds(5)
    with pytest.raises(ResourceNotFoundError) as missing:
        world.get("one")
    assert told(missing.value) == (404, "ResourceNotFound")


def test_the_sdk_waits_for_a_delete_until_the_group_is_gone(world: World) -> None:
    world.put("one", group())
    world.client.container_groups.begin_delete("test-rg", "one").result()
    with pytest.raises(ResourceNotFoundError):
        world.get("one")


def test_deleting_what_is_not_there_succeeds(world: World) -> None:
    world.delete("nothing")
    assert world.transport.statuses == [204]


def test_a_group_can_only_be_deleted_while_it_is_created_or_deleted(world: World) -> None:
    """Support article "Container group remains in transitioning state"."""
    transitioning = (409, "ContainerGroupTransitioning")
    world.put("one", group())
    assert told(refused(lambda: world.put("one", group()))) == transitioning
    world.clock.pass_seconds(5)
    assert told(refused(lambda: world.put("one", group()))) == transitioning
    world.delete("one")
    assert told(refused(lambda: world.put("one", group()))) == transitioning


def test_deleting_a_group_kills_its_containers_and_removes_its_volumes(world: World) -> None:
    world.put("one", group())
    world.clock.pass_seconds(20)
    world.get("one")
    world.delete("one")
    state = world.get("one").containers[0].instance_view.current_state
    assert (state.state, state.exit_code) == ("Terminated", 137)
    world.clock.pass_seconds(5)
    world.books()
    assert world.runtime.removed == [world.runtime.started[0].group]


def test_usages_tell_groups_and_cores_of_a_location(world: World) -> None:
    world.put("one", group(container("a", "x:1"), container("b", "x:1")))
    world.put("two", group() | {"location": "East US"})
    used = {one.name.value: one for one in world.client.location.list_usage("West Europe")}
    assert (used["ContainerGroups"].current_value, used["StandardCores"].current_value) == (1, 1)
    assert used["StandardCores"].limit == 100


def test_a_request_without_an_api_version_is_refused(world: World) -> None:
    path = "/subscriptions/s/providers/Microsoft.ContainerInstance/containerGroups"
    reply = world.ask("GET", path)
    assert (reply.status, reply.body["error"]["code"]) == (400, "MissingApiVersionParameter")
