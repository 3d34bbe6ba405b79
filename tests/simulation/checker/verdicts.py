"""Never falsely clean: completed only where a whole scan is true, clean only where it is proven."""

from collections.abc import Iterator

from tests.simulation.checker.evidence import Evidence, Record
from tests.simulation.truth import ScannerRun


def completed_scans_are_whole(evidence: Evidence) -> Iterator[str]:
    """A scanner ended well in the record's group, and exactly its findings are shown."""
    for scan_id, record in _of_status(evidence, "completed"):
        found, runs = evidence.found(scan_id), _runs(evidence, record)
        if not any(run.is_whole and run.image.known() == found for run in runs):
            endings = [run.ending for run in runs]
            yield f"{scan_id} completed with {len(found)} findings after {endings}"
        if record["counts"]["total"] != len(evidence.findings[scan_id]):
            yield f"{scan_id} counts {record['counts']} and shows {len(found)} findings"


def clean_scans_are_proven(evidence: Evidence) -> Iterator[str]:
    """Nothing was to be found, and the inventory proves that it was looked for."""
    for scan_id, record in _of_status(evidence, "completed"):
        if record["verdict"] == "vulnerable" and evidence.found(scan_id):
            continue
        runs = _runs(evidence, record)
        if not any(run.is_whole and run.proves_clean and run.image.is_clean for run in runs):
            yield f"{scan_id} is {record['verdict']} after {[run.ending for run in runs]}"


def records_name_what_was_scanned(evidence: Evidence) -> Iterator[str]:
    """A digest stands in a record only where that is what the scanner was given.

    Else it was given the reference, and the record says why.
    """
    for scan_id, record in evidence.records.items():
        digest, name = record["digest"], record["image"].rpartition(":")[0]
        target = f"{name}@{digest}" if digest else record["image"]
        for run in _runs(evidence, record):
            if run.target != target or (digest is None and not record["unresolved"]):
                yield f"{scan_id} tells {digest}, {record['unresolved']!r} of {run.target}"


def no_scanner_goes_where_it_may_not(evidence: Evidence) -> Iterator[str]:
    """A name that leads to a private address is not asked, by the scanner either."""
    for scan_id, record in evidence.records.items():
        if record["image"] in evidence.run.registries.forbidden and record["attempts"]:
            yield f"{scan_id} sent a scanner to {record['image']}"


def only_completed_scans_have_a_verdict(evidence: Evidence) -> Iterator[str]:
    """Half a scan has none; who joined a scan shows that one's."""
    for scan_id, record in evidence.records.items():
        status = record["joinedStatus"] if record["status"] == "skipped" else record["status"]
        if (record["verdict"] is not None) is not (status == "completed"):
            yield f"{scan_id} is {record['status']} ({status}) with verdict {record['verdict']}"
        if status != "completed" and evidence.findings.get(scan_id):
            yield f"{scan_id} is {status} and shows findings"


def joined_scans_show_what_they_joined(evidence: Evidence) -> Iterator[str]:
    """Of the same digest, or the same reference where none is known; ended, with the same end."""
    for scan_id, record in _of_status(evidence, "skipped"):
        joined = evidence.records.get(record["joinedScanId"])
        if joined is None or _scanned(joined) != _scanned(record):
            yield f"{scan_id} joined {record['joinedScanId']}, which is {joined}"
            continue
        told = (record["joinedStatus"], record["verdict"], record["counts"])
        if told != (joined["status"], joined["verdict"], joined["counts"]):
            yield f"{scan_id} tells {told} of {joined['scanId']}, which is {joined['status']}"
        if evidence.found(scan_id) != evidence.found(joined["scanId"]):
            yield f"{scan_id} shows other findings than {joined['scanId']}"


def _scanned(record: Record) -> str:
    scanned: str = record["digest"] or record["image"]
    return scanned


def _of_status(evidence: Evidence, status: str) -> Iterator[tuple[str, Record]]:
    for scan_id, record in evidence.records.items():
        if record["status"] == status:
            yield scan_id, record


def _runs(evidence: Evidence, record: Record) -> list[ScannerRun]:
    return evidence.truth.of_group(record["containerGroup"] or "")


CHECKS = (
    completed_scans_are_whole,
    clean_scans_are_proven,
    records_name_what_was_scanned,
    no_scanner_goes_where_it_may_not,
    only_completed_scans_have_a_verdict,
    joined_scans_show_what_they_joined,
)
