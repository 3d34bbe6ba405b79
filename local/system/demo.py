"""One deployment, scanned whole on this machine: phases, findings, and the proof of cleanup."""

import fcntl
import json
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import requests
from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.data.tables import TableClient
from azure.mgmt.containerinstance import ContainerInstanceManagementClient
from rich.console import Console
from rich.table import Table

from local.azurite.launcher import connection_string
from local.system.addresses import Addresses
from local.system.lifecycle import StartError, start, stop

IMAGE = "nginx:1.27"
RESOURCE_GROUP, NAME = "shop-rg", "web"
FINDINGS = 7
SCAN_SECONDS = 3
GIVE_UP_AFTER_SECONDS = 120
CONSOLE = Console(highlight=False, width=100)


def demo(folder: Path) -> int:
    """Run the demo in a state folder of its own; 0 when all of it held, else 1 with the reason.

    However it ends, SIGINT and SIGTERM included, nothing that it started is left running.
    """
    CONSOLE.print("[bold]imagescan[/] on this machine: Azure and the scanner are stand-ins,")
    CONSOLE.print("the app is the one that runs on Azure. Nothing leaves this machine.\n")
    with _alone(folder):
        # From nothing: a fresh result of an earlier demo would be taken instead of a scan.
        stop(folder)
        shutil.rmtree(folder)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            return _show(start(folder, ports_are_free=True))
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            stop(folder)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Raises `StartError` while another demo uses the folder; the lock goes with its process."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError("Another demo is running; wait until it ends.") from None
        yield


def _show(where: Addresses) -> int:
    behaviour = {IMAGE: {"findings": FINDINGS, "seconds": SCAN_SECONDS}}
    requests.put(f"{where.arm_url}/emulator/images", json=behaviour, timeout=10)
    CONSOLE.print(f"A container group with {IMAGE} is deployed to {RESOURCE_GROUP} ...")
    _deploy(where)
    scan = _follow(where)
    if scan is None:
        CONSOLE.print(f"[red]No scan ended within {GIVE_UP_AFTER_SECONDS} seconds.[/]")
        return 1
    findings = _get(where, f"scans/{scan['scanId']}/findings")["findings"]
    _print_findings(findings)
    CONSOLE.print_json(json.dumps(scan))
    left = _what_is_left(where)
    is_right = scan["status"] == "completed" and len(findings) == FINDINGS
    if not is_right:
        CONSOLE.print(f"[red]The scan did not bring the {FINDINGS} findings of the image.[/]")
    return 0 if is_right and not left else 1


def _deploy(where: Addresses) -> None:
    """As a user would, with the unmodified SDK."""
    group = {
        "location": "westeurope",
        "properties": {
            "osType": "Linux",
            "containers": [
                {
                    "name": "web",
                    "properties": {
                        "image": IMAGE,
                        "resources": {"requests": {"cpu": 1, "memoryInGB": 1}},
                    },
                }
            ],
        },
    }
    client = _container_instances(where)
    model = client.container_groups._deserialize("ContainerGroup", group)  # noqa: SLF001
    client.container_groups.begin_create_or_update(RESOURCE_GROUP, NAME, model, polling=False)


class _NoCredential:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        raise AssertionError("The emulator is asked without a token.")


def _container_instances(where: Addresses) -> ContainerInstanceManagementClient:
    policy: SansIOHTTPPolicy[Any, Any] = SansIOHTTPPolicy()
    return ContainerInstanceManagementClient(
        _NoCredential(), where.subscription_id, where.arm_url, authentication_policy=policy
    )


def _get(where: Addresses, path: str) -> Any:
    headers = {"x-functions-key": where.function_key}
    return requests.get(f"{where.functions_url}/api/{path}", headers=headers, timeout=30).json()


def _follow(where: Addresses) -> dict[str, Any] | None:
    """Print each phase as it is reached; the scan once it is over."""
    began, seen = time.monotonic(), ""
    while (passed := time.monotonic() - began) < GIVE_UP_AFTER_SECONDS:
        scans = _get(where, "scans?limit=1")["scans"]
        scan: dict[str, Any] | None = scans[0] if scans else None
        if scan and scan["status"] != seen:
            seen = scan["status"]
            CONSOLE.print(f"  {passed:5.1f} s  {seen:<13} {scan['image']}")
        if scan and scan["finishedAt"]:
            return scan
        time.sleep(0.2)
    return None


def _print_findings(findings: list[dict[str, Any]]) -> None:
    table = Table(title=f"\n{len(findings)} findings in {IMAGE}")
    for column in ("severity", "QID", "CVE", "package", "installed", "fixed"):
        table.add_column(column)
    for one in findings:
        table.add_row(
            one["severity"],
            str(one["qid"]),
            ", ".join(one["cves"]),
            one["package"],
            one["installedVersion"],
            one["fixedVersion"] or "-",
        )
    CONSOLE.print(table)


def _what_is_left(where: Addresses) -> list[str]:
    """Names of scan groups that one of three witnesses does not know to be gone."""
    listed = [str(group.name) for group in _container_instances(where).container_groups.list()]
    running = {name for name in listed if name.startswith("qscanner-")}
    ours = [
        group
        for group in requests.get(f"{where.arm_url}/emulator/groups", timeout=10).json()
        if group["resourceGroup"] == where.scan_resource_group
    ]
    unconfirmed = {group["name"] for group in ours if not group["confirmedAt"]}
    storage = connection_string(where.azurite)
    with TableClient.from_connection_string(storage, "ContainerGroups") as table:
        ledger = {row["RowKey"]: row["state"] for row in table.list_entities()}
    open_entries = {name for name, state in ledger.items() if state != "gone"}
    unknown = {group["name"] for group in ours} ^ set(ledger)
    CONSOLE.print("\n[bold]Proof of cleanup[/]")
    CONSOLE.print(f"  the app's ledger:    {len(ledger)} created, {len(open_entries)} not gone")
    CONSOLE.print(f"  the emulator's books: {len(ours)} created, {len(unconfirmed)} not gone")
    CONSOLE.print(f"  a fresh list (SDK):  {len(running)} still there")
    left = sorted(running | unconfirmed | open_entries | unknown)
    if left or not ours:
        CONSOLE.print(f"[red]Not proven gone: {', '.join(left) or 'no group was ever created'}[/]")
        return left or ["none"]
    CONSOLE.print("  Every container group that was created is gone.")
    return []
