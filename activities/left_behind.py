"""The steps of the reaper: what is left behind, taking it over, and the end of its scans."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.container_group.name import group_name
from imagescan.container_group.revival import build_revival_body
from imagescan.cost import read_usage
from imagescan.errors import TransientError
from imagescan.ports import GroupState, Refusal
from imagescan.reaping.fate import (
    Circumstances,
    Sighting,
    Why,
    is_overdue,
    is_stubborn,
    may_still_scan,
)
from imagescan.reaping.plan import Plan, plan_sweep
from imagescan.records.ledger import LedgerEntry
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import CONFIRMED, PENDING, ScanRecord
from imagescan.scan.request import Attempt, claim_key
from imagescan.telemetry import Signal, scan_log

bp = df.Blueprint()

NAMES_SHOWN = 10
LOST = Outcome.failed(ReasonCode.HOST_LOST, "Its orchestration ended before the scan did.")


@bp.activity_trigger(input_name="step")
def find_left_behind(step: dict) -> dict:
    """See `find`."""
    return find(app(), step["abandoned"], datetime.fromisoformat(step["upSince"]))


@bp.activity_trigger(input_name="step")
def take_over_container_group(step: dict) -> dict:
    """See `take_over`."""
    return take_over(app(), step["group"])


@bp.activity_trigger(input_name="step")
def revive_container_group(step: dict) -> dict:
    """See `revive`."""
    revive(app(), Attempt.from_dict(step))
    return {}


@bp.activity_trigger(input_name="step")
def end_abandoned_scan(step: dict) -> dict:
    """See `end`."""
    return {"isNews": end(app(), step["scanId"], datetime.fromisoformat(step["since"]))}


def find(app: App, abandoned: Sequence[str], up_since: datetime) -> dict[str, Any]:
    """What is to be removed, by ledger and list together; {stopped, leftBehind, unknown}.

    `abandoned` are scans that nobody carries on. A list that is refused stops the sweep: what is
    missing from a part of the groups would be taken for gone.
    """
    given = Circumstances(app.clock.now(), abandoned, up_since)
    # The ledger first: what was intended since then is looked up when the list shows it.
    entries = list(app.ledger.open_entries(given.now))
    listed = app.groups.list()
    if isinstance(listed, Refusal):
        stopped = f"Azure refused to list the container groups: {listed.code}."
        scan_log().error("The reaper stops: %s", stopped)
        return {"stopped": stopped, "leftBehind": [], "unknown": 0}
    plan = plan_sweep(_sightings(app, entries, listed, given), given)
    _tell(plan)
    left_behind = [one.to_dict() for one in plan.left_behind]
    return {"stopped": None, "leftBehind": left_behind, "unknown": len(plan.unknown)}


def _sightings(
    app: App, entries: Iterable[LedgerEntry], listed: Sequence[GroupState], given: Circumstances
) -> Iterator[Sighting]:
    """Each group once: the open entries, then what is listed and was not among them."""
    names = {group.name.lower() for group in listed}
    for entry in {entry.attempt.group: entry for entry in entries}.values():
        group = entry.attempt.group
        is_listed = group in names
        names.discard(group)
        is_late = is_overdue(entry, given)
        yield Sighting(group, entry, is_listed, is_late and _has_successor(app, entry))
    for group in sorted(names):
        yield Sighting(group, app.ledger.entry(group), is_listed=True)


def _has_successor(app: App, entry: LedgerEntry) -> bool:
    attempt = entry.attempt
    return app.ledger.knows(group_name(attempt.scan_id, attempt.number + 1, attempt.image))


def _tell(plan: Plan) -> None:
    """What a person should look at, a few lines a sweep; names come from outside, and are bounded.

    That the reaper looked is told always: an alert rule misses it where it is silent.
    """
    number = len(plan.left_behind)
    scan_log(signal=Signal.REAPER_LOOKED).info("The reaper found %d scans to end", number)
    if plan.unknown:
        shown = ", ".join(plan.unknown[:NAMES_SHOWN])
        number = len(plan.unknown)
        scan_log().warning("The reaper leaves alone %d unknown groups: %s", number, shown)
    for left in plan.left_behind:
        scan_log(left.scan_id).warning(
            "The reaper removes what scan %s left behind: %s",
            left.scan_id,
            left.groups or "no group",
        )
    for why, number in plan.left_alone.items():
        if why is not Why.SCAN_GOES_ON:
            scan_log().info("The reaper leaves alone %d groups: %s", number, why.value)


def take_over(app: App, group: str) -> dict[str, Any]:
    """Act from now on as the attempt after the one that the group belongs to.

    Returns {attempt, isStubborn}. Where the scan still holds its claim, that fences every step of
    the abandoned attempt, however late it comes back, and keeps other scans from starting beside
    its group.
    """
    entry = app.ledger.entry(group)
    if entry is None:
        raise TransientError(f"The ledger does not know {group} yet.")
    now = app.clock.now()
    next_attempt = replace(entry.attempt, number=entry.attempt.number + 1)
    app.claims.renew(next_attempt.claim_key, next_attempt.scan_id, next_attempt.number, now)
    return {"attempt": next_attempt.to_dict(), "isStubborn": is_stubborn(entry, now)}


def revive(app: App, attempt: Attempt) -> None:
    """Put a group that does nothing in the place of one that outlived its deletion.

    A group that is gone meanwhile is left so. May be repeated; a refusal is logged, and the next
    sweep tries again.
    """
    seen = app.groups.get(attempt.group)
    if seen is None or seen.shape is None:
        return
    log = scan_log(attempt.scan_id)
    log.warning("%s outlived its deletion and is put anew to be deleted again", attempt.group)
    usage = read_usage(seen, app.clock.now())
    if usage:  # Azure tells nothing of this run once the group is put
        app.ledger.note_usage(attempt.group, usage)
    if app.admission.begin_create(attempt.group, app.clock.now()):
        log.warning("%s has to wait: Azure was asked for too much lately", attempt.group)
        return
    body = build_revival_body(seen.shape, seen.tags, app.settings.courier_image)
    refusal = app.groups.create(attempt.group, body)
    if refusal is not None:
        log.warning("Azure did not put %s: %s %s", attempt.group, refusal.code, refusal.message)


def end(app: App, scan_id: str, since: datetime) -> bool:
    """End the record of a scan that nobody carries on, and release its claim. May be repeated.

    A record that has ended keeps its status and learns what became of its group. The claim is kept
    while a group may still scan; so is a group's slot until it is gone, but not one that was to
    come. Returns whether the record was ended since `since`.
    """
    known = app.scans.get(scan_id)
    if known is None:
        return False
    now, entries = app.clock.now(), app.ledger.entries_of(scan_id, known.image)
    bill = app.bill_of(entries)
    ended = app.scans.change(scan_id, lambda record: _ended(record, entries, now).billed(bill))
    if not any(may_still_scan(entry, now) for entry in entries):
        app.claims.release(claim_key(known.image, known.digest), scan_id)
    app.admission.free(group_name(scan_id, len(entries) + 1, known.image))
    return ended.finished_at is not None and ended.finished_at >= since


def _ended(record: ScanRecord, entries: Sequence[LedgerEntry], now: datetime) -> ScanRecord:
    cancelled = Outcome.failed(ReasonCode.CANCELLED)
    ended = record.ended_with(cancelled if record.cancel_requested else LOST, now)
    if not entries:
        return ended
    last = entries[-1].attempt
    cleanup = PENDING if any(entry.is_open for entry in entries) else CONFIRMED
    return ended.cleaned_up(last.number, last.group, cleanup)
