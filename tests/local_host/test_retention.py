"""What ended long ago is forgotten; what runs never is."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.functions_host.clock import iso
from local.functions_host.durable.records import Instance, InstanceFilter, Status
from local.functions_host.durable.retention import MOST_AT_ONCE
from tests.local_host.virtual_host import START, VirtualHost

Steps = Generator[Any, Any, Any]
KEEP = timedelta(hours=30)


def has_a_child(context: Any) -> Steps:
    return (yield context.call_sub_orchestrator("ends", None, "child"))


def ends(context: Any) -> Steps:
    yield context.call_activity("echo", 1)


def echo(value: Any) -> Any:
    return value


def naps(context: Any) -> Steps:
    hours = context.get_input()
    yield context.create_timer(context.current_utc_datetime + timedelta(hours=hours))
    yield context.call_activity("look_around", None)


def waits(context: Any) -> Steps:
    yield context.wait_for_external_event("never")


def waits_for_a_nap(context: Any) -> Steps:
    yield context.call_sub_orchestrator("naps", 40, "child")


def terminates(context: Any) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    yield context.call_activity("terminate", "parent")


class Kept(VirtualHost):
    """It keeps ended instances for thirty hours; `seen` is who was there when, in hours."""

    def __init__(self, folder: Path) -> None:
        self.seen: dict[float, list[str]] = {}

        async def look_around(_: Any) -> None:
            self.seen[round(self.seconds() / 3600)] = self.ids()

        async def terminate(instance_id: str) -> None:
            self.engine.terminate(self.find(instance_id), "enough")

        orchestrators = (has_a_child, ends, naps, waits, waits_for_a_nap, terminates)
        super().__init__(folder, *orchestrators, echo, look_around, terminate, keep=KEEP)

    def ids(self) -> list[str]:
        return [one.id for one in self.store.select(InstanceFilter())]


def test_parents_and_children_are_forgotten_in_time_and_what_runs_never(tmp_path: Path) -> None:
    host = Kept(tmp_path)
    host.engine.start("has_a_child", "parent", "null")
    for hours in (29, 31, 58, 62):
        host.engine.start("naps", f"nap-{hours}", f'"{hours}"')

    it = host.run("waits")

    assert host.seen == {
        29: ["child", "it", "nap-29", "nap-31", "nap-58", "nap-62", "parent"],
        31: ["it", "nap-29", "nap-31", "nap-58", "nap-62"],
        58: ["it", "nap-29", "nap-31", "nap-58", "nap-62"],
        62: ["it", "nap-58", "nap-62"],
    }
    assert (it.status, host.ids()) == (Status.RUNNING, ["it"])
    assert host.history("child") == host.history("parent") == []


def test_a_child_that_outlives_its_forgotten_parent_ends_as_it_would(tmp_path: Path) -> None:
    host = Kept(tmp_path)
    host.engine.start("waits_for_a_nap", "parent", "null")
    host.engine.start("terminates", "terminator", "null")

    host.run("waits")

    assert host.seen == {40: ["child", "it"]}
    assert host.ids() == ["it"]


def test_however_many_are_too_old_all_are_forgotten(tmp_path: Path) -> None:
    """What waits at the start of a host, too."""
    host = Kept(tmp_path)
    long_ago = iso(START - 2 * KEEP)
    for n in range(2 * MOST_AT_ONCE + 1):
        ended = (Status.COMPLETED, Status.FAILED, Status.TERMINATED)[n % 3]
        one = Instance(f"{n}", "f", "e", ended, None, None, None, long_ago, long_ago, None)
        host.store.put(one)

    host.run("waits")

    assert host.ids() == ["it"]
    assert host.seconds() == 0


def test_without_a_limit_everything_is_kept(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, ends, echo)

    assert host.run("ends").status is Status.COMPLETED
    assert host.seconds() == 0
