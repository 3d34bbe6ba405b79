"""How the outside reaches the app: HTTP, Event Grid, timers. A host that is down answers nobody."""

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from azure.functions.http import HttpRequestConverter
from azure.functions.meta import Datum
from azure.functions.timer import TimerRequestConverter

from local.functions_host.app import App, Function
from local.functions_host.event_grid import _decode as decode_event
from local.functions_host.invocation import InvocationError
from local.functions_host.ncrontab import parse as parse_schedule
from tests.simulation.functions import StepInvoker
from tests.simulation.host import Host
from tests.simulation.phases import NOT_YET
from tests.simulation.schedule import Schedule
from tests.simulation.trace import Trace

BASE = "http://functions.simulated"


@dataclass(frozen=True)
class Reply:
    """An HTTP reply of the app."""

    status: int
    body: Any = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Route:
    """An HTTP function and what it answers to."""

    function: Function
    methods: frozenset[str]
    pattern: re.Pattern[str]


class Http:
    """The app's HTTP functions."""

    def __init__(self, app: App, host: Host) -> None:
        self._host, self._invoker = host, StepInvoker(host.schedule)
        triggers = sorted(
            app.of_kind("httpTrigger"), key=lambda one: "{" in str(one.trigger["route"])
        )
        self._routes = [_route(one) for one in triggers]
        self.replies: list[tuple[str, Reply]] = []

    def send(
        self, method: str, target: str, body: Any, then: Callable[[Reply | None], None]
    ) -> None:
        """Ask while things happen; `then` gets the reply, or None where the host died meanwhile."""

        def ended(reply: Reply) -> None:
            self.replies.append((f"{method} {target}", reply))
            then(reply)

        route, request = self._decode(method, target, body)
        self._host.run(
            route.function.name,
            lambda: self._call(route, request),
            ended,
            lambda: then(None),
        )

    def ask(self, method: str, target: str, body: Any = None) -> Reply:
        """Ask when nothing else happens any more."""
        route, request = self._decode(method, target, body)
        reply = self._call(route, request)
        self.replies.append((f"{method} {target}", reply))
        return reply

    def _call(self, route: Route, request: Any) -> Reply:
        try:
            answered = self._invoker.run(route.function, request)
        except InvocationError:
            return Reply(500, None)
        text = answered.get_body().decode()
        is_json = "json" in str(answered.mimetype)
        return Reply(
            answered.status_code,
            json.loads(text) if text and is_json else text,
            dict(answered.headers),
        )

    def _decode(self, method: str, target: str, body: Any) -> tuple[Route, Any]:
        url = urlsplit(target)
        for route in self._routes:
            found = route.pattern.fullmatch(url.path)
            if found and method in route.methods:
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                return route, _request(method, target, found.groupdict(), content)
        raise LookupError(f"The app has no {method} {url.path}.")


def _route(function: Function) -> Route:
    methods = function.trigger.get("methods") or ("GET", "POST")
    path = re.sub(r"\{(\w+)[^}]*\}", r"(?P<\1>[^/]+)", str(function.trigger["route"]))
    texts = frozenset(str(getattr(one, "value", one)).upper() for one in methods)
    return Route(function, texts, re.compile(f"/api/{path}"))


def _request(method: str, target: str, params: dict[str, str], content: bytes) -> Any:
    url = urlsplit(target)
    value = {
        "method": Datum(method, "string"),
        "url": Datum(BASE + target, "string"),
        "headers": {"content-type": Datum("application/json", "string")},
        "query": {name: Datum(text, "string") for name, text in parse_qsl(url.query)},
        "params": {name: Datum(text, "string") for name, text in params.items()},
        "body": Datum(content, "bytes"),
    }
    return HttpRequestConverter.decode(Datum(value, "http"), trigger_metadata=None)


# Event Grid's own gaps (azure-docs, delivery-and-retry); it gives up after a day.
GAPS_SECONDS = (10, 30, 60, 300, 600, 1800, *(3600,) * 24)
DUPLICATES, MOST_DELAY_SECONDS = 0.25, 40


