"""One container of a group: its state over time, as ACI tells it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.azure_emulator.clock import iso
from local.azure_emulator.runtime import ContainerSpec, Execution, Runtime


@dataclass
class Container:
    """A container and what has become of it; `spec` is dropped once it was started."""

    name: str
    image: str
    cpu: float
    is_init: bool
    spec: ContainerSpec | None = field(repr=False)
    execution: Execution | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        """Started and not ended: its log is kept up to 4 MB just as long."""
        return self.started_at is not None and self.finished_at is None

    def note(self, name: str, message: str, at: datetime) -> None:
        """Add an event, as instanceView tells them."""
        times = {"firstTimestamp": iso(at), "lastTimestamp": iso(at)}
        self.events.append({"count": 1, **times, "name": name, "message": message,
                            "type": "Normal"})  # fmt: skip

    def start(self, runtime: Runtime, now: datetime) -> None:
        """Run it; its environment, secure values included, is forgotten here."""
        assert self.spec is not None
        self.execution, self.spec = runtime.start(self.spec), None
        self.started_at = now
        self.note("Created", "Created container", now)
        self.note("Started", "Started container", now)

    def look(self) -> None:
        """Notice that it has ended, if it has."""
        ended = self.execution.ended() if self.execution and self.is_running else None
        if ended:
            self.exit_code, self.finished_at = ended.exit_code, ended.at

    def kill(self, now: datetime) -> None:
        """End it, and what it may have left behind if it has ended itself; safe to repeat."""
        self.spec = None
        if self.execution is None:
            return
        if self.is_running:
            self.note("Killing", f"Killing container {self.name}", now)
        self.execution.kill()
        self.look()

    def current_state(self) -> dict[str, Any]:
        """`currentState` as ACI tells it."""
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
        return {
            "restartCount": 0,
            "currentState": self.current_state(),
            "events": [dict(event) for event in self.events],
        }

    def to_book(self) -> dict[str, Any]:
        """For the emulator's own books."""
        return {
            "name": self.name,
            "image": self.image,
            "state": self.current_state()["state"],
            "startedAt": iso(self.started_at),
            "finishedAt": iso(self.finished_at),
            "exitCode": self.exit_code,
        }


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
    return Container(entry["name"], properties["image"], requests.get("cpu") or 0.0, is_init, spec)
