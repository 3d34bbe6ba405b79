"""Runs orchestrators through the SDK's real executor, one episode at a time, in virtual time.

Each episode replays the whole history from scratch, as on Azure, and the harness fails on what
Azure would stumble over: an episode that no longer asks for what an earlier one asked for
(non-determinism), a payload above 8 KB, a custom status above 8,000 characters, continuing as
new with a task open, a call of an unknown name. Timers fire almost a second early, as real ones
may.

Activities are scripted: a function from input to result, or one that raises. Sub-orchestrations
run whole, in their own history, from the time at which they are called.
"""

import heapq
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.durable_functions.orchestrator import Orchestrator

LARGEST_PAYLOAD_BYTES = 8192
LARGEST_STATUS_CHARACTERS = 8000
EARLY = timedelta(seconds=0.99)
CONTINUE_AS_NEW, WHEN_ANY, WHEN_ALL = 4, 11, 12
LABEL = "\n\n$OutOfProcData$:"

Event = dict[str, Any]


@dataclass
class World:
    """The activities and orchestrators that can be called, and what has been called."""

    activities: Mapping[str, Callable[[Any], Any]]
    orchestrators: Mapping[str, Callable[[Any], Any]]
    calls: list[tuple[str, Any]] = field(default_factory=list)
    waits_seconds: list[float] = field(default_factory=list)
    longest_history: int = 0

    def names(self) -> list[str]:
        """The names of the activities called, in order."""
        return [name for name, _ in self.calls]

    def run(self, name: str, data: Any, now: datetime | None = None) -> "Run":
        """Run an orchestrator to its end."""
        run = Run(self, self.orchestrators[name], now or datetime(2026, 1, 1, tzinfo=UTC))
        run.execute(data)
        return run


class Run:
    """One orchestration instance, through all of its generations."""

    def __init__(self, world: World, function: Callable[[Any], Any], now: datetime) -> None:
        self.world, self.now = world, now
        self.handle = Orchestrator.create(function)
        self.output: Any = None
        self.error: str | None = None
        self.statuses: list[Any] = []
        self.generations = 0

    def execute(self, data: Any) -> None:
        following: Any = data
        while following is not _END:
            self.generations += 1
            following = Generation(self, following).execute()


_END = object()


