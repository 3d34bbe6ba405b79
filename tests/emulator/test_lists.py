"""Lists of container groups, in pages."""

from typing import Any

import pytest

from tests.emulator.bodies import group
from tests.emulator.in_process import World, refused, told


def names(found: Any) -> list[str]:
    return [one.name for one in found]


@pytest.mark.parametrize("size", [1, 2, 5, 50])
def test_the_sdk_goes_through_all_pages_and_sees_every_group_once(world: World, size: int) -> None:
    world.set_limits(groupsPerPage=size)
    for number in range(5):
        world.put(f"g{number}", group())
    world.put("other", group(), "other-rg")
    groups = world.client.container_groups
    assert names(groups.list_by_resource_group("TEST-rg")) == ["g0", "g1", "g2", "g3", "g4"]
    assert sorted(names(groups.list())) == ["g0", "g1", "g2", "g3", "g4", "other"]


def test_what_comes_and_goes_between_two_pages_hides_nothing_else(world: World) -> None:
    world.set_limits(groupsPerPage=2)
    for name in ("a", "c", "e", "g"):
        world.put(name, group())
    pages = world.client.container_groups.list_by_resource_group("test-rg").by_page()
    seen = names(next(pages))
    world.delete("c")
    world.put("b", group())
    world.pass_seconds(60)
    for page in pages:
        seen += names(page)
    assert seen == ["a", "c", "e", "g"]


def test_a_later_page_can_fail_alone(world: World) -> None:
    world.set_limits(groupsPerPage=1)
    for name in ("a", "b"):
        world.put(name, group())
    world.set_faults({"operation": "list", "skip": 1, "status": 403, "code": "AuthorizationFailed"})
    pages = world.client.container_groups.list_by_resource_group("test-rg").by_page()
    assert names(next(pages)) == ["a"]
    assert told(refused(lambda: next(pages))) == (403, "AuthorizationFailed")
