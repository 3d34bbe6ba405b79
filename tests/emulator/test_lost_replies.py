"""Requests whose reply never comes: they time out at the client, and land all the same."""

import pytest
from azure.core.exceptions import HttpResponseError, ServiceResponseError

from tests.emulator.bodies import group
from tests.emulator.in_process import World, told
from tests.emulator.servers import RunningEmulator, eventually

LOST = {"operation": "put", "code": "lost", "count": 1}


def test_a_create_that_times_out_at_the_client_lands() -> None:
    world = World(sdk_options={"retry_total": 0})
    world.set_faults({**LOST, "delaySeconds": 20})
    before = world.clock.now()
    with pytest.raises(ServiceResponseError):
        world.put("one", group())
    assert (world.clock.now() - before).total_seconds() == 20
    assert world.get("one").provisioning_state == "Succeeded"


def test_the_sdks_own_second_try_meets_the_group_that_the_first_has_made(world: World) -> None:
    """azure-core repeats a PUT; the group is on its way by then."""
    world.set_faults(LOST)
    with pytest.raises(HttpResponseError) as again:
        world.put("one", group())
    assert told(again.value) == (409, "ContainerGroupTransitioning")
    assert [entry["name"] for entry in world.books()] == ["one"]


def test_a_request_can_be_lost_before_it_lands() -> None:
    world = World(sdk_options={"retry_total": 0})
    world.set_faults({**LOST, "applied": False})
    with pytest.raises(ServiceResponseError):
        world.put("one", group())
    assert world.books() == []


def test_over_http_the_connection_ends_without_a_reply(running: RunningEmulator) -> None:
    running.control("faults", [LOST])
    groups = running.client.container_groups
    with pytest.raises(ServiceResponseError):
        groups.begin_create_or_update("test-rg", "one", group(), polling=False, retry_total=0)
    assert eventually(lambda: groups.get("test-rg", "one").name) == "one"
