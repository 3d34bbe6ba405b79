"""Ports, keys and addresses of one running system, kept in its state folder."""

import hashlib
import json
import os
import secrets
import socket
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.azurite.launcher import Ports, connection_string

SUBSCRIPTION_ID = "00000000-1111-2222-3333-444444444444"
LET_GO_WITHIN_SECONDS = 5
DEFAULT_PORTS = {
    "FUNCTIONS_PORT": 7071,
    "ARM_PORT": 7072,
    "REGISTRY_PORT": 7073,
    "AZURITE_BLOB_PORT": 10000,
    "AZURITE_QUEUE_PORT": 10001,
    "AZURITE_TABLE_PORT": 10002,
}
LAST_PORT = 65535
# Below what Linux (from 32768) and macOS (from 49152) hand out where port 0 is asked for.
CHOSEN_FROM = range(20_000, 32_768)


class PortError(Exception):
    """A port is taken by somebody else, or what the environment asks for is none."""


@dataclass(frozen=True)
class Installation:
    """What stays the same between starts: the key of the host, a made-up token for the scanner."""

    function_key: str
    access_token: str

    @property
    def registry_password(self) -> str:
        """What opens private/ in the registry stand-in."""
        return hashlib.sha256(f"registry {self.function_key}".encode()).hexdigest()


def installation(folder: Path) -> Installation:
    """Read or make the secrets of this folder; the file may be read by its owner only."""
    file = folder / "secrets.json"
    if file.exists():
        return Installation(**json.loads(file.read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    # In hexadecimal: a key that begins with a hyphen would look like an option to the host.
    fresh = Installation(secrets.token_hex(24), f"stand-in.{uuid.uuid4()}")
    write_private(file, asdict(fresh))
    return fresh


def write_private(file: Path, content: Any) -> None:
    """Write JSON that only the owner may read, whole or not at all."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(content, out, indent=2)
    fresh.replace(file)


def choose_ports(folder: Path, *, any_free: bool = False) -> dict[str, int]:
    """The ports of this folder: those of the last start, else as the environment says (0: any).

    Raises `PortError` for what is no port.
    """
    file = folder / "ports.json"
    kept: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    new = {name: port for name, port in DEFAULT_PORTS.items() if name not in kept}
    if not new:
        return kept
    asked = {name: 0 if any_free else _asked(name, port) for name, port in new.items()}
    free = _free_ports(len(asked))
    ports = kept | {name: port or free.pop() for name, port in asked.items()}
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(ports))
    return ports


def forget_ports(folder: Path) -> None:
    """Let the next start choose anew."""
    (folder / "ports.json").unlink(missing_ok=True)


def ensure_free(name: str, port: int) -> None:
    """Raises `PortError`, naming the setting, where somebody else listens.

    Looks again for a moment: a host that was just killed may not have let go of its port yet.
    """
    end = time.monotonic() + LET_GO_WITHIN_SECONDS
    while not _is_free(port):
        if time.monotonic() > end:
            raise PortError(
                f"Port {port} is taken by another program; set {name} to another port, or to 0."
            )
        time.sleep(0.1)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _asked(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) <= LAST_PORT):
        raise PortError(f"{name} must be a port from 1 to {LAST_PORT}, or 0 for any free one.")
    return int(text)


def _free_ports(number: int) -> list[int]:
    """Different ones that nobody is given who asks the machine for any port.

    A part takes its own seconds later, and other programs ask all the time.
    """
    found: set[int] = set()
    while len(found) < number:
        port = secrets.choice(CHOSEN_FROM)
        if _is_free(port):
            found.add(port)
    return list(found)


@dataclass(frozen=True)
class Addresses:
    """Where everything is."""

    functions_url: str
    arm_url: str
    registry_url: str
    azurite: Ports
    function_key: str
    subscription_id: str
    scan_resource_group: str
    logs: str

    def to_run_json(self, host: str, pids: Mapping[str, int]) -> dict[str, Any]:
        """What .local/run.json holds."""
        return {
            "host": host,
            "functionsUrl": self.functions_url,
            "functionKey": self.function_key,
            "armUrl": self.arm_url,
            "registryUrl": self.registry_url,
            "tableConnectionString": connection_string(self.azurite),
            "blobConnectionString": connection_string(self.azurite),
            "subscriptionId": self.subscription_id,
            "scanResourceGroup": self.scan_resource_group,
            "logs": self.logs,
            "pids": dict(pids),
        }


def addresses(folder: Path) -> Addresses:
    """The addresses that this folder's system has, or will have when it is started."""
    ports = choose_ports(folder)
    return Addresses(
        functions_url=f"http://127.0.0.1:{ports['FUNCTIONS_PORT']}",
        arm_url=f"http://127.0.0.1:{ports['ARM_PORT']}",
        registry_url=f"http://127.0.0.1:{ports['REGISTRY_PORT']}",
        azurite=Ports(
            ports["AZURITE_BLOB_PORT"], ports["AZURITE_QUEUE_PORT"], ports["AZURITE_TABLE_PORT"]
        ),
        function_key=installation(folder).function_key,
        subscription_id=os.environ.get("AZURE_SUBSCRIPTION_ID") or SUBSCRIPTION_ID,
        scan_resource_group=os.environ.get("QSCANNER_RESOURCE_GROUP") or "qscanner-rg",
        logs=str(folder / "logs"),
    )
