"""Starting and stopping the whole system."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from local.azurite import launcher as azurite
from local.azurite.node import NodeMissingError
from local.system import registry
from local.system.addresses import (
    Addresses,
    PortError,
    addresses,
    choose_ports,
    ensure_free,
    forget_ports,
    installation,
    write_private,
)
from local.system.hosts import (
    LOCAL,
    READY_WITHIN_SECONDS,
    HostError,
    HostProgram,
    host_name,
    host_program,
)
from local.system.processes import PROJECT, Processes, ProgramError

ROOT = PROJECT
AZURITE, REGISTRY = "azurite", "registry"
EMULATOR, HOST = "azure-emulator", "functions-host"
PORTS_OF = {
    AZURITE: ("AZURITE_BLOB_PORT", "AZURITE_QUEUE_PORT", "AZURITE_TABLE_PORT"),
    REGISTRY: ("REGISTRY_PORT",),
    EMULATOR: ("ARM_PORT",),
    HOST: ("FUNCTIONS_PORT",),
}


class StartError(Exception):
    """The system cannot be started; the message is for the person who tried."""


def start(
    folder: Path,
    host: str | None = None,
    *,
    ports_are_free: bool = False,
    begins: Callable[[str], None] = lambda _: None,
) -> Addresses:
    """Start what does not run yet and wait until the app is healthy.

    Safe to repeat: what runs keeps running, what died is started on the same ports and goes on
    with the same state, the app on the same host. `host` is `func`, a program, or none for our
    own. `ports_are_free` takes any free ports, whatever the environment asks for. `begins` is told
    the name of each part that is started, one after the other, just before. Whatever keeps it
    from the end, an interrupt too, what it started is stopped; raises `StartError` for what a
    person can mend.
    """
    with _one_at_a_time(folder):
        processes = Processes(folder)
        fresh = [name for name in PORTS_OF if not processes.find(name)]
        try:
            name = _host_to_start(folder, host, is_running=len(fresh) < len(PORTS_OF))
            where = _start_fresh(
                processes, folder, fresh, name, begins, ports_are_free=ports_are_free
            )
        except BaseException as error:
            for part in reversed(fresh):
                processes.stop(part)
            if isinstance(error, HostError | NodeMissingError | PortError | ProgramError):
                raise StartError(str(error)) from None
            raise
        write_private(folder / "run.json", where.to_run_json(name, processes.pids()))
        return where


def _host_to_start(folder: Path, asked: str | None, *, is_running: bool) -> str:
    """Until it is stopped a system keeps its host: another one would not find its scans."""
    file = folder / "run.json"
    known = json.loads(file.read_text()).get("host") if file.exists() else None
    name = host_name(asked) if asked else known or LOCAL
    if is_running and known and name != known:
        raise StartError(f"The app runs on the host {known} here; `make stop` first.")
    return name


def _start_fresh(
    processes: Processes,
    folder: Path,
    fresh: list[str],
    host: str,
    begins: Callable[[str], None],
    *,
    ports_are_free: bool,
) -> Addresses:
    for name in fresh:
        processes.stop(name)  # what a killed process left running may hold its port
    if len(fresh) == len(PORTS_OF):
        forget_ports(folder)
        choose_ports(folder, any_free=ports_are_free)
    where = addresses(folder)
    ports = choose_ports(folder)
    program = host_program(host, folder, ports["FUNCTIONS_PORT"], where.function_key)
    _ensure_ports(folder, fresh)

    def tell(part: str) -> None:
        if part in fresh:
            begins(part)

    tell(AZURITE)
    _start_azurite(processes, folder, where)
    tell(REGISTRY)
    _start_registry(processes, folder, where)
    tell(EMULATOR)
    _start_emulator(processes, folder, where)
    tell(HOST)
    _start_host(processes, folder, where, program)
    return where


def stop(folder: Path) -> None:
    """End everything, the host first; fine when nothing runs."""
    with _one_at_a_time(folder):
        processes = Processes(folder)
        for name in (HOST, EMULATOR, REGISTRY, AZURITE):
            processes.stop(name)
        (folder / "run.json").unlink(missing_ok=True)
        forget_ports(folder)


def status(folder: Path) -> dict[str, int | None]:
    """The pid of each part, None where it does not run."""
    pids = Processes(folder).pids()
    return {name: pids.get(name) for name in PORTS_OF}


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two commands on one folder wait for each other; the lock goes with its process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_ports(folder: Path, fresh: list[str]) -> None:
    ports = choose_ports(folder)
    for name in fresh:
        for setting in PORTS_OF[name]:
            ensure_free(setting, ports[setting])


def _start_azurite(processes: Processes, folder: Path, where: Addresses) -> None:
    if processes.find(AZURITE):
        return
    data = folder / "azurite"
    data.mkdir(parents=True, exist_ok=True)
    processes.start(AZURITE, azurite.command(where.azurite, data), _plain_environment())
    _wait(processes, AZURITE, lambda: azurite.answers(where.azurite))


def _start_registry(processes: Processes, folder: Path, where: Addresses) -> None:
    if processes.find(REGISTRY):
        return
    environment = _plain_environment() | {"PYTHONPATH": str(ROOT)}
    processes.start(REGISTRY, registry.command(folder, where), environment)
    _wait(processes, REGISTRY, lambda: _serves(f"{where.registry_url}/v2/"))


def _start_emulator(processes: Processes, folder: Path, where: Addresses) -> None:
    if processes.find(EMULATOR):
        return
    hook = f"{where.functions_url}/runtime/webhooks/EventGrid?functionName=on_container_deployed"
    command = [
        sys.executable, "-m", "local.azure_emulator",
        "--port", where.arm_url.rpartition(":")[2],
        "--state", str(folder / "emulator"),
        "--subscription", where.subscription_id,
    ]  # fmt: skip
    environment = _plain_environment() | {
        "PYTHONPATH": str(ROOT),
        "EVENTS_WEBHOOK_URL": f"{hook}&code={where.function_key}",
        "QSCANNER_STAND_IN_REGISTRY": where.registry_url,
    }
    processes.start(EMULATOR, command, environment)
    _wait(processes, EMULATOR, lambda: _serves(f"{where.arm_url}/emulator/groups"))
    _make_scan_resource_group(where)


def _make_scan_resource_group(where: Addresses) -> None:
    """As on Azure it is there before the app is: listing what is in it is no error."""
    requests.put(
        f"{where.arm_url}/subscriptions/{where.subscription_id}"
        f"/resourcegroups/{where.scan_resource_group}",
        params={"api-version": "2021-04-01"},
        json={"location": "westeurope"},
        timeout=10,
    ).raise_for_status()


def _start_host(processes: Processes, folder: Path, where: Addresses, program: HostProgram) -> None:
    limit = program.ready_within_seconds
    if not processes.find(HOST):
        environment = _plain_environment() | _app_settings(folder, where) | program.environment
        processes.start(HOST, program.command, environment | {"PYTHONPATH": str(ROOT)})
        if program.says_ready:
            _wait(processes, HOST, lambda: _says_ready(processes), limit)
    _wait(processes, HOST, lambda: _is_healthy(where), limit)


def _says_ready(processes: Processes) -> bool:
    """A host may take requests before it can serve them: `ready URL` is its word."""
    return any(line.startswith("ready ") for line in processes.said(HOST).splitlines())


def _app_settings(folder: Path, where: Addresses) -> dict[str, str]:
    """The app's settings for this machine; what the caller's environment holds wins."""
    storage = azurite.connection_string(where.azurite)
    own = {
        "AZURE_SUBSCRIPTION_ID": where.subscription_id,
        "QSCANNER_RESOURCE_GROUP": where.scan_resource_group,
        "AZURE_REGION": "westeurope",
        "QUALYS_POD": "US1",
        "EXPECTED_SCAN_SECONDS": "2",
        "RESCAN_SCHEDULE": "0 0 3 * * *",
        "REGISTRY_CREDENTIALS": registry.credentials(folder, where),
        "ALLOWED_REGISTRIES": registry.host(where),
        "REGISTRY_MIRROR": where.registry_url,
        "ARM_ENDPOINT": where.arm_url,
        "STORAGE_CONNECTION_STRING": storage,
        "AzureWebJobsStorage": storage,
        "FUNCTIONS_WORKER_RUNTIME": "python",
    }
    if not os.environ.get("QUALYS_USERNAME"):  # which asks for the legacy profile
        own["QUALYS_ACCESS_TOKEN"] = installation(folder).access_token
    return own | {name: os.environ[name] for name in own if name in os.environ}


def _plain_environment() -> dict[str, str]:
    """The caller's environment without what make puts there for its own children."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


