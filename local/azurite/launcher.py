"""Starts Azurite on loopback and says how to reach it."""

import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.azurite.node import HERE, ensure_node, find_node

ACCOUNT = "devstoreaccount1"
# Microsoft's published constant for its storage emulators, the same everywhere; no secret.
ACCOUNT_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


@dataclass(frozen=True)
class Ports:
    """Where the three services listen."""

    blob: int
    queue: int
    table: int


def install(folder: Path = HERE) -> None:
    """`npm ci` from a folder's lock file, which names no download address; no scripts are run."""
    npm = [*ensure_node().npm, "ci", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(npm, cwd=folder, stdout=subprocess.DEVNULL, check=True)


def command(ports: Ports, folder: Path) -> list[str]:
    """The command that serves blobs, queues and tables from a folder, on loopback alone.

    Raises `NodeMissingError`.
    """
    program = HERE / "node_modules/azurite/dist/src/azurite.js"
    return [
        *find_node().node, str(program),
        "--silent", "--disableTelemetry", "--skipApiVersionCheck",
        "--location", str(folder),
        "--blobHost", "127.0.0.1", "--blobPort", str(ports.blob),
        "--queueHost", "127.0.0.1", "--queuePort", str(ports.queue),
        "--tableHost", "127.0.0.1", "--tablePort", str(ports.table),
    ]  # fmt: skip


def answers(ports: Ports) -> bool:
    """Whether all three services take connections."""
    return all(_listens(port) for port in (ports.blob, ports.queue, ports.table))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connection_string(ports: Ports) -> str:
    """For clients of any of the three services."""
    base = "http://127.0.0.1"
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};"
        f"BlobEndpoint={base}:{ports.blob}/{ACCOUNT};"
        f"QueueEndpoint={base}:{ports.queue}/{ACCOUNT};"
        f"TableEndpoint={base}:{ports.table}/{ACCOUNT};"
    )
