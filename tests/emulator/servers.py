"""The emulator as a program of its own, and what a test needs around it."""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import requests

from tests.emulator.in_process import SUBSCRIPTION, sdk_client

ROOT = Path(__file__).parents[2]
WITHIN_SECONDS = 20
Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None]) -> Found:
    """What `look` returns once it is neither None nor False; fails after a bounded wait."""
    end = time.monotonic() + WITHIN_SECONDS
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < end, "It did not happen in time."
        threading.Event().wait(0.05)


class RunningEmulator:
    """`python -m local.azure_emulator` on a free port."""

    def __init__(self, state: Path, events_url: str | None = None) -> None:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OURS": "not theirs"}
        if events_url:
            environment["EVENTS_WEBHOOK_URL"] = events_url
        command = [sys.executable, "-m", "local.azure_emulator", "--port", "0", "--state",
                   str(state), "--subscription", SUBSCRIPTION]  # fmt: skip
        command += ["--pending-seconds", "0", "--pull-seconds", "0", "--delete-seconds", "0.2"]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        ready, _, self.url = self.process.stdout.readline().strip().partition(" ")
        assert ready == "ready", self.process.communicate()[1]
        self.client = sdk_client(self.url)

    def put(self, name: str, body: dict[str, Any]) -> None:
        groups = self.client.container_groups
        groups.begin_create_or_update("test-rg", name, body, polling=False)

    def state_of(self, name: str, container: str) -> Any:
        """The container's current state; None before there is one."""
        found = self.client.container_groups.get("test-rg", name)
        views = [one.instance_view for one in found.containers if one.name == container]
        return views[0].current_state if views and views[0] else None

    def wait_until_ended(self, name: str, container: str) -> int:
        """The exit code of a container, once there is one."""

        def ended() -> Any:
            state = self.state_of(name, container)
            return state if state and state.state == "Terminated" else None

        code: int = eventually(ended).exit_code
        return code

    def log(self, name: str, container: str) -> str:
        return self.client.containers.list_logs("test-rg", name, container).content or ""

    def wait_for_log(self, name: str, container: str, wanted: str) -> str:
        eventually(lambda: self._has_started(name, container))
        return eventually(lambda: _if_in(wanted, self.log(name, container)))

    def control(self, what: str, body: Any) -> None:
        requests.put(f"{self.url}/emulator/{what}", json=body, timeout=10).raise_for_status()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal if it still runs, and wait; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(WITHIN_SECONDS)
        finally:
            self.process.kill()  # nothing happens where it has ended
        return self.process.returncode

    def _has_started(self, name: str, container: str) -> bool:
        state = self.state_of(name, container)
        return state is not None and state.state != "Waiting"


def _if_in(wanted: str, text: str) -> str | None:
    return text if wanted in text else None


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


NO_REPLY = 0


class Endpoint:
    """A webhook that answers with statuses as told, 200 after that, and keeps what it was sent.

    With NO_REPLY it closes the connection, as a host does that dies.
    """

    def __init__(self, statuses: list[int] | None = None, port: int = 0) -> None:
        self.received: list[tuple[str | None, Any]] = []
        endpoint, left = self, list(statuses or [])

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kind = self.headers["aeg-event-type"]
                endpoint.received.append((kind, json.loads(body)))
                status = left.pop(0) if left else 200
                if status == NO_REPLY:
                    return
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook?code=a-key"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
