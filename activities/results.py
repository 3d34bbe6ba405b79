"""From a container's log to stored findings, and how a scan ended."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.container_group.arrival import Arrived, Never, NotYet, carrier, read_arrival
from imagescan.container_group.body import SCANNER
from imagescan.container_group.legacy_log import without_document
from imagescan.cost import UNKNOWN, Bill
from imagescan.errors import ReportError, TransientError
from imagescan.report.console import read_log_tail, read_partial_counts
from imagescan.report.documents import keep, read_documents, read_kept
from imagescan.report.verdict import Completed, Incomplete, judge
from imagescan.scan.outcome import Outcome
from imagescan.scan.profile import Profile
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.request import Attempt
from imagescan.scan.status import Status

bp = df.Blueprint()


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
    """Fetch the scan's documents once they are whole and final; returns {outcome, missing}.

    `outcome` is None while there is nothing to judge yet, and `missing` says why; the last look
    settles what can be settled. What is judged is stored, redacted, before its outcome is told.
    """
    if stopped := app.why_stopped(attempt):
        return _ended(Outcome.because(stopped))
    now = app.clock.now()
    app.scans.change(attempt.scan_id, lambda record: record.moved_to(Status.COLLECTING, now))
    log = app.groups.log(attempt.group, carrier(attempt.profile)) or ""
    finished_at = datetime.fromisoformat(end["finishedAt"])
    match read_arrival(attempt.profile, log, finished_at, now, is_last=is_last):
        case NotYet(missing):
            return {"outcome": None, "missing": missing}
        case Never(reason):
            return _ended(Outcome.failed(reason.code, reason.message))
        case Arrived(documents):
            return _ended(_judge_and_keep(app, attempt, end["exitCode"], documents))


def _ended(outcome: Outcome) -> dict[str, Any]:
    return {"outcome": outcome.to_dict(), "missing": ""}


def _judge_and_keep(
    app: App, attempt: Attempt, exit_code: int, documents: Mapping[str, bytes]
) -> Outcome:
    """Invariant 1 in one place: what is not proven is not completed, and nothing else is clean."""
    try:
        judgement = _judge(exit_code, documents)
        if isinstance(judgement, Incomplete):
            return Outcome.failed(judgement.reason_code, judgement.message)
        kept = keep(documents, app.settings.secrets)
    except ReportError as unreadable:
        return Outcome.failed(ReasonCode.REPORT_UNREADABLE, str(unreadable))
    app.blobs.put(_blob_name(attempt), kept)
    return Outcome(Status.COMPLETED, judgement.verdict, counts=judgement.counts.to_dict())


def _judge(exit_code: int, documents: Mapping[str, bytes]) -> Completed | Incomplete:
    """By itself, so that a large report's findings are gone before it is kept."""
    evidence = read_documents(documents)
    return judge(exit_code, evidence.report, evidence.inventory, evidence.scan_types)


def store(app: App, attempt: Attempt) -> Reason | None:
    """Write the findings of the report that was kept; why not, when the scan was stopped meanwhile.

    Findings come before the record that says completed, so that nobody reads half a scan.
    """
    if stopped := app.why_stopped(attempt):
        return stopped
    kept = app.blobs.get(_blob_name(attempt))
    if kept is None:
        raise TransientError(f"The kept report of scan {attempt.scan_id} cannot be read yet.")
    app.findings.store(attempt.scan_id, read_kept(kept).report.findings)
    return None


def keep_log_tail(app: App, attempt: Attempt) -> None:
    """Keep what the scanner said last, redacted, where it brought no result.

    It goes from the log into the record and never through the orchestration's history.
    """
    log = app.groups.log(attempt.group, SCANNER)
    if log is None:
        return
    if attempt.profile is Profile.LEGACY:
        log = without_document(log)
    tail, counts = read_log_tail(log, app.settings.secrets), read_partial_counts(log)
    app.scans.change(attempt.scan_id, lambda record: record.with_last_words(tail, counts))


def record(app: App, scan_id: str, outcome: Outcome) -> None:
    """Write the terminal record with its bill, then the posture; a record that has ended stays.

    A scan that took the result of another one tells by it of its own image.
    """
    now, bill = app.clock.now(), _bill(app, scan_id, outcome)
    ended = app.scans.change(scan_id, lambda record: record.ended_with(outcome, now).billed(bill))
    app.images.note(ended)
    joined = app.scans.get(ended.joined_scan_id) if ended.joined_scan_id else None
    if joined is not None:
        app.images.note(replace(joined, image=ended.image))


def _bill(app: App, scan_id: str, outcome: Outcome) -> Bill:
    """Unknown where the outcome tells of more container groups than the ledger."""
    known = app.scans.get(scan_id)
    entries = app.ledger.entries_of(scan_id, known.image) if known else []
    return app.bill_of(entries) if known and len(entries) >= outcome.attempts else UNKNOWN


def _blob_name(attempt: Attempt) -> str:
    return f"{attempt.scan_id}/{attempt.number}.json.gz"
