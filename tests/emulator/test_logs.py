"""What is given of a container's log, seen through the real SDK."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.emulator.bodies import container, group
from tests.emulator.in_process import RUNNING_AFTER_SECONDS, Script, World, told

MB = 1024 * 1024


def run(world: World, *scripts: Script) -> None:
    """A group `one` whose containers `c0`, `c1` ... do as told, just started."""
    world.runtime.scripts = {f"image{n}:1": script for n, script in enumerate(scripts)}
    containers = [container(f"c{n}", f"image{n}:1") for n in range(len(scripts))]
    world.put("one", group(*containers))
    world.clock.pass_seconds(RUNNING_AFTER_SECONDS)
    world.get("one")


def test_there_is_no_log_before_the_group_is_deployed(world: World) -> None:
    world.put("one", group())
    with pytest.raises(ResourceNotFoundError) as missing:
        world.log("one", "web")
    assert told(missing.value) == (404, "ContainerGroupDeploymentNotReady")


def test_there_is_no_log_of_a_container_that_has_not_started(world: World) -> None:
    world.runtime.scripts = {"init:1": Script(60)}
    init = [{"name": "a", "properties": {"image": "init:1"}}]
    world.put("one", group(init=init))
    world.clock.pass_seconds(20)
    with pytest.raises(ResourceNotFoundError) as missing:
        world.log("one", "web")
    assert told(missing.value) == (404, "ContainerLogNotAvailable")


def test_the_last_4_mb_are_given_of_a_running_container(world: World) -> None:
    run(world, Script(None, log=b"HEAD" + b"x" * 4 * MB))
    content = world.log("one", "c0")
    assert content == "x" * 4 * MB


def test_16_kb_are_given_of_a_stopped_container_even_while_its_neighbour_runs(
    world: World,
) -> None:
    long = b"x" * MB
    run(world, Script(1, log=long), Script(None, log=long))
    world.clock.pass_seconds(5)
    stopped, still_running = world.log("one", "c0"), world.log("one", "c1")
    assert (len(stopped or ""), len(still_running or "")) == (16 * 1024, MB)


def test_1000_lines_are_given_of_a_stopped_container(world: World) -> None:
    run(world, Script(1, log=b"".join(b"%d\n" % number for number in range(2000))))
    world.clock.pass_seconds(5)
    lines = (world.log("one", "c0") or "").splitlines()
    assert (len(lines), lines[0], lines[-1]) == (1000, "1000", "1999")


def test_tail_counts_lines_from_the_end(world: World) -> None:
    run(world, Script(log=b"a\nb\nc\n"))
    assert world.log("one", "c0", tail=2) == "b\nc\n"


def test_a_tail_of_nothing_is_refused(world: World) -> None:
    run(world, Script(log=b"a\n"))
    with pytest.raises(HttpResponseError) as refused:
        world.log("one", "c0", tail=0)
    assert refused.value.status_code == 400


def test_times_of_lines_are_refused_rather_than_left_out(world: World) -> None:
    """Azure gives them; the emulator does not know them."""
    run(world, Script(log=b"a\n"))
    with pytest.raises(HttpResponseError) as refused:
        world.client.containers.list_logs("test-rg", "one", "c0", timestamps=True)
    assert told(refused.value) == (501, "NotImitated")


def test_an_empty_log_is_null(world: World) -> None:
    run(world, Script())
    assert world.log("one", "c0") is None


def test_what_is_no_utf8_does_not_break_a_log(world: World) -> None:
    run(world, Script(log=b"ok \xff\n"))
    assert world.log("one", "c0") == "ok \N{REPLACEMENT CHARACTER}\n"


def test_a_container_of_another_name_has_no_log(world: World) -> None:
    run(world, Script(log=b"a\n"))
    with pytest.raises(ResourceNotFoundError):
        world.log("one", "other")
