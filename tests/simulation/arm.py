"""Azure Resource Manager in process: the emulator behind the real SDK clients' transport."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from local.azure_emulator.arm_routes import Emulator
from local.azure_emulator.messages import Request, Response
from tests.emulator.in_process import VirtualClock
from tests.emulator.transport import Transport
from tests.simulation.faults import AFTER_EFFECT, BEFORE_EFFECT, Strike
from tests.simulation.outside import Requests
from tests.simulation.phases import Phase, phase_of
from tests.simulation.schedule import Schedule
from tests.simulation.steps import pause, running_step
from tests.simulation.trace import Trace

THROTTLED = 429


class ArmTransport(Transport):
    """A request takes time, and faults befall it as the emulator knows them.

    `throttled`: what was refused as too much, where no fault had that said.
    """

    def __init__(
        self, emulator: Emulator, schedule: Schedule, requests: Requests, trace: Trace
    ) -> None:
        super().__init__(emulator, VirtualClock())
        self._schedule, self._requests, self._trace = schedule, requests, trace
        self.deleted_at: dict[str, datetime] = {}
        self.throttled: list[str] = []

    def send(self, request: Any, **_: Any) -> Any:
        what = _what(request.method, request.url)
        step = running_step()
        phase = phase_of(step.name) if step else None
        self._requests.wait("arm")
        self._requests.may_die(phase, BEFORE_EFFECT, what)
        is_the_apps = not what.startswith("post")  # the SDK registers a provider by itself
        strike = self._strike(phase, what) if phase and is_the_apps else None
        response = self._answer_with(strike, request, what) if strike else self.answer(request)
        self._note(phase, what, response)
        if response.status == THROTTLED and strike is None:
            self.throttled.append(f"{what} at {self._schedule.now()}: {response.body}")
        if what.startswith("delete") and 200 <= response.status < 300:
            self.deleted_at.setdefault(what.split()[1], self._schedule.now())
        self._requests.may_die(phase, AFTER_EFFECT, what)
        pause(self._schedule, response.delay_seconds)
        return self.conclude(request, response)

    def _strike(self, phase: Phase, what: str) -> Strike | None:
        request = f"arm {what.split(maxsplit=1)[0]}"
        self._requests.made.add((phase, request))
        return self._requests.faults.take(phase, request, what)

    def sleep(self, duration: float) -> None:
        """The SDK waits before it tries again."""
        pause(self._schedule, duration)

    def hold_to_specification(self, request: Any, response: Response) -> None:
        """The emulator's own tests do that; here it would take longer than all else."""

    def _answer_with(self, strike: Strike, request: Any, what: str) -> Response:
        """The emulator takes the fault for this one request; one that it had no use for is kept."""
        fault = {"operation": what.split(maxsplit=1)[0], **strike.kind.fault, "count": 1}
        put_faults(self._emulator, [fault])
        response = self.answer(request)
        if faults_left(self._emulator):
            self._requests.faults.missed(strike)
        else:
            self._requests.faults.hit(strike)
            self._trace.note("fault", f"{strike.kind.name} ({strike.phase}): {what}")
        put_faults(self._emulator, [])
        return response

    def _note(self, phase: Phase | None, what: str, response: Response) -> None:
        if not what.startswith(("get", "logs")) or response.status >= 400:
            told = "no reply" if response.is_lost else response.status
            self._trace.note("arm", f"{what} -> {told} ({phase})")


def _what(method: str, url: str) -> str:
    """The emulator's name for the operation, and whom it concerns."""
    _, _, place = urlsplit(url).path.partition("/providers/")
    kind, *rest = place.split("/")[1:] or [""]
    if not rest:
        return f"{'list' if method == 'GET' else method.lower()} {kind or '-'}"
    name, *below = rest
    operation = "revisions" if below[:1] == ["revisions"] else method.lower()
    return f"{'logs' if below[-1:] == ['logs'] else operation} {name}"


def put_faults(emulator: Emulator, faults: list[Mapping[str, Any]]) -> None:
    """Replace the emulator's faults."""
    reply = ask(emulator, "PUT", "/emulator/faults", faults)
    assert reply.status == 200, reply.body


def faults_left(emulator: Emulator) -> bool:
    """Whether a fault is still to come."""
    return any(one.get("count", 1) > 0 for one in emulator._faults._faults)


def ask(emulator: Emulator, method: str, path: str, body: Any = None, **query: str) -> Response:
    """A request that is not the app's."""
    content = b"" if body is None else json.dumps(body).encode()
    return emulator.handle(Request(method, path, query, body=content))
