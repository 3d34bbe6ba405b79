"""The real things behind the ports, as processes: Azurite and the emulator, once a session."""

import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.azurite import launcher
from local.system.addresses import choose_ports
from local.system.lifecycle import ROOT


def wait_for(look: Callable[[], bool], seconds: float = 60) -> None:
    """Until it is so, for at most so long."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end
        time.sleep(seconds / 600)


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of an Azurite of its own; ended by SIGTERM, which it wants."""
    folder = tmp_path_factory.mktemp("azurite")
    chosen = choose_ports(folder, any_free=True)
    ports = launcher.Ports(
        chosen["AZURITE_BLOB_PORT"], chosen["AZURITE_QUEUE_PORT"], chosen["AZURITE_TABLE_PORT"]
    )
    process = subprocess.Popen(launcher.command(ports, folder))
    try:
        wait_for(lambda: launcher.answers(ports))
        yield launcher.connection_string(ports)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Azure emulator of its own."""
    folder: Path = tmp_path_factory.mktemp("emulator")
    command = [sys.executable, "-m", "local.azure_emulator", "--port", "0", "--state", str(folder)]
    command += ["--subscription", str(uuid.uuid4())]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        word, address = process.stdout.readline().split()
        assert word == "ready"
        yield address
    finally:
        process.terminate()
        process.wait(20)
