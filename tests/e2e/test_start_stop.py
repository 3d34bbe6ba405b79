"""Starting, stopping and showing the system, as a person at a terminal does."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from local.registry_stand_in.images import OCI, Image, add_image, alpine
from local.system.addresses import DEFAULT_PORTS, PortError, choose_ports, installation
from local.system.processes import Processes
from tests.e2e.commands import command
from tests.e2e.system import System, eventually

pytestmark = [pytest.mark.e2e]


def run_json(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return content


def test_run_json_tells_where_everything_is_and_to_its_owner_only(system: System) -> None:
    """Other programs drive the system by this file."""
    system.need_processes()
    known = run_json(system.folder)

    assert set(known) == {
        "functionsUrl", "functionKey", "armUrl", "registryUrl", "tableConnectionString",
        "blobConnectionString", "subscriptionId", "scanResourceGroup", "logs", "pids", "host",
    }  # fmt: skip
    assert (system.folder / "run.json").stat().st_mode & 0o777 == 0o600
    assert set(known["pids"]) == {"azurite", "registry", "azure-emulator", "functions-host"}


def test_the_registry_serves_its_samples_and_what_is_put_beside_them(system: System) -> None:
    """By any client: a token first, as on Docker Hub; private/ only with the app's credential."""
    system.need_processes()
    url = run_json(system.folder)["registryUrl"]
    scope = {"scope": "repository:own/app:pull", "service": url.partition("://")[2]}
    digest = add_image(system.folder / "registry/layouts/own/app", "1", Image(alpine()))

    refused = requests.get(f"{url}/v2/own/app/tags/list", timeout=20)
    token = requests.get(f"{url}/token", params=scope, timeout=20).json()["token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": OCI.manifest}
    served = requests.get(f"{url}/v2/own/app/manifests/1", headers=headers, timeout=20)

    assert refused.status_code == 401
    assert served.headers["Docker-Content-Digest"] == digest


def test_the_resource_group_of_the_scans_is_there_before_any_scan(system: System) -> None:
    """As on Azure, where the app does not make it: listing an unknown one is an error."""
    system.need_processes()
    known = run_json(system.folder)
    place = f"{known['armUrl']}/subscriptions/{known['subscriptionId']}/resourceGroups"

    answers = [
        requests.get(f"{place}/{name}", params={"api-version": "2021-04-01"}, timeout=10)
        for name in (known["scanResourceGroup"], "nobody-made-this")
    ]

    assert [answer.status_code for answer in answers] == [200, 404]


def test_a_system_that_runs_keeps_running_when_it_is_started_again(system: System) -> None:
    """The same processes, ports and key; and the same settings, which is said."""
    system.need_processes()
    before = run_json(system.folder)

    again = command("start", folder=system.folder, SCAN_TIMEOUT="5")

    assert again.returncode == 0
    assert again.stdout.startswith(
        "The app runs already, with the settings of its start; `make stop` first for others.\n"
    )
    assert run_json(system.folder) == before
    assert command("status", folder=system.folder).returncode == 0


def test_a_killed_host_is_started_again_where_it_was(system: System) -> None:
    """Another process; ports and key stay, and so do Azurite and the emulator."""
    system.need_processes()
    before = run_json(system.folder)

    system.kill_host()
    assert command("status", folder=system.folder).returncode == 1
    system.start_again()

    after = run_json(system.folder)
    assert after["pids"].pop("functions-host") != before["pids"].pop("functions-host")
    assert after == before


def test_stop_is_fine_where_nothing_runs(tmp_path: Path) -> None:
    """Also twice."""
    assert command("stop", folder=tmp_path).returncode == 0
    assert command("stop", folder=tmp_path).returncode == 0


def test_a_process_that_was_given_an_old_pid_is_never_ended(tmp_path: Path) -> None:
    """The book knows when its process was started."""
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    book = {"functions-host": {"pid": stranger.pid, "started": "another time"}}
    (tmp_path / "processes.json").write_text(json.dumps(book))

    assert Processes(tmp_path).find("functions-host") is None
    assert command("stop", folder=tmp_path).returncode == 0

    assert stranger.poll() is None
    stranger.communicate(b"\n")


def test_what_ended_at_once_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it was over before its start was written down."""

    class EndsAtOnce(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)

    monkeypatch.setattr(subprocess, "Popen", EndsAtOnce)
    processes = Processes(tmp_path)

    started = processes.start("host", ["true"], dict(os.environ))

    assert not started.is_alive
    assert processes.find("host") is None


def test_what_outlives_its_parent_is_ended_with_it(tmp_path: Path) -> None:
    """A process that was killed leaves children in its group."""
    leave_a_child = (
        "import subprocess, sys; "
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); "
        "print(child.pid, flush=True); child.wait()"
    )
    processes = Processes(tmp_path)
    parent = processes.start("parent", [sys.executable, "-c", leave_a_child], os.environ)
    child = int(eventually(processes.log("parent").read_text))
    os.kill(parent.pid, signal.SIGKILL)
    eventually(lambda: not parent.is_alive)

    processes.stop("parent")

    eventually(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    asked = ["ps", "-o", "stat=", "-p", str(pid)]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return bool(told) and not told.startswith("Z")


def test_a_taken_port_is_told_with_the_setting_that_changes_it(tmp_path: Path) -> None:
    """One message, no traceback, and nothing is started."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        done = command("start", folder=tmp_path, ARM_PORT=port)

    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"Port {port} is taken by another program; set ARM_PORT to another port, or to 0."
    )
    assert Processes(tmp_path).pids() == {}


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "7071.5"])
def test_what_is_no_port_is_told_with_its_setting(
    port: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is started."""
    monkeypatch.setenv("ARM_PORT", port)

    with pytest.raises(PortError, match="ARM_PORT"):
        choose_ports(tmp_path)


def test_free_ports_differ_and_nobody_else_is_given_one_before_it_is_used(tmp_path: Path) -> None:
    """Whoever asks a machine for any port is given one from 32768 on, by Linux's default."""
    ports = set(choose_ports(tmp_path, any_free=True).values())

    assert len(ports) == len(DEFAULT_PORTS)
    assert max(ports) < 32_768


def test_no_function_key_looks_like_an_option(tmp_path: Path) -> None:
    """It stands behind --key on the command line of HOST=PROGRAM."""
    keys = {installation(tmp_path / str(number)).function_key for number in range(300)}

    assert len(keys) == 300
    assert not [key for key in keys if key.startswith("-")]


def test_the_demo_can_be_repeated_and_leaves_nothing(tmp_path: Path) -> None:
    """A second one neither takes the first one's result nor stumbles over its ledger."""
    for _ in range(2):
        done = command("demo", folder=tmp_path)

        assert done.returncode == 0, done.stdout + done.stderr
        assert "Every container group that was created is gone." in done.stdout
        assert Processes(tmp_path / "demo").pids() == {}


def test_what_a_killed_process_left_running_ends_before_the_next_one_starts(
    tmp_path: Path,
) -> None:
    """A host of several processes would otherwise work on beside its successor."""
    processes = Processes(tmp_path)
    leader = processes.start("host", ["sh", "-c", "sleep 300 & echo $!; wait"], dict(os.environ))
    child = int(eventually(processes.log("host").read_text))
    os.kill(leader.pid, signal.SIGKILL)
    eventually(lambda: not leader.is_alive)

    processes.start("host", ["true"], dict(os.environ))

    eventually(lambda: not _runs(child))
    processes.stop("host")