class EventGrid:
    """Delivers events at least once, in any order, until the app says that it has them."""

    def __init__(
        self, app: App, schedule: Schedule, host: Host, chance: random.Random, trace: Trace,
        subscribed_after_seconds: float = 0,
    ) -> None:  # fmt: skip
        (self._function,) = app.of_kind("eventGridTrigger")
        self._schedule, self._host, self._chance = schedule, host, chance
        self._trace, self._invoker = trace, StepInvoker(schedule)
        self._subscribed_after_seconds = subscribed_after_seconds
        self.accepted: dict[str, dict[str, Any]] = {}
        self.under_way = 0

    def publish(self, event: dict[str, Any]) -> None:
        """Take an event in, once or twice."""
        if self._schedule.seconds < self._subscribed_after_seconds:
            return
        times = 2 if self._chance.random() < DUPLICATES else 1
        for _ in range(times):
            self.under_way += 1
            self._schedule.after(
                self._chance.random() ** 3 * MOST_DELAY_SECONDS, lambda: self._deliver(event, 0)
            )

    def _deliver(self, event: dict[str, Any], tries: int) -> None:
        self._host.run(
            self._function.name,
            lambda: self._call(event),
            lambda is_taken: self._answered(event, tries, is_taken=is_taken),
            lambda: self._answered(event, tries, is_taken=False),
        )

    def _call(self, event: dict[str, Any]) -> bool:
        try:
            self._invoker.run(self._function, decode_event(event))
        except InvocationError:
            return False
        return True

    def _answered(self, event: dict[str, Any], tries: int, *, is_taken: bool) -> None:
        name = event["subject"].rpartition("/")[2]
        if is_taken:
            self._trace.note("events", f"{event['id']} of {name} was taken")
            self.accepted[event["id"]] = event
            self.under_way -= 1
        elif tries < len(GAPS_SECONDS):
            self._trace.note("events", f"{event['id']} of {name} was not taken")
            again = GAPS_SECONDS[tries] * self._chance.uniform(1, 1.2)
            self._schedule.after(again, lambda: self._deliver(event, tries + 1))
        else:
            self.under_way -= 1


class Timers:
    """Timer triggers by their schedules; what was missed while the host was down runs once."""

    def __init__(self, app: App, schedule: Schedule, host: Host) -> None:
        self._schedule, self._host, self._invoker = schedule, host, StepInvoker(schedule)
        timers = [one for one in app.of_kind("timerTrigger") if one.name not in NOT_YET]
        self._plans = {one.name: parse_schedule(str(one.trigger["schedule"])) for one in timers}
        self._functions = {one.name: one for one in timers}
        self._missed: set[str] = set()
        self._busy: set[str] = set()
        self.runs: dict[str, int] = dict.fromkeys(self._plans, 0)
        host.on_start.append(self._catch_up)
        for name in self._plans:
            self._wait(name)

    def _wait(self, name: str) -> None:
        due = self._plans[name].after(self._schedule.now())
        if due is not None:
            self._schedule.at(due, lambda: self._due(name))

    def _due(self, name: str) -> None:
        if self._host.is_up:
            self._run(name)
        else:
            self._missed.add(name)
        self._wait(name)

    def _catch_up(self) -> None:
        missed, self._missed = sorted(self._missed), set()
        for name in missed:
            self._run(name)

    def _run(self, name: str) -> None:
        """A timer trigger never runs twice at the same time."""
        if name in self._busy:
            return
        self._busy.add(name)
        over = _bound(self._busy.discard, name)
        self._host.run(name, lambda: self._call(name), lambda _: over(), over)

    def _call(self, name: str) -> None:
        self.runs[name] += 1
        request: Any = TimerRequestConverter.decode(Datum(TIMER, "json"), trigger_metadata=None)
        try:
            self._invoker.run(self._functions[name], request)
        except InvocationError:
            return


TIMER = json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": {}, "IsPastDue": False})


def _bound(function: Callable[[str], None], name: str) -> Callable[[], None]:
    return lambda: function(name)
