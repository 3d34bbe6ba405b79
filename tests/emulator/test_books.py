"""What the emulator itself remembers of every group."""

from tests.emulator.bodies import container, group
from tests.emulator.in_process import RUNNING_AFTER_SECONDS, Script, World


def test_a_group_stands_in_the_books_with_all_its_states_after_it_is_gone(world: World) -> None:
    world.runtime.scripts = {"nginx:1.27": Script(30)}
    world.put("one", group() | {"tags": {"purpose": "qscanner"}}, "Scan-RG")
    world.clock.pass_seconds(RUNNING_AFTER_SECONDS)
    world.get("one", "Scan-RG")
    world.clock.pass_seconds(60)
    world.get("one", "Scan-RG")
    world.delete("one", "Scan-RG")
    world.clock.pass_seconds(60)
    [entry] = world.books()
    assert (entry["name"], entry["resourceGroup"]) == ("one", "Scan-RG")
    assert entry["tags"] == {"purpose": "qscanner"}
    assert [one["state"] for one in entry["states"]] == [
        "Pending", "Running", "Succeeded", "Deleting", "Deleted",
    ]  # fmt: skip
    assert entry["runningSeconds"] == 30
    assert entry["createdAt"] == "2026-01-01T00:00:00.000Z"
    assert entry["deletedAt"] == "2026-01-01T00:01:17.000Z"
    assert entry["containers"][0]["exitCode"] == 0


def test_a_deletion_is_confirmed_by_the_first_get_that_finds_nothing(world: World) -> None:
    world.put("one", group())
    world.delete("one")
    world.clock.pass_seconds(30)
    assert world.books()[0]["confirmedAt"] is None
    for _ in range(2):
        world.client.container_groups.list()
        reply = world.ask("GET", world.books()[0]["id"], **{"api-version": "2023-05-01"})
        assert reply.status == 404
        world.clock.pass_seconds(30)
    assert world.books()[0]["confirmedAt"] == "2026-01-01T00:00:30.000Z"


def test_two_groups_of_one_name_are_two_entries(world: World) -> None:
    for _ in range(2):
        world.put("one", group())
        world.delete("one")
        world.clock.pass_seconds(30)
    assert [entry["deletedAt"] is not None for entry in world.books()] == [True, True]


def test_running_seconds_go_on_over_an_update(world: World) -> None:
    world.runtime.scripts = {"x:1": Script(10)}
    for _ in range(2):
        world.put("one", group(container("a", "x:1")))
        world.clock.pass_seconds(RUNNING_AFTER_SECONDS)
        world.books()
        world.clock.pass_seconds(60)
    assert world.books()[0]["runningSeconds"] == 20


def test_images_are_handed_on(world: World) -> None:
    world.ask("PUT", "/emulator/images", {"nginx": {"findings": 3}})
    assert world.images.behaviours == {"nginx": {"findings": 3}}
