"""Gives the work to hosts that may die at any moment, as a careful client does: it asks again."""

import json
from collections import deque
from dataclasses import dataclass, field

import requests

from tests.crash.workload import EVENT, instance
from tests.local_host.host_process import KEY

DURABLE = "/runtime/webhooks/durabletask"
TIMEOUT_SECONDS = 30


@dataclass
class Client:
    """`started` orchestrations were accepted, `to_tell` are those of them that need an event.

    `is_unsure` says that a start was asked for and not answered.
    """

    started: int = 0
    is_unsure: bool = False
    to_tell: deque[str] = field(default_factory=deque)

    def start_next(self, url: str) -> None:
        """Start one; the exception of a host that died leaves it the next one to start."""
        kind, name = instance(self.started)
        if not self.is_unsure or not is_known(url, name):
            self.is_unsure = True
            data = json.dumps({"of": name})
            post(url, f"/orchestrators/{kind}/{name}", data).raise_for_status()
        if kind == "waiting":
            self.to_tell.append(name)
        self.started, self.is_unsure = self.started + 1, False

    def tell_all(self, url: str) -> None:
        """Raise the event that they wait for, or will; twice, if the answer is lost."""
        while self.to_tell:
            name = self.to_tell[0]
            data = json.dumps({"of": name})
            answer = post(url, f"/instances/{name}/raiseEvent/{EVENT}", data)
            assert answer.status_code in (202, 410), f"{name}: {answer.status_code}"
            self.to_tell.popleft()


def is_known(url: str, name: str) -> bool:
    status = get(url, f"/instances/{name}").status_code
    assert status in (200, 202, 404)
    return status != 404


def is_idle(url: str) -> bool:
    """Whether nothing is under way."""
    found = get(url, "/instances?runtimeStatus=Pending,Running&top=1")
    found.raise_for_status()
    return not found.json()


def get(url: str, path: str) -> requests.Response:
    return requests.get(url + DURABLE + path, headers=_key(), timeout=TIMEOUT_SECONDS)


def post(url: str, path: str, data: str) -> requests.Response:
    headers = _key() | {"Content-Type": "application/json"}
    return requests.post(url + DURABLE + path, data=data, headers=headers, timeout=TIMEOUT_SECONDS)


def _key() -> dict[str, str]:
    return {"x-functions-key": KEY}
