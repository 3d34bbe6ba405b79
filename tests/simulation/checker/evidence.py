"""What is known after a run to those who look from outside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.arrivals import SCANS_GROUP
from tests.simulation.simulation import Simulation
from tests.simulation.truth import Known, Truth, known

Record = Mapping[str, Any]
TERMINAL = frozenset({"completed", "failed", "timed_out", "cancelled", "skipped"})


@dataclass(frozen=True)
class Breach:
    """An invariant that was broken, and how."""

    check: str
    what: str

    def __str__(self) -> str:
        return f"{self.check}: {self.what}"


@dataclass(frozen=True)
class Evidence:
    """Records, findings and rescans are what the API answered at the end."""

    run: Simulation
    books: Sequence[Mapping[str, Any]]
    records: Mapping[str, Record]
    findings: Mapping[str, Sequence[Mapping[str, Any]]]
    rescans: Mapping[str, Record]

    @property
    def truth(self) -> Truth:
        """What the scanners know."""
        return self.run.containers.truth

    @property
    def scan_groups(self) -> Iterator[Mapping[str, Any]]:
        """The books' entries of the app's own groups."""
        return scan_groups(self.run, self.books)

    def found(self, scan_id: str) -> frozenset[Known]:
        """What a scan found, as the API tells it."""
        return frozenset(
            known(
                one["qid"], one["title"], one["severityLevel"], one["type"], one["package"],
                one["installedVersion"],
            )
            for one in self.findings[scan_id]
        )  # fmt: skip


def scan_groups(run: Simulation, books: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The books' entries of the app's own groups."""
    users = {path.lower() for path in run.users.resources}
    for entry in books:
        is_there = entry["resourceGroup"].lower() == SCANS_GROUP.lower()
        if is_there and entry["id"].lower() not in users:
            yield entry


def gather(run: Simulation) -> Evidence:
    """Ask the app and the emulator about a run that is over."""
    with run.in_place():
        listed = run.http.ask("GET", "/api/scans?limit=200").body["scans"]
        ids = sorted({one["scanId"] for one in listed} | set(run.users.promised))
        replies = {scan_id: run.http.ask("GET", f"/api/scans/{scan_id}") for scan_id in ids}
        records = {scan_id: reply.body for scan_id, reply in replies.items() if reply.status != 404}
        findings = {
            scan_id: list(_findings(run, scan_id))
            for scan_id, record in records.items()
            if record["status"] in TERMINAL
        }
        rescans = dict(_rescans(run, records))
    return Evidence(run, run.books(), records, findings, rescans)


def _rescans(run: Simulation, records: Mapping[str, Record]) -> Iterator[tuple[str, Record]]:
    """Those that were promised, and those that scans tell of: a reply may have been lost."""
    told = {record["source"]["rescanId"] for record in records.values()}
    for rescan_id in sorted(filter(None, {*told, *run.rescanners.promised})):
        yield rescan_id, run.http.ask("GET", f"/api/rescans/{rescan_id}").body


def _findings(run: Simulation, scan_id: str) -> Iterator[Mapping[str, Any]]:
    cursor = ""
    while cursor is not None:
        page = f"/api/scans/{scan_id}/findings?limit=1000&cursor={cursor}"
        reply = run.http.ask("GET", page if cursor else page.partition("&")[0])
        yield from reply.body["findings"]
        cursor = reply.body["cursor"]