def _serves(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.RequestException:
        return False
    return True


def _wait(
    processes: Processes,
    name: str,
    is_ready: Callable[[], bool],
    limit_seconds: float = READY_WITHIN_SECONDS,
) -> None:
    end = time.monotonic() + limit_seconds
    while not is_ready():
        if not processes.find(name):
            raise StartError(f"{name} ended while it started:\n{_last_words(processes, name)}")
        if time.monotonic() > end:
            told = f"{processes.log(name)}:\n{_last_words(processes, name)}"
            raise StartError(f"{name} does not answer; see {told}")
        time.sleep(0.1)


def _is_healthy(where: Addresses) -> bool:
    """Raises `StartError` as soon as the app tells why it cannot work.

    A host that is still loading the app answers 404 or 503 without naming problems.
    """
    try:
        answer = requests.get(f"{where.functions_url}/api/health", timeout=30)
        problems = [] if answer.ok else answer.json()["problems"]
    except (requests.RequestException, KeyError, TypeError):
        return False
    if problems:
        raise StartError("The app cannot work:\n" + "\n".join(f"  - {one}" for one in problems))
    return answer.ok


def _last_words(processes: Processes, name: str) -> str:
    lines = processes.said(name).splitlines() or ["It wrote nothing."]
    return "\n".join(f"    {line}" for line in lines[-15:])
