"""One container of a group: its state over time, as ACI tells it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.azure_emulator.clock import iso
from local.azure_emulator.runtime import ContainerSpec, Execution, Runtime

# Gaps before a container that ended is started again: the kubelet's, which ACI's BackOff events
# are named after. They double from the first to the last.
FIRST_BACK_OFF_SECONDS, LAST_BACK_OFF_SECONDS = 10, 300
CRASH_LOOP = "CrashLoopBackOff: Back-off restarting failed container"
# Of a container that was stopped for platform maintenance (support article
# "container-group-restart-killing-event-interruption"; 7148 has been seen too).
PLATFORM_MAINTENANCE = 7147


@dataclass
class Container:
    """A container and what has become of it.

    `spec` holds its secure values; it is shown nowhere and lives as long as the group, which may
    be started again.
    """

    spec: ContainerSpec = field(repr=False)
    cpu: float
    execution: Execution | None = None
    first_started_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    restarts_at: datetime | None = None
    waits_because: str = ""
    restart_count: int = 0
    previous_state: dict[str, Any] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Unique in its group."""
        return self.spec.name

    @property
    def is_init(self) -> bool:
        """Runs before the others, and has to end well."""
        return self.spec.is_init

    @property
    def is_running(self) -> bool:
        """Started and not ended: its log is kept up to 4 MB just as long."""
        return self.started_at is not None and self.finished_at is None

    def note(self, name: str, message: str, at: datetime, kind: str = "Normal") -> None:
        """Add an event, as instanceView tells them; one that repeats itself is counted."""
        last = self.events[-1] if self.events else None
        if last and (last["name"], last["message"]) == (name, message):
            last["count"] += 1
            last["lastTimestamp"] = iso(at)
            return
        self.events.append(event(name, message, at, kind))

    def start(self, runtime: Runtime, now: datetime) -> None:
        """Run it."""
        self.execution = runtime.start(self.spec)
        self.first_started_at = self.first_started_at or now
        self.started_at, self.finished_at = now, None
        self.exit_code = self.restarts_at = None
        self.note("Created", "Created container", now)
        self.note("Started", "Started container", now)

    def start_again(self, runtime: Runtime, now: datetime) -> None:
        """Run it once more, after it has ended."""
        self.previous_state = self._ran_state()
        self.restart_count += 1
        self.start(runtime, now)

    def look(self) -> bool:
        """Notice that it has ended; True where it has since the last look."""
        ended = self.execution.ended() if self.execution and self.is_running else None
        if ended is None:
            return False
        self.exit_code, self.finished_at = ended.exit_code, ended.at
        return True

    def back_off(self) -> None:
        """Have it started again a while after it has ended, later each time."""
        assert self.finished_at is not None
        seconds = min(FIRST_BACK_OFF_SECONDS * 2**self.restart_count, LAST_BACK_OFF_SECONDS)
        self.restarts_at = self.finished_at + timedelta(seconds=seconds)
        self.waits_because = CRASH_LOOP
        message = "Back-off restarting failed container"
        self.note("BackOff", message, self.finished_at, "Warning")

    def interrupt(self, now: datetime, comes_back_at: datetime | None) -> None:
        """End it for platform maintenance, and have it start over where the platform moves it."""
        was_running = self.is_running
        self.kill(now)
        if was_running:
            self.exit_code = PLATFORM_MAINTENANCE
        self.restarts_at, self.waits_because = comes_back_at, ""

    def kill(self, now: datetime) -> None:
        """End it, and what it may have left behind if it has ended itself; safe to repeat."""
        self.restarts_at = None
        if self.execution is None:
            return
        if self.is_running:
            self.note("Killing", f"Killing container {self.name}", now)
        self.execution.kill()
        self.look()

    def current_state(self) -> dict[str, Any]:
        """`currentState` as ACI tells it."""
        if self.restarts_at is not None:
            return {"state": "Waiting", "detailStatus": self.waits_because}
        return self._ran_state()

    def _ran_state(self) -> dict[str, Any]:
        if self.started_at is None:
            return {"state": "Waiting", "detailStatus": ""}
        if self.finished_at is None:
            return {"state": "Running", "startTime": iso(self.started_at), "detailStatus": ""}
        return {
            "state": "Terminated",
            "startTime": iso(self.started_at),
            "finishTime": iso(self.finished_at),
            "exitCode": self.exit_code,
            "detailStatus": "Completed" if self.exit_code == 0 else "Error",
        }

    def instance_view(self) -> dict[str, Any]:
        """The whole of the container's instanceView."""
        view = {
            "restartCount": self.restart_count,
            "currentState": self.current_state(),
            "events": [dict(event) for event in self.events],
        }
        if self.restarts_at is not None:
            view["previousState"] = self._ran_state()
        elif self.previous_state is not None:
            view["previousState"] = self.previous_state
        return view

    def to_book(self) -> dict[str, Any]:
        """For the emulator's own books."""
        return {
            "name": self.name,
            "image": self.spec.image,
            "state": self.current_state()["state"],
            "startedAt": iso(self.started_at),
            "finishedAt": iso(self.finished_at),
            "exitCode": self.exit_code,
            "restartCount": self.restart_count,
        }


def event(name: str, message: str, at: datetime, kind: str) -> dict[str, Any]:
    """An event as instanceView tells it."""
    times = {"firstTimestamp": iso(at), "lastTimestamp": iso(at)}
    return {"count": 1, **times, "name": name, "message": message, "type": kind}


def containers_of(group: str, properties: dict[str, Any]) -> list[Container]:
    """The containers of a group's body as it was put, init containers first, in order."""
    return [
        _container(group, entry, is_init=kind == "initContainers")
        for kind in ("initContainers", "containers")
        for entry in properties.get(kind) or []
    ]


def _container(group: str, entry: dict[str, Any], *, is_init: bool) -> Container:
    properties = entry["properties"]
    environment = {
        variable["name"]: variable.get("secureValue") or variable.get("value") or ""
        for variable in properties.get("environmentVariables") or []
    }
    volumes = {one["mountPath"]: one["name"] for one in properties.get("volumeMounts") or []}
    command = tuple(properties.get("command") or ())
    spec = ContainerSpec(
        group, entry["name"], properties["image"], command, environment, volumes, is_init
    )
    requests = (properties.get("resources") or {}).get("requests") or {}
    return Container(spec, requests.get("cpu") or 0.0)
