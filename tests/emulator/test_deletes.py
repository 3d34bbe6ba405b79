"""How deletes end, seen through the real SDK: slowly, at once, or only in words."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from azure.core.exceptions import ResourceNotFoundError

from local.azure_emulator.group_life import GROUP_TYPE
from tests.emulator.bodies import container, group
from tests.emulator.in_process import RUNNING_AFTER_SECONDS, World, refused, told

VERSION = {"api-version": "2023-05-01"}


def delete_and_wait(world: World, name: str) -> Any:
    """As the SDK does it by itself, until Azure says that it is done."""
    return world.client.container_groups.begin_delete("test-rg", name).result()


def is_there(world: World, name: str) -> bool:
    try:
        world.get(name)
    except ResourceNotFoundError:
        return False
    return True


def test_a_delete_that_is_done_at_once_answers_200_with_what_was_there(world: World) -> None:
    """The official example of a delete has this reply beside 202 and 204."""
    world.run("one")
    world.set_faults({"operation": "delete", "code": "atOnce"})
    gone = delete_and_wait(world, "one")
    assert world.transport.statuses[-1] == 200
    assert (gone.name, gone.provisioning_state) == ("one", "Succeeded")
    assert not is_there(world, "one")


def test_a_delete_takes_202_and_says_where_to_ask_and_another_of_nothing_204(world: World) -> None:
    world.run("one")
    delete_and_wait(world, "one")
    delete_and_wait(world, "one")
    deletes = [status for status in world.transport.statuses if status in (202, 204)]
    assert deletes == [202, 204]


def test_a_slow_delete_takes_30_to_90_seconds_where_it_is_not_told_how_long(world: World) -> None:
    """DoWhiz #1503: a client that waited for 20 seconds piled groups up."""
    world.set_faults({"operation": "delete", "code": "slow"})
    taken = []
    for number in range(20):
        world.run(f"g{number}")
        before = world.clock.now()
        delete_and_wait(world, f"g{number}")
        taken.append((world.clock.now() - before).total_seconds())
    assert min(taken) >= 30
    assert max(taken) <= 91  # the SDK asks once a second
    assert max(taken) - min(taken) > 20


def test_a_second_delete_does_not_hurry_a_first(world: World) -> None:
    world.run("one")
    world.set_faults({"operation": "delete", "code": "slow", "seconds": 60, "count": 1})
    world.delete("one")
    world.clock.pass_seconds(30)
    world.delete("one")
    world.clock.pass_seconds(29)
    assert is_there(world, "one")
    world.clock.pass_seconds(1)
    assert not is_there(world, "one")


def test_a_group_can_be_deleted_while_it_is_created_and_its_creation_is_canceled(
    world: World,
) -> None:
    """azure-sdk-for-java #13378."""
    path = f"/subscriptions/s/resourceGroups/rg/providers/{GROUP_TYPE}/one"
    creation = world.ask("PUT", path, group(), **VERSION).headers["Azure-AsyncOperation"]
    world.ask("DELETE", path, **VERSION)
    world.pass_seconds(60)
    operation = world.ask("GET", urlsplit(creation).path, **VERSION)
    assert operation.body["status"] == "Canceled"
    assert world.runtime.started == []


def test_a_stuck_delete_succeeds_when_it_is_asked_for_again(world: World) -> None:
    world.run("one")
    world.set_faults({"operation": "delete", "code": "stuck", "count": 1})
    delete_and_wait(world, "one")
    assert is_there(world, "one")
    delete_and_wait(world, "one")
    assert not is_there(world, "one")


def test_a_delete_that_fails_says_so_and_leaves_the_group_running(world: World) -> None:
    """azure-docs, container-state, on stop and delete operations."""
    world.run("one")
    world.set_faults({"operation": "delete", "code": "fails", "count": 1})
    path = world.get("one").id
    headers = world.ask("DELETE", path, **VERSION).headers
    operation = world.ask("GET", urlsplit(headers["Azure-AsyncOperation"]).path, **VERSION)
    assert operation.body["status"] == "Failed"
    seen = world.get("one")
    assert (seen.provisioning_state, seen.instance_view.state) == ("Failed", "Running")
    delete_and_wait(world, "one")
    assert not is_there(world, "one")


def make_immortal(world: World) -> None:
    """A group whose delete is said to have succeeded, and that runs on whatever is deleted."""
    world.run("one")
    world.set_faults({"operation": "delete", "code": "immortal", "count": 1})
    delete_and_wait(world, "one")


def test_an_immortal_group_outlives_every_delete(world: World) -> None:
    """Support article "aci-still-running-after-stop-delete-command"."""
    make_immortal(world)
    for _ in range(3):
        delete_and_wait(world, "one")
        world.clock.pass_seconds(600)
    assert world.get("one").instance_view.state == "Running"
    assert world.books()[0]["deletedAt"] is None


def test_a_new_group_of_the_same_id_removes_an_immortal_one_and_can_be_deleted(
    world: World,
) -> None:
    """The article's cure. It need not be of the old one's size: to Azure it is a new group."""
    make_immortal(world)
    small = {"requests": {"cpu": 0.1, "memoryInGB": 0.3}}
    world.put("one", group(container("courier", "busybox:1.36", command=["true"], resources=small)))
    assert world.transport.statuses[-1] == 201
    assert [one.ended() is not None for one in world.runtime.containers] == [True]
    world.pass_seconds(RUNNING_AFTER_SECONDS)
    delete_and_wait(world, "one")
    assert not is_there(world, "one")
    assert len(world.books()) == 1


def test_the_cure_has_to_be_in_the_same_region(world: World) -> None:
    make_immortal(world)
    error = refused(lambda: world.put("one", group() | {"location": "East US"}))
    assert told(error) == (409, "InvalidResourceLocation")


@pytest.mark.parametrize("code", ["stuck", "immortal"])
def test_a_group_that_outlived_its_delete_is_billed_on(world: World, code: str) -> None:
    world.run("one")
    world.set_faults({"operation": "delete", "code": code})
    delete_and_wait(world, "one")
    before = world.books()[0]["runningSeconds"]
    world.clock.pass_seconds(100)
    assert world.books()[0]["runningSeconds"] - before == 100
