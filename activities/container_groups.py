"""The container group of an attempt: intended, created, looked at, deleted, confirmed gone."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.container_group.body import build_body
from imagescan.container_group.observe import observe
from imagescan.container_group.refusals import closes_admission_seconds
from imagescan.cost import read_usage
from imagescan.ports import GroupState, Refusal
from imagescan.records.ledger import GroupEntry
from imagescan.scan.decide import Observation, Phase
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.request import Attempt
from imagescan.scan.status import Status
from imagescan.telemetry import scan_log

bp = df.Blueprint()

DELETED = Reason(ReasonCode.HOST_LOST, "Its container group had been deleted already.")


@bp.activity_trigger(input_name="step")
def record_intent(step: dict) -> dict:
    """Write the group into the ledger, before it can exist: from now on it is ours to delete."""
    app().ledger.intend(Attempt.from_dict(step), app().clock.now(), step["timeout_seconds"])
    return {}


@bp.activity_trigger(input_name="step")
def create_container_group(step: dict) -> dict:
    """See `create`."""
    return create(app(), Attempt.from_dict(step))


@bp.activity_trigger(input_name="step")
def observe_scanner(step: dict) -> dict:
    """See `look`."""
    return look(app(), Attempt.from_dict(step)).to_dict()


@bp.activity_trigger(input_name="step")
def delete_container_group(step: dict) -> dict:
    """See `delete`."""
    return {"waitSeconds": delete(app(), Attempt.from_dict(step))}


@bp.activity_trigger(input_name="step")
def confirm_container_group_gone(step: dict) -> dict:
    """See `confirm_gone`."""
    return {"isGone": confirm_gone(app(), Attempt.from_dict(step))}


def create(app: App, attempt: Attempt) -> dict[str, Any]:
    """Ask Azure for the group; returns {stopped: reason | None, refusal, waitSeconds}.

    A group that exists already was created by an earlier run of this step and is taken as it is:
    a second PUT would start its containers again. One that was deleted is not created once more,
    should this step come back after its own attempt; nor is one whose scanner could do nothing.
    `waitSeconds` says that Azure was not asked, for it would be once too often.
    """
    if stopped := app.why_stopped(attempt):
        return {"stopped": stopped.to_dict(), "refusal": None, "waitSeconds": None}
    now = app.clock.now()
    app.scans.change(attempt.scan_id, lambda record: record.moved_to(Status.PROVISIONING, now))
    refusal: Refusal | None = None
    if app.groups.get(attempt.group) is None:
        if app.ledger.state_of(attempt.group) in (GroupEntry.DELETED, GroupEntry.GONE):
            return {"stopped": DELETED.to_dict(), "refusal": None, "waitSeconds": None}
        if futile := app.why_futile():
            return {"stopped": futile.to_dict(), "refusal": None, "waitSeconds": None}
        if wait := app.admission.begin_create(attempt.group, now):
            return {"stopped": None, "refusal": None, "waitSeconds": wait.seconds}
        refusal = _ask_for_group(app, attempt, now)
    if refusal is None:
        app.ledger.note(attempt.group, GroupEntry.CREATED, now)
    return {"stopped": None, "refusal": _bounded(refusal), "waitSeconds": None}


def _ask_for_group(app: App, attempt: Attempt, now: datetime) -> Refusal | None:
    log = scan_log(attempt.scan_id)
    log.info("Scanning image %s in container group %s", attempt.image, attempt.group)
    refusal = app.groups.create(attempt.group, build_body(attempt, app.settings, now))
    closed_seconds = closes_admission_seconds(refusal) if refusal else 0
    if closed_seconds:
        app.admission.close_for(closed_seconds, now)
    return refusal


def _bounded(refusal: Refusal | None) -> dict[str, Any] | None:
    return {**asdict(refusal), "message": refusal.message[:500]} if refusal else None


def look(app: App, attempt: Attempt) -> Observation:
    """What one GET shows of the scan; keeps the claim alive."""
    if stopped := app.why_stopped(attempt):
        return Observation(Phase.STOPPED, reason=stopped)
    now = app.clock.now()
    seen = observe(app.groups.get(attempt.group))
    if seen.phase is Phase.SCANNING:
        app.scans.change(attempt.scan_id, lambda record: record.moved_to(Status.SCANNING, now))
    return seen


def delete(app: App, attempt: Attempt) -> int | None:
    """Ask for the group's deletion. A refusal is logged: only `confirm_gone` tells the truth.

    Returns the seconds to wait where Azure was not asked, for it would be once too often.
    """
    now = app.clock.now()
    app.claims.renew(attempt.claim_key, attempt.scan_id, attempt.number, now)
    if wait := app.admission.begin_delete(now):
        return wait.seconds
    _look_at_usage(app, attempt)
    refusal = app.groups.delete(attempt.group)
    if refusal is None:
        app.ledger.note(attempt.group, GroupEntry.DELETED, app.clock.now())
    else:
        scan_log(attempt.scan_id).warning(
            "Azure did not delete %s: %s %s", attempt.group, refusal.code, refusal.message
        )
    return None


def _look_at_usage(app: App, attempt: Attempt) -> None:
    """Note how long the group ran while Azure can tell; a look that fails delays no deletion."""
    try:
        _note_usage(app, attempt, app.groups.get(attempt.group))
    except Exception as failure:  # whatever it is, the group has to go
        log = scan_log(attempt.scan_id)
        what = type(failure).__name__
        log.warning("What %s costs could not be looked up: %s", attempt.group, what)


def _note_usage(app: App, attempt: Attempt, group: GroupState | None) -> None:
    usage = read_usage(group, app.clock.now()) if group else None
    if usage:
        app.ledger.note_usage(attempt.group, usage)


def confirm_gone(app: App, attempt: Attempt) -> bool:
    """Whether a GET answers 404; only then is the ledger closed and the slot given back."""
    app.claims.renew(attempt.claim_key, attempt.scan_id, attempt.number, app.clock.now())
    group = app.groups.get(attempt.group)
    if group is not None:
        _note_usage(app, attempt, group)
        return False
    app.ledger.note(attempt.group, GroupEntry.GONE, app.clock.now())
    app.admission.free(attempt.group)
    return True
