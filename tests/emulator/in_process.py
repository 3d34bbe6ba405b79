"""The emulator inside the test: behind the real SDK's transport, with time that stands still.

Waiting inside the SDK (polling, retries) moves the clock instead of the test.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.appcontainers import ContainerAppsAPIClient
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

from local.azure_emulator.arm_routes import Emulator
from local.azure_emulator.messages import Request, Response
from local.azure_emulator.provisioning import Timings
from local.azure_emulator.runtime import ContainerSpec, Ended
from tests.emulator.bodies import group as group_of_one
from tests.emulator.transport import Transport

SUBSCRIPTION = "5d3c1a2e-0000-4000-8000-000000000001"
PUBLIC, APPS_VERSION = "https://management.azure.com", "2024-03-01"
TIMINGS = Timings(pending_seconds=2, pull_seconds=10, delete_seconds=5, stop_seconds=10)
RUNNING_AFTER_SECONDS = 12
START = datetime(2026, 1, 1, tzinfo=UTC)
NEVER_AFTER = START + timedelta(days=1)


class VirtualClock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        return self._now

    def pass_seconds(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        assert self._now < NEVER_AFTER, "Something waits that never comes."


@dataclass(frozen=True)
class Script:
    """What a container does: ends after so many seconds, if ever; has written this all along."""

    seconds: float | None = None
    exit_code: int = 0
    log: bytes = b""


class ScriptedContainer:
    """A container that does as its script says."""

    def __init__(self, clock: VirtualClock, script: Script) -> None:
        self._clock, self._script = clock, script
        seconds = script.seconds
        self._ends_at = None if seconds is None else clock.now() + timedelta(seconds=seconds)
        self._exit_code = script.exit_code

    def ended(self) -> Ended | None:
        if self._ends_at is None or self._clock.now() < self._ends_at:
            return None
        return Ended(self._exit_code, self._ends_at)

    def log_tail(self, limit_bytes: int) -> bytes:
        return self._script.log[-limit_bytes:]

    def kill(self) -> None:
        if self.ended() is None:
            self._ends_at, self._exit_code = self._clock.now(), 137


class ScriptedRuntime:
    """Containers by script, chosen by image; others run for ever and write nothing."""

    def __init__(self, clock: VirtualClock) -> None:
        self.scripts: dict[str, Script] = {}
        self.started: list[ContainerSpec] = []
        self.containers: list[ScriptedContainer] = []
        self.removed: list[str] = []
        self._clock = clock

    def start(self, container: ContainerSpec) -> ScriptedContainer:
        self.started.append(container)
        script = self.scripts.get(container.image, Script())
        self.containers.append(ScriptedContainer(self._clock, script))
        return self.containers[-1]

    def remove(self, group: str) -> None:
        self.removed.append(group)


class Images:
    """Remembers what was said of images."""

    def __init__(self) -> None:
        self.behaviours: dict[str, Any] = {}

    def set(self, behaviours: Any) -> str | None:
        self.behaviours |= behaviours
        return None


class NoCredential:
    """Plain http and in-process transports take no token."""

    def get_token(self, *_: str, **__: Any) -> Any:
        raise AssertionError("No token is asked for.")


def sdk_client(base_url: str, subscription: str = SUBSCRIPTION, **options: Any) -> Any:
    """The unmodified SDK's client, without authentication.

    Untyped, because its models declare every read-only field as None.
    """
    policy: SansIOHTTPPolicy[Any, Any] = SansIOHTTPPolicy()
    return ContainerInstanceManagementClient(
        NoCredential(), subscription, base_url=base_url, authentication_policy=policy, **options
    )


def told(error: HttpResponseError) -> tuple[int | None, str | None]:
    """The status and the code of an error."""
    assert error.error is not None
    return error.status_code, error.error.code


def refused(request: Callable[[], object]) -> HttpResponseError:
    """The error with which a request is refused."""
    with pytest.raises(HttpResponseError) as error:
        request()
    return error.value


@dataclass
class World:
    """An emulator with a clock, scripted containers and the SDK's client on it."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    events: list[dict[str, Any]] = field(default_factory=list)
    sdk_options: dict[str, Any] = field(default_factory=dict)
    chance: random.Random | None = None

    def __post_init__(self) -> None:
        self.runtime, self.images = ScriptedRuntime(self.clock), Images()
        self.emulator = Emulator(
            self.clock, self.runtime, self.events.append, self.images, TIMINGS,
            _numbers().__next__, self.chance,
        )  # fmt: skip
        self.transport = Transport(self.emulator, self.clock)
        options = {"transport": self.transport, **self.sdk_options}
        self.client = sdk_client(PUBLIC, **options)
        self.make_resource_group("test-rg")

    def apps(self, subscription: str = SUBSCRIPTION) -> Any:
        """The SDK's client for container apps and jobs, with the api-version that the app pins."""
        options = {"api_version": APPS_VERSION, "transport": self.transport, **self.sdk_options}
        policy: SansIOHTTPPolicy[Any, Any] = SansIOHTTPPolicy()
        return ContainerAppsAPIClient(
            NoCredential(), subscription, PUBLIC, authentication_policy=policy, **options
        )

    def make_resource_group(self, name: str, subscription: str = SUBSCRIPTION) -> None:
        path = f"/subscriptions/{subscription}/resourceGroups/{name}"
        reply = self.ask("PUT", path, {"location": "westeurope"}, **{"api-version": "2021-04-01"})
        assert reply.status in (200, 201)

    def put(self, name: str, body: Mapping[str, Any], group: str = "test-rg") -> Any:
        """Create or update without waiting; what the PUT answered."""
        groups = self.client.container_groups
        return groups.begin_create_or_update(group, name, dict(body), polling=False).result()

    def run(self, name: str, body: Mapping[str, Any] | None = None, group: str = "test-rg") -> None:
        """Create a group and let time pass until its containers run."""
        self.put(name, body or group_of_one(), group)
        self.pass_seconds(RUNNING_AFTER_SECONDS)

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass, and happen what is due by then."""
        self.clock.pass_seconds(seconds)
        self.emulator.advance()

    def get(self, name: str, group: str = "test-rg") -> Any:
        return self.client.container_groups.get(group, name)

    def delete(self, name: str, group: str = "test-rg") -> None:
        self.client.container_groups.begin_delete(group, name, polling=False)

    def log(self, name: str, container: str, tail: int | None = None) -> str | None:
        logs = self.client.containers.list_logs("test-rg", name, container, tail=tail)
        content: str | None = logs.content
        return content

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Response:
        """A plain request, for what the SDK does not know."""
        content = b"" if body is None else json.dumps(body).encode()
        return self.emulator.handle(Request(method, path, query, body=content))

    def books(self) -> Any:
        return self.ask("GET", "/emulator/groups").body

    def set_limits(self, **limits: int) -> None:
        assert self.ask("PUT", "/emulator/limits", limits).status == 200

    def set_faults(self, *faults: Mapping[str, Any]) -> None:
        assert self.ask("PUT", "/emulator/faults", list(faults)).status == 200


def _numbers() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"id-{number}"
