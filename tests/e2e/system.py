"""A running system as its run.json tells it, and what a user does with it."""

import fcntl
import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
import requests
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.identity import DefaultAzureCredential
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

from local.system.hosts import CORE_TOOLS
from local.system.lifecycle import HOST, ROOT, start, stop
from local.system.processes import Processes

EVENT_GRID = "/runtime/webhooks/EventGrid"
DURABLE = "/runtime/webhooks/durabletask"


class _NoCredential:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        raise AssertionError("The emulator is asked without a token.")


@dataclass(frozen=True)
class Where:
    """What the tests need of a run.json; one that tells of Azure is written by hand."""

    functions_url: str
    function_key: str
    arm_url: str
    subscription_id: str
    scan_resource_group: str
    host: str | None

    @classmethod
    def read(cls, file: Path) -> Self:
        told = json.loads(file.read_text())
        return cls(
            told["functionsUrl"].rstrip("/"),
            told["functionKey"],
            told["armUrl"].rstrip("/"),
            told["subscriptionId"],
            told["scanResourceGroup"],
            told.get("host"),
        )

    @property
    def is_azure(self) -> bool:
        """As the app sees it: over plain http there is only the emulator."""
        return self.arm_url.startswith("https://")


class System:
    """Tests that ask for more than the system offers are skipped with a sentence why."""

    def __init__(self, run_json: Path) -> None:
        self.run_json, self.folder = run_json, run_json.parent
        self.where = Where.read(run_json)
        # On Azure a scan takes minutes, and the app may come up first.
        self.longest_scan_seconds: float = 2400 if self.where.is_azure else 60

    # -------------------------------------------------------------- HTTP
    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"x-functions-key": self.where.function_key, **options.pop("headers", {})}
        url = path if path.startswith("http") else self.where.functions_url + path
        return requests.request(method, url, headers=headers, timeout=60, **options)

    def scans(self, **which: str) -> list[dict[str, Any]]:
        answer = self.call("GET", "/api/scans", params={"limit": "200", **which})
        found: list[dict[str, Any]] = answer.json()["scans"]
        return found

    def scans_of(self, image: str) -> list[dict[str, Any]]:
        """Asked for by image: all of them, over and over, would keep the system busy."""
        return self.scans(image=image)

    def ended_scan_of(self, image: str, seconds: float = 60) -> dict[str, Any]:
        """The one scan of an image, once it is over."""

        def over() -> dict[str, Any] | None:
            found = self.scans_of(image)
            return found[0] if found and found[0]["finishedAt"] else None

        scan: dict[str, Any] = eventually(over, seconds)
        return scan

    def ended_scan(self, request: dict[str, Any]) -> dict[str, Any]:
        """The scan that a request brings, once it is over."""
        location = self.call("POST", "/api/scans", json=request).headers["Location"]

        def over() -> dict[str, Any] | None:
            answer = self.call("GET", location)
            return answer.json() if answer.status_code == 200 else None

        scan: dict[str, Any] = eventually(over, self.longest_scan_seconds)
        return scan

    def findings(self, scan_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while cursor is not None:
            page = self.call("GET", f"/api/scans/{scan_id}/findings?limit=100&cursor={cursor}")
            found += page.json()["findings"]
            cursor = page.json()["cursor"]
        return found

    # -------------------------------------------------------------- Azure
    @property
    def arm(self) -> ContainerInstanceManagementClient:
        """The unmodified SDK: as whoever is signed in to Azure, to the emulator as nobody."""
        if self.where.is_azure:
            signed_in: TokenCredential = DefaultAzureCredential()
            return ContainerInstanceManagementClient(signed_in, self.where.subscription_id)
        policy: SansIOHTTPPolicy[Any, Any] = SansIOHTTPPolicy()
        return ContainerInstanceManagementClient(
            _NoCredential(),
            self.where.subscription_id,
            self.where.arm_url,
            authentication_policy=policy,
        )

    def deploy(self, name: str, group: Any, resource_group: str = "test-rg") -> Any:
        """Create a container group of a user's; its poller."""
        self.need_emulator()
        return self.arm.container_groups.begin_create_or_update(resource_group, name, group)

    def deploy_app(self, kind: str, name: str, image: str, init: str) -> str:
        """Create a container app or job of a user's; its id."""
        self.need_emulator()
        resource_id = (
            f"/subscriptions/{self.where.subscription_id}/resourceGroups/test-rg"
            f"/providers/Microsoft.App/{kind}/{name}"
        )
        template = {
            "containers": [{"name": "main", "image": image}],
            "initContainers": [{"name": "init", "image": init}],
        }
        body = {"location": "westeurope", "properties": {"template": template}}
        url = f"{self.where.arm_url}{resource_id}?api-version=2024-03-01"
        requests.put(url, json=body, timeout=10).raise_for_status()
        return resource_id

    def tell(self, what: str, value: Any) -> None:
        """Set images or faults of the emulator."""
        self.need_emulator()
        answer = requests.put(f"{self.where.arm_url}/emulator/{what}", json=value, timeout=10)
        answer.raise_for_status()

    def books(self) -> list[dict[str, Any]]:
        self.need_emulator()
        books: list[dict[str, Any]] = requests.get(
            f"{self.where.arm_url}/emulator/groups", timeout=10
        ).json()
        return books

    def scan_groups_of(self, scan_id: str) -> list[dict[str, Any]]:
        return [one for one in self.books() if one["tags"].get("scan-id") == scan_id]

    def event(self, resource_id: str, event_id: str | None = None, **changed: Any) -> Any:
        """Deliver an event as Event Grid does; its answer."""
        event = {
            "id": event_id or str(uuid.uuid4()),
            "topic": f"/subscriptions/{self.where.subscription_id}",
            "subject": resource_id,
            "eventType": "Microsoft.Resources.ResourceWriteSuccess",
            "eventTime": "2026-01-01T00:00:00Z",
            "dataVersion": "2",
            "metadataVersion": "1",
            "data": {"operationName": "Microsoft.ContainerInstance/containerGroups/write"},
        }
        return self.call(
            "POST",
            f"{EVENT_GRID}?functionName=on_container_deployed",
            json=[event | changed],
            headers={"aeg-event-type": "Notification"},
        )

    # -------------------------------------------------------------- what it offers
    def need_emulator(self) -> None:
        if self.where.is_azure:
            pytest.skip("armUrl is Azure: what images hold and what fails cannot be told to it.")

    def need_processes(self) -> None:
        if Processes(self.folder).find(HOST) is None:
            pytest.skip(f"The host's process is not one that {self.run_json} lies beside.")

    def need_keys(self) -> None:
        if self.where.host == CORE_TOOLS:
            pytest.skip("Core Tools ask for no key on a developer's machine.")

    # -------------------------------------------------------------- processes
    def kill_host(self) -> None:
        """As when its machine dies: the host and all that it had started."""
        self.need_processes()
        running = Processes(self.folder).find(HOST)
        assert running is not None
        os.killpg(running.pid, signal.SIGKILL)
        eventually(lambda: not running.is_alive)

    def start_again(self) -> None:
        start(self.folder)


@contextmanager
def started(
    name: str, host: str | None = None, prepare: Callable[[Path], None] = lambda _: None
) -> Iterator[System]:
    """A system of its own, stopped at the end; its state stays below .local/, for whoever looks.

    `prepare` is given the folder of that state before anything is in it.
    """
    folder = ROOT / ".local" / f"{name}-{uuid.uuid4().hex[:8]}"
    prepare(folder)
    try:
        with _one_start_at_a_time():
            start(folder, host or os.environ.get("E2E_HOST"), ports_are_free=True)
        yield System(folder / "run.json")
    finally:
        stop(folder)


@contextmanager
def _one_start_at_a_time() -> Iterator[None]:
    """Two that choose ports at once could choose the same."""
    file = ROOT / ".local/e2e.lock"
    file.parent.mkdir(exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def eventually(look: Callable[[], Any], seconds: float = 30) -> Any:
    """What `look` gives as soon as it is truthy; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.2)
    return seen
