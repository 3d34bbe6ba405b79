"""A system in whose settings and images secrets are planted, and all that it leaves and tells."""

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.containerinstance.models import EnvironmentVariable

from local.azurite.launcher import ACCOUNT_KEY
from local.qscanner_stand_in.inventory import PLANTED_SECRET
from local.system.addresses import Installation, installation, write_private
from tests.e2e.deploying import group
from tests.e2e.system import System, started
from tests.leaks.places import Place, files
from tests.telemetry.ingestion import Ingestion


def _planted(what: str) -> str:
    return f"planted-{what}-{secrets.token_hex(12)}"


@dataclass(frozen=True)
class Planted:
    """One value for each secret that there is: settings, what images hold, what users deploy."""

    token: str = field(default_factory=lambda: _planted("token"))
    function_key: str = field(default_factory=lambda: _planted("function-key"))
    username: str = field(default_factory=lambda: _planted("user name"))
    password: str = field(default_factory=lambda: _planted('pass"word'))
    webhook: str = field(default_factory=lambda: _planted("webhook"))
    image_password: str = field(default_factory=lambda: _planted("image-password"))
    image_address: str = field(default_factory=lambda: _planted("image-address"))
    deployed: str = field(default_factory=lambda: _planted("deployed"))
    deployed_plain: str = field(default_factory=lambda: _planted("deployed-plain"))

    def settings(self, receiver: str) -> dict[str, str]:
        """The environment of the app's process; the rest `plant` puts where `make start` looks."""
        return {
            "QUALYS_ACCESS_TOKEN": self.token,
            "QUALYS_USERNAME": self.username,
            "QUALYS_PASSWORD": self.password,
            "NOTIFY_WEBHOOK_URL": f"{receiver}/hook?code={self.webhook}",
        }

    @property
    def given_away(self) -> dict[str, Any]:
        """What a scanner tells of an image and of itself."""
        return {
            "findings": [{"type": "secret", "title": "Key", "path": "app/.env"}, {"qid": 376157}],
            "tellsEnvironment": True,
            "layerCommands": [f"ENV DB_PASSWORD={self.image_password}",
                              f"RUN curl https://robot:{self.image_address}@example.com/x"],
            "console": [f"DEBUG found {PLANTED_SECRET} in app/.env",
                        f"DEBUG config env DB_PASSWORD={self.image_password}",
                        f"DEBUG GET https://robot:{self.image_address}@example.com/x",
                        f"DEBUG Authorization: Bearer {self.token}",
                        f"DEBUG login {json.dumps([self.username, self.password])}"],
        }  # fmt: skip

    def by_name(self, folder: Path) -> dict[str, str]:
        """Every secret, those of the machine too."""
        return {
            **vars(self),
            "registry_password": installation(folder).registry_password,
            "account_key": ACCOUNT_KEY,
            "found": PLANTED_SECRET,
        }


class Receiver(ThreadingHTTPServer):
    """What NOTIFY_WEBHOOK_URL leads to: fails once, then keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Told)
        self.told: list[bytes] = []
        self.has_failed = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Told(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(body)
        self.send_response(200 if self.server.has_failed else 500)
        self.server.has_failed = True
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing: the test's own output is not searched."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver while it is needed."""
    with Receiver() as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        yield receiver
        receiver.shutdown()


@contextmanager
def planted_system(
    planted: Planted, receiver: Receiver, host: str | None = None
) -> Iterator[System]:
    """A whole system with these secrets; stopped at the end, as `make stop` does."""
    with pytest.MonkeyPatch.context() as patch:

        def prepare(folder: Path) -> None:
            folder.mkdir(parents=True)
            kept = Installation(planted.function_key, planted.token)
            write_private(folder / "secrets.json", vars(kept))
            patch.setenv("LEAKING_HOST_STATE", str(folder / "host"))

        for name, value in planted.settings(receiver.url).items():
            patch.setenv(name, value)
        with started("e2e-secrets", host, prepare) as system:
            yield system


def deployed_group(planted: Planted, image: str) -> Any:
    """A user's group, which has secrets of its own."""
    of_user = group(image)
    of_user.containers[0].environment_variables = [
        EnvironmentVariable(name="A", secure_value=planted.deployed),
        EnvironmentVariable(name="B", value=planted.deployed_plain),
    ]
    return of_user


@contextmanager
def telemetry() -> Iterator[Ingestion]:
    """Application Insights' endpoint, to which apps that are started meanwhile send their log."""
    ingestion = Ingestion()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APPLICATIONINSIGHTS_CONNECTION_STRING", ingestion.connection_string)
        for switch in ("STATSBEAT_DISABLED_ALL", "CONTROLPLANE_DISABLED", "SDKSTATS_DISABLED"):
            patch.setenv(f"APPLICATIONINSIGHTS_{switch}", "true")  # which would tell Microsoft
        yield ingestion
    ingestion.close()


def left_behind(folder: Path, replies: Mapping[str, bytes]) -> Iterator[Place]:
    """Every file of the state folder, and every reply."""
    yield from files(folder)
    yield from (Place(f"reply {name}", content) for name, content in replies.items())
