"""The whole system as real processes, started once for all end-to-end tests of a worker."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

from local.system.addresses import Addresses
from local.system.lifecycle import HOST, ROOT, start, stop
from local.system.processes import Processes

EVENT_GRID = "/runtime/webhooks/EventGrid"
DURABLE = "/runtime/webhooks/durabletask"


class _NoCredential:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        raise AssertionError("The emulator is asked without a token.")


class System:
    """A running system and what a user does with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = os.environ.get("E2E_HOST")
        self.where: Addresses = start(folder, self.host, ports_are_free=True)

    # -------------------------------------------------------------- HTTP
    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"x-functions-key": self.where.function_key, **options.pop("headers", {})}
        url = path if path.startswith("http") else self.where.functions_url + path
        return requests.request(method, url, headers=headers, timeout=60, **options)

    def scans(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "/api/scans?limit=200").json()["scans"]
        return found

    def scans_of(self, image: str) -> list[dict[str, Any]]:
        return [one for one in self.scans() if one["image"] == image]

    def ended_scan_of(self, image: str, seconds: float = 60) -> dict[str, Any]:
        """The one scan of an image, once it is over."""

        def over() -> dict[str, Any] | None:
            found = self.scans_of(image)
            return found[0] if found and found[0]["finishedAt"] else None

        scan: dict[str, Any] = eventually(over, seconds)
        return scan

    def ended_scan(self, request: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
        """The scan that a request brings, once it is over."""
        location = self.call("POST", "/api/scans", json=request).headers["Location"]

        def over() -> dict[str, Any] | None:
            answer = self.call("GET", location)
            return answer.json() if answer.status_code == 200 else None

        scan: dict[str, Any] = eventually(over, seconds)
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
        policy: SansIOHTTPPolicy[Any, Any] = SansIOHTTPPolicy()
        return ContainerInstanceManagementClient(
            _NoCredential(),
            self.where.subscription_id,
            self.where.arm_url,
            authentication_policy=policy,
        )

    def tell(self, what: str, value: Any) -> None:
        """Set images or faults of the emulator."""
        answer = requests.put(f"{self.where.arm_url}/emulator/{what}", json=value, timeout=10)
        answer.raise_for_status()

    def books(self) -> list[dict[str, Any]]:
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

    # -------------------------------------------------------------- processes
    def kill_host(self) -> None:
        running = Processes(self.folder).find(HOST)
        assert running is not None
        os.kill(running.pid, 9)
        eventually(lambda: not running.is_alive)

    def start_again(self) -> None:
        start(self.folder, self.host)


def eventually(look: Callable[[], Any], seconds: float = 30) -> Any:
    """What `look` gives as soon as it is truthy; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.2)
    return seen


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """Started once; each test uses images and names of its own."""
    folder = ROOT / ".local" / f"e2e-{uuid.uuid4().hex[:8]}"
    try:
        yield System(folder)
    finally:
        stop(folder)
