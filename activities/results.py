"""From the courier's log to stored findings, and how a scan ended."""

import gzip
import json
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.container_group.body import COURIER, SCAN_TYPES, SCANNER
from imagescan.container_group.frames import Sealed, TooLarge, read_courier_log
from imagescan.errors import ReportError, TransientError
from imagescan.report.console import read_log_tail, read_partial_counts
from imagescan.report.inventory import parse_inventory
from imagescan.report.parse import parse_report
from imagescan.report.redaction import redact
from imagescan.report.verdict import Incomplete, judge
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.request import Attempt
from imagescan.scan.status import Status

bp = df.Blueprint()

# A seal proves a file whole only if it was looked at after the scanner's last write; ACI tells
# the end to the second.
SEALED_AFTER_END = timedelta(seconds=2)


@bp.activity_trigger(input_name="step")
def collect_report(step: dict) -> dict:
    """See `collect`."""
    return collect(app(), Attempt.from_dict(step["attempt"]), step["end"], step["isLast"])


@bp.activity_trigger(input_name="step")
def store_findings(step: dict) -> dict:
    """See `store`."""
    stopped = store(app(), Attempt.from_dict(step))
    return {"stopped": stopped and stopped.to_dict()}


@bp.activity_trigger(input_name="step")
def keep_last_words(step: dict) -> dict:
    """See `keep_log_tail`."""
    keep_log_tail(app(), Attempt.from_dict(step))
    return {}


@bp.activity_trigger(input_name="step")
def record_outcome(step: dict) -> dict:
    """See `record`."""
    record(app(), step["scan_id"], Outcome.from_dict(step["outcome"]))
    return {}


@bp.activity_trigger(input_name="step")
def notify(step: dict) -> dict:
    """Tell the webhook, where there is one, how the scan ended."""
    ended = app().scans.get(step["scan_id"])
    notifier = app().notifier
    if ended is not None and notifier is not None:
        notifier.send(ended.to_wire())
    return {}


def collect(app: App, attempt: Attempt, end: dict[str, Any], is_last: bool) -> dict[str, Any]:
    """Fetch the report once it is sealed; returns {outcome, missing}.

    `outcome` is None while there is nothing to judge yet, and `missing` says why. The inventory is
    waited for as long as the report; on the last look the report is judged without it. What is
    judged is stored, redacted, before its outcome is told.
    """
    if stopped := app.why_stopped(attempt):
        return _ended(Outcome.because(stopped))
    now = app.clock.now()
    app.scans.change(attempt.scan_id, lambda record: record.moved_to(Status.COLLECTING, now))
    courier = read_courier_log(app.groups.log(attempt.group, COURIER) or "")
    sealed_after = datetime.fromisoformat(end["finishedAt"]) + SEALED_AFTER_END
    report = courier.document("report", sealed_after)
    inventory = courier.document("inventory", sealed_after)
    if isinstance(report, TooLarge):
        return _ended(Outcome.failed(ReasonCode.REPORT_TRUNCATED))
    if not isinstance(report, Sealed):
        why = courier.problem or f"The report is {type(report).__name__.lower()}"
        return {"outcome": None, "missing": f"{why[:300]}."}
    if not isinstance(inventory, Sealed | TooLarge) and not is_last:
        return {"outcome": None, "missing": "The inventory is not sealed yet."}
    known = inventory.content if isinstance(inventory, Sealed) else None
    return _ended(_judge_and_keep(app, attempt, end["exitCode"], report.content, known))


def _ended(outcome: Outcome) -> dict[str, Any]:
    return {"outcome": outcome.to_dict(), "missing": ""}


def _judge_and_keep(
    app: App, attempt: Attempt, exit_code: int, report: bytes, inventory: bytes | None
) -> Outcome:
    """Invariant 1 in one place: what is not proven is not completed, and nothing else is clean."""
    try:
        parsed = parse_report(report)
        packages = parse_inventory(inventory) if inventory is not None else None
    except ReportError as unreadable:
        return Outcome.failed(ReasonCode.REPORT_UNREADABLE, str(unreadable))
    judgement = judge(exit_code, parsed.with_secrets_of(packages), packages, SCAN_TYPES)
    if isinstance(judgement, Incomplete):
        return Outcome.failed(judgement.reason_code, judgement.message)
    documents = {"report": report, "inventory": inventory}
    secrets = app.settings.secrets
    kept = {
        name: json.loads(redact(content, secrets)) for name, content in documents.items() if content
    }
    app.blobs.put(_blob_name(attempt), gzip.compress(json.dumps(kept).encode(), mtime=0))
    return Outcome(Status.COMPLETED, judgement.verdict, counts=judgement.counts.to_dict())


def store(app: App, attempt: Attempt) -> Reason | None:
    """Write the findings of the report that was kept; why not, when the scan was stopped meanwhile.

    Findings come before the record that says completed, so that nobody reads half a scan.
    """
    if stopped := app.why_stopped(attempt):
        return stopped
    kept = app.blobs.get(_blob_name(attempt))
    if kept is None:
        raise TransientError(f"The kept report of scan {attempt.scan_id} cannot be read yet.")
    documents = {
        name: json.dumps(document).encode()
        for name, document in json.loads(gzip.decompress(kept)).items()
    }
    inventory = parse_inventory(documents["inventory"]) if "inventory" in documents else None
    report = parse_report(documents["report"]).with_secrets_of(inventory)
    app.findings.store(attempt.scan_id, report.findings)
    return None


def keep_log_tail(app: App, attempt: Attempt) -> None:
    """Keep what the scanner said last, redacted, where it brought no result.

    It goes from the log into the record and never through the orchestration's history.
    """
    log = app.groups.log(attempt.group, SCANNER)
    if log is None:
        return
    tail, counts = read_log_tail(log, app.settings.secrets), read_partial_counts(log)
    app.scans.change(attempt.scan_id, lambda record: record.with_last_words(tail, counts))


def record(app: App, scan_id: str, outcome: Outcome) -> None:
    """Write the terminal record, then the image's posture; a record that has ended stays."""
    now = app.clock.now()
    ended = app.scans.change(scan_id, lambda record: record.ended_with(outcome, now))
    app.images.note(ended)


def _blob_name(attempt: Attempt) -> str:
    return f"{attempt.scan_id}/{attempt.number}.json.gz"
