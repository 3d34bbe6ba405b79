"""What can be changed of a group that is there, seen through the real SDK."""

from typing import Any

import pytest

from tests.emulator.bodies import container, group
from tests.emulator.in_process import RUNNING_AFTER_SECONDS, Script, World, refused, told

LARGER = {"requests": {"cpu": 1, "memoryInGB": 0.5}}
ROOMIER = {"requests": {"cpu": 0.5, "memoryInGB": 1}}
IN_A_SUBNET = group(subnetIds=[{"id": "/subscriptions/s/subnets/a"}])


@pytest.mark.parametrize(
    "body",
    [
        group(container("web", "nginx:1.27", resources=LARGER)),
        group(container("web", "nginx:1.27", resources=ROOMIER)),
        group(restartPolicy="Always"),
        group(osType="Windows"),
        IN_A_SUBNET,
    ],
    ids=["cpu", "memory", "restart policy", "os type", "network"],
)
def test_size_policy_os_and_network_of_a_running_group_are_fixed(
    world: World, body: dict[str, Any]
) -> None:
    """azure-docs, container-instances-update: properties that require a delete."""
    world.run("one")
    error = refused(lambda: world.put("one", body))
    assert told(error) == (400, "InvalidContainerGroupUpdate")
    assert world.runtime.containers[0].ended() is None


def test_images_and_commands_and_tags_may_change(world: World) -> None:
    world.run("one")
    body = group(container("web", "nginx:1.28", command=["nginx", "-v"])) | {"tags": {"a": "b"}}
    seen = world.put("one", body)
    assert (seen.containers[0].image, seen.tags) == ("nginx:1.28", {"a": "b"})


def test_what_a_group_takes_in_all_is_fixed_and_not_how_it_is_shared_out(world: World) -> None:
    world.run("one", group(container("a", "x:1"), container("b", "x:1")))
    both = {"requests": {"cpu": 1, "memoryInGB": 1}}
    assert world.put("one", group(container("a", "x:1", resources=both))).name == "one"


def test_a_group_that_has_ended_is_deployed_as_new_in_any_size(world: World) -> None:
    world.runtime.scripts = {"nginx:1.27": Script(5)}
    world.run("one")
    world.pass_seconds(10)
    seen = world.put("one", group(container("web", "nginx:1.27", resources=LARGER)))
    assert seen.provisioning_state == "Pending"


def test_a_group_never_changes_its_region(world: World) -> None:
    """Azure Resource Manager's rule."""
    world.run("one")
    error = refused(lambda: world.put("one", group() | {"location": "East US"}))
    assert told(error) == (409, "InvalidResourceLocation")
    assert world.put("one", group() | {"location": "West Europe"}).name == "one"


def test_repeating_a_put_restarts_the_containers(world: World) -> None:
    """azure-docs, container-instances-update: redeploying the template restarts all containers."""
    world.run("one")
    world.put("one", group())
    world.pass_seconds(RUNNING_AFTER_SECONDS)
    assert [one.ended() is not None for one in world.runtime.containers] == [True, False]


def test_a_patch_changes_tags_and_restarts_nothing(world: World) -> None:
    """REST reference: a container group is updated with specified tags."""
    world.run("one")
    seen = world.client.container_groups.update("test-rg", "one", {"tags": {"team": "red"}})
    assert seen.tags == {"team": "red"}
    assert world.get("one").tags == {"team": "red"}
    assert len(world.runtime.started) == 1
    assert [event["data"]["operationName"].rpartition("/")[2] for event in world.events] == [
        "write",
        "write",
    ]


def test_a_patch_of_anything_but_tags_of_strings_is_refused(world: World) -> None:
    world.run("one")
    path, version = world.get("one").id, {"api-version": "2023-05-01"}
    bodies: list[Any] = [{}, {"tags": {"a": 1}}, []]
    for body in bodies:
        assert world.ask("PATCH", path, body, **version).status == 400
    groups = world.client.container_groups
    assert refused(lambda: groups.update("test-rg", "none", {"tags": {}})).status_code == 404