class Generation:
    """One generation of an instance: its history up to the end or to continuing as new."""

    def __init__(self, run: Run, data: Any) -> None:
        self.run, self.data = run, data
        self.history: list[Event] = []
        self.asked: list[str] = []
        self.pending: list[tuple[datetime, int, list[Event]]] = []
        self.open: set[int] = set()
        self.next_id = 0
        self.queued = 0

    def execute(self) -> Any:
        new = [_event(0, Name="x", Input=_payload(self.data), Version=None)]
        while True:
            state = self._episode(new)
            if state.get("error"):
                self.run.error = state["error"]
                return _END
            if state["isDone"]:
                return self._finish(state)
            assert self.pending, "the orchestration waits for something that never comes"
            at, _, new = heapq.heappop(self.pending)
            self.run.now = max(self.run.now, at)

    def _episode(self, new: list[Event]) -> dict[str, Any]:
        self.history.append(_event(12, at=self.run.now))
        self.history += [{**event, "Timestamp": _iso(self.run.now)} for event in new]
        for event in new:
            self.open.discard(event.get("TaskScheduledId", event.get("TimerId", -1)))
        world = self.run.world
        world.longest_history = max(world.longest_history, len(self.history) + 1)
        state = self._replay()
        status = state.get("customStatus")
        assert len(json.dumps(status)) <= LARGEST_STATUS_CHARACTERS, "custom status too large"
        if status and status not in self.run.statuses:
            self.run.statuses.append(status)
        self._schedule_what_is_new(state)
        self.history.append(_event(13, at=self.run.now))
        return state

    def _replay(self) -> dict[str, Any]:
        context = {
            "history": self.history,
            "input": _payload(self.data),
            "instanceId": "instance",
            "isReplaying": False,
            "parentInstanceId": None,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 3,
            "longRunningTimerIntervalDuration": "3.00:00:00",
            "maximumShortTimerDuration": "6.00:00:00",
            "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
        }
        try:
            state: dict[str, Any] = json.loads(self.run.handle(json.dumps(context)))
        except Exception as error:
            message, _, told = str(error).partition(LABEL)
            if not told:
                raise
            state = {**json.loads(told), "error": message}
        return state

    def _schedule_what_is_new(self, state: dict[str, Any]) -> None:
        actions = _flat(state["actions"])
        told = [_stable(action) for action in actions]
        assert told[: len(self.asked)] == self.asked, "non-deterministic: it asks for other things"
        fresh = actions[len(self.asked) :]
        self.asked = told
        for action in fresh:
            self._schedule(action)

    def _schedule(self, action: dict[str, Any]) -> None:
        match action["actionType"]:
            case 0:
                self._activity(action, attempts=1, interval=timedelta())
            case 1:
                retry = action["retryOptions"]
                interval = timedelta(milliseconds=retry["firstRetryIntervalInMilliseconds"])
                assert interval >= timedelta(seconds=2), "retries below two seconds spin"
                self._activity(action, retry["maxNumberOfAttempts"], interval)
            case 2:
                self._sub(action)
            case 5:
                self._timer(action)
            case 4:
                pass
            case other:
                raise AssertionError(f"the harness does not know action {other}")

    def _take_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def _activity(self, action: dict[str, Any], attempts: int, interval: timedelta) -> None:
        """Run an activity with the host's retries; every event of theirs is an episode."""
        name, data = action["functionName"], json.loads(action["input"])
        _bounded(action["input"])
        function = self.run.world.activities[name]
        at = self.run.now
        for attempt in range(1, attempts + 1):
            self.run.world.calls.append((name, data))
            task = self._take_id()
            self.open.add(task)
            try:
                result = _payload(function(data))
            except Exception as error:  # noqa: BLE001  # as the host
                reason = f"Activity function '{name}' failed:  {type(error).__name__}: {error}"
                failed = _event(6, TaskScheduledId=task, Reason=reason, Details="details")
                self._later(at, [failed])
                if attempts > 1:
                    at = self._retry_timer(at, interval if attempt < attempts else timedelta())
                continue
            self._later(at, [_event(5, TaskScheduledId=task, Result=result)])
            return

    def _retry_timer(self, at: datetime, wait: timedelta) -> datetime:
        """The host waits after every failed attempt, after the last one for no time."""
        timer = self._take_id()
        self.open.add(timer)
        self._later(at + wait, [_event(11, TimerId=timer, FireAt=_iso(at + wait))])
        return at + wait

    def _sub(self, action: dict[str, Any]) -> None:
        task = self._take_id()
        self.open.add(task)
        _bounded(action["input"])
        child = self.run.world.run(
            action["functionName"], json.loads(action["input"]), self.run.now
        )
        if child.error is None:
            ended = _event(8, TaskScheduledId=task, Result=_payload(child.output))
        else:
            ended = _event(9, TaskScheduledId=task, Reason=child.error, Details=None)
        self._later(child.now, [ended])

    def _timer(self, action: dict[str, Any]) -> None:
        timer = self._take_id()
        self.open.add(timer)
        fire_at = datetime.fromisoformat(action["fireAt"])
        seconds = (fire_at - self.run.now).total_seconds()
        assert seconds >= 2, f"a timer of {seconds} s may not wait at all"
        self.run.world.waits_seconds.append(seconds)
        self._later(fire_at - EARLY, [_event(11, TimerId=timer, FireAt=_iso(fire_at))])

    def _later(self, at: datetime, events: list[Event]) -> None:
        self.queued += 1
        heapq.heappush(self.pending, (at, self.queued, events))

    def _finish(self, state: dict[str, Any]) -> Any:
        last = _flat(state["actions"])[-1:]
        if last and last[0]["actionType"] == CONTINUE_AS_NEW:
            assert not self.open, "continues as new with something open"
            return json.loads(last[0]["input"])
        self.run.output = json.loads(_payload(state.get("output")))
        return _END


def _event(kind: int, at: datetime | None = None, **fields: Any) -> Event:
    common = {"EventType": kind, "EventId": -1, "IsPlayed": False}
    return {**common, "Timestamp": _iso(at or datetime(2026, 1, 1, tzinfo=UTC)), **fields}


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _payload(value: Any) -> str:
    text = json.dumps(value)
    _bounded(text)
    return text


def _bounded(text: str) -> None:
    assert len(text.encode()) <= LARGEST_PAYLOAD_BYTES, f"a payload of {len(text)} bytes"


def _flat(asked: Any) -> list[dict[str, Any]]:
    """The single actions of a state's `actions`, in the order in which they take their ids."""
    if isinstance(asked, list):
        return [action for one in asked for action in _flat(one)]
    if asked["actionType"] in (WHEN_ANY, WHEN_ALL):
        return _flat(asked["compoundActions"])
    return [asked]


def _stable(action: dict[str, Any]) -> str:
    return json.dumps({k: v for k, v in action.items() if k != "isCanceled"}, sort_keys=True)
