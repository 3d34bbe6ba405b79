"""The Durable extension in virtual time: the local host's engine, driven one event at a time.

What an episode means is the local host's own code, held to recordings of the real extension; here
stands when it happens. An episode is whole or has not been. A step that was running when its host
died comes back after about 300 seconds, as its queue message becomes visible again; timers,
episodes and steps that nobody had taken up yet go on at once.
"""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from local.functions_host.app import App
from local.functions_host.durable.activities import Activities
from local.functions_host.durable.engine import Engine
from local.functions_host.durable.history import Event
from local.functions_host.durable.records import InstanceFilter, Status, Work
from tests.simulation.faults import AFTER_RESULT
from tests.simulation.functions import StepInvoker, StillClock
from tests.simulation.histories import MeasuredStore
from tests.simulation.host import Host
from tests.simulation.phases import phase_of
from tests.simulation.schedule import Schedule
from tests.simulation.steps import complete
from tests.simulation.trace import Trace

# WorkItemQueueVisibilityTimeout of the Azure Storage provider is 5 minutes; 308 s were recorded.
COMES_BACK_SECONDS = (295, 310)
EPISODE_SECONDS, LONGEST_EPISODE_SECONDS = 0.03, 2.0
UNDER_WAY = InstanceFilter(frozenset({Status.PENDING, Status.RUNNING, Status.SUSPENDED}))
_SCAN = re.compile(r'scan_id\\*": \\*"([0-9a-f-]{36})')


class DurableHost:
    """Episodes and activities of one task hub."""

    def __init__(
        self, app: App, schedule: Schedule, host: Host, chance: random.Random, trace: Trace
    ) -> None:
        self.store = MeasuredStore(Path(":memory:"))
        self.on_step: Callable[[str, str | None], None] = lambda _, __: None
        clock, invoker = StillClock(schedule), StepInvoker(schedule)
        self.engine = Engine(app, self.store, invoker, clock)
        self._activities = Activities(app, self.store, invoker, clock, lambda: None)
        self._most_at_once = app.most_activities_at_once
        self._schedule, self._host, self._chance, self._trace = schedule, host, chance, trace
        self._picked_up: set[str] = set()
        self._last_work = 0
        self._visible: list[Work] = []
        self._running: dict[int, Work] = {}
        self._woken_for: set[str] = set()
        host.on_start.append(self._begin_again)

    # ------------------------------------------------------------------ what there is to do
    def look(self) -> None:
        """Take up what the store holds and nobody has taken up yet; after every change of it."""
        if not self._host.is_up:
            return
        now = self._schedule.now()
        for instance_id in sorted(set(self.store.due_instances(now)) - self._picked_up):
            self._picked_up.add(instance_id)
            self._schedule.after(self._delay_seconds(), _bound(self._episode, instance_id))
        for work in self.store.work(self._last_work, 1000):
            self._last_work = work.id
            self._schedule.after(self._delay_seconds(), _bound(self._show, work))
        due = self.store.next_due()
        if due is not None and due > now and due.isoformat() not in self._woken_for:
            self._woken_for.add(due.isoformat())
            self._schedule.at(due, self.look)

    def _delay_seconds(self) -> float:
        """Until a message is picked up: mostly at once, sometimes after a slow poll."""
        is_slow = self._chance.random() < 0.05
        usual = LONGEST_EPISODE_SECONDS if is_slow else EPISODE_SECONDS
        return usual * self._chance.random()

    def _begin_again(self) -> None:
        self._picked_up.clear()
        self.look()
        self._begin_visible()

    def is_busy(self) -> bool:
        """Whether an instance has not ended or an activity is still to run."""
        if self._running or self._visible or self.store.work(0, 1):
            return True
        return bool(self.store.select(UNDER_WAY, "", 1))

    def under_way(self) -> list[str]:
        """The instances that have not ended."""
        return [f"{one.name} {one.id}" for one in self.store.select(UNDER_WAY)]

    def everything(self) -> str:
        """All that is kept of the orchestrations, as text."""
        return "\n".join(self.store._db.iterdump())

    def payloads(self) -> Iterator[tuple[str, str]]:
        """What crossed the histories: inputs, results, statuses, with where they stand."""
        for one in self.store.select(InstanceFilter()):
            yield f"the input of {one.name}", one.input or ""
            yield f"the output of {one.name}", one.output or ""
            yield f"the status of {one.name}", one.custom_status or ""
            for event in self.store.history(one.id):
                yield f"a result in {one.name}", event.get("Result") or ""

    # ------------------------------------------------------------------ episodes
    def _episode(self, instance_id: str) -> None:
        self._picked_up.discard(instance_id)
        if not self._host.is_up:
            return
        with self.store.transaction():
            self.engine._episode(instance_id)
        self.look()

    # ------------------------------------------------------------------ activities
    def _show(self, work: Work) -> None:
        self._visible.append(work)
        self._begin_visible()

    def _begin_visible(self) -> None:
        while self._visible and self._host.is_up and len(self._running) < self._most_at_once:
            self._begin(self._visible.pop(0))

    def _begin(self, work: Work) -> None:
        found = _SCAN.search(work.input)
        scan_id = found[1] if found else None
        self._running[work.id] = work
        self.on_step(work.name, scan_id)
        self._host.run(
            work.name,
            lambda: complete(self._activities._outcome(work)),
            lambda event: self._ended(work, event),
            lambda: self._died(work),
            scan_id,
        )

    def _ended(self, work: Work, event: Event) -> None:
        del self._running[work.id]
        now = self._schedule.now()
        with self.store.transaction():
            if self.store.finish_work(work):
                self.store.send(work.instance, work.execution, now, event)
        self._trace.note("step", f"{work.name} {_told(event)}")
        self.look()
        self._begin_visible()
        phase = phase_of(work.name)
        self._host.requests.may_die(phase, AFTER_RESULT, work.name, lambda: self._comes_back(work))

    def _died(self, work: Work) -> None:
        self._running.pop(work.id, None)
        self._comes_back(work)

    def _comes_back(self, work: Work) -> None:
        seconds = self._chance.uniform(*COMES_BACK_SECONDS)
        self._schedule.after(seconds, _bound(self._show, work))


def _bound(function: Callable[[Any], None], argument: Any) -> Callable[[], None]:
    return lambda: function(argument)


def _told(event: Event) -> str:
    text = str(event.get("Result", event.get("Reason")))
    return text if len(text) < 200 else f"{text[:200]}..."
