"""Broken variants that leave container groups behind, or let them run for longer than promised."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from imagescan.bootstrap import App
from imagescan.reaping.plan import Plan as Sweep
from imagescan.records.ledger import GroupEntry
from imagescan.scan.decide import GiveUp, Wait
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.request import Attempt
from tests.simulation.checker import groups
from tests.simulation.endings import hangs
from tests.simulation.mutants.mutant import CRUDE, SUBTLE, mutant
from tests.simulation.mutants.plans import (
    CLEAN,
    LOOKS_LIKE_OURS,
    VULNERABLE,
    ask,
    strike,
    takes,
    world,
)
from tests.simulation.phases import Phase

DELETE = "activities.container_groups.delete"
CREATED_AND_UNKNOWN = world(
    ask(10, VULNERABLE),
    minutes=25,
    strikes=(
        strike("crash after effect", Phase.PROVISIONING, of="put qscanner"),
        strike("get: InternalServerError", Phase.PROVISIONING, skip=1, times=50),
    ),
)
ONE_SCAN_IN_SHORT = world(ask(10, VULNERABLE), minutes=20)
TERMINATED = world(
    ask(10, VULNERABLE),
    ending=takes(200),
    strikes=(strike("operator: terminates a scan", Phase.SCANNING),),
)
CANCELLED = world(
    ask(10, VULNERABLE),
    ending=takes(200),
    strikes=(strike("operator: cancels a scan", Phase.SCANNING),),
    minutes=20,
)


@mutant(
    DELETE, invariant=2, kind=CRUDE, seen_by=groups.every_group_is_gone, plan=ONE_SCAN_IN_SHORT,
)  # fmt: skip
def the_delete_is_skipped(*_: Any) -> None:
    return None


@mutant(
    DELETE, invariant=2, kind=SUBTLE, seen_by=groups.every_group_is_gone, plan=CREATED_AND_UNKNOWN,
)  # fmt: skip
def the_delete_is_skipped_after_a_crash(real: Any, app: App, attempt: Attempt) -> Any:
    """What was created just before the host died was never noted as created."""
    is_known = app.ledger.state_of(attempt.group) is not GroupEntry.INTENDED
    return real(app, attempt) if is_known else None


@mutant(
    "activities.container_groups.confirm_gone",
    invariant=2, kind=CRUDE, seen_by=groups.every_group_is_gone,
    plan=world(ask(10, VULNERABLE), strikes=(strike("delete misbehaves: stuck", Phase.REMOVING),)),
)  # fmt: skip
def the_answer_to_delete_is_trusted(_: Any, app: App, attempt: Attempt) -> bool:
    app.ledger.note(attempt.group, GroupEntry.GONE, app.clock.now())
    app.admission.free(attempt.group)
    return True


@mutant(
    "activities.container_groups.confirm_gone",
    invariant=2, kind=SUBTLE, seen_by=groups.an_end_hides_no_group,
    plan=world(
        ask(10, VULNERABLE),
        strikes=(strike("delete misbehaves: immortal", Phase.REMOVING),),
    ),
)  # fmt: skip
def a_deletion_long_ago_is_trusted(real: Any, app: App, attempt: Attempt) -> Any:
    entry, now = app.ledger.entry(attempt.group), app.clock.now()
    if entry and entry.deleted_at and now > entry.deleted_at + timedelta(seconds=90):
        app.ledger.note(attempt.group, GroupEntry.GONE, now)
        return True
    return real(app, attempt)


@mutant(
    DELETE, invariant=2, kind=SUBTLE, seen_by=groups.every_group_is_gone, plan=CANCELLED,
)  # fmt: skip
def who_cancels_gets_no_compensation(real: Any, app: App, attempt: Attempt) -> Any:
    record = app.scans.get(attempt.scan_id)
    return None if record and record.cancel_requested else real(app, attempt)


@mutant(
    "orchestrators.scan_image._remove",
    invariant=2, kind=SUBTLE, seen_by=groups.an_end_hides_no_group,
    plan=world(
        ask(10, VULNERABLE),
        strikes=(strike("get: InternalServerError", Phase.SCANNING, times=50),),
    ),
)  # fmt: skip
def only_the_reaper_compensates(*_: Any) -> Any:
    return "confirmed"
    yield


@mutant(
    "triggers.timers.start_sweep",
    invariant=2, kind=CRUDE, seen_by=groups.every_group_is_gone, plan=TERMINATED,
)  # fmt: skip
async def the_reaper_never_comes(*_: Any) -> None:
    return


@mutant(
    "activities.left_behind._ended",
    invariant=2, kind=SUBTLE, seen_by=groups.records_tell_of_the_cleanup,
    plan=world(
        ask(10, VULNERABLE),
        strikes=(
            strike("delete misbehaves: slow", Phase.REMOVING),
            strike("operator: terminates a scan's child", Phase.REMOVING, of="delete"),
        ),
    ),
)  # fmt: skip
def the_reaper_tells_nobody(_: Any, record: Any, __: Any, now: datetime) -> Any:
    return record.ended_with(Outcome.failed(ReasonCode.HOST_LOST), now)


@mutant(
    "activities.left_behind._tell",
    invariant=2, kind=CRUDE, seen_by=groups.other_peoples_resources_stay, plan=LOOKS_LIKE_OURS,
)  # fmt: skip
def the_reaper_deletes_what_it_does_not_know(real: Any, sweep: Sweep) -> None:
    from imagescan.bootstrap import app  # noqa: PLC0415  # as it is when this is called

    for name in sweep.unknown:
        app().groups.delete(name)
    real(sweep)


@mutant(
    "orchestrators.waiting.decide",
    invariant=2, kind=CRUDE, seen_by=groups.nothing_runs_longer_than_promised,
    plan=world(ask(10, VULNERABLE), ending=hangs, timeout_seconds=300),
)  # fmt: skip
def the_deadline_does_not_hold(
    real: Any, seen: Any, now: datetime, deadline: datetime, policy: Any
) -> Any:
    decision = real(seen, now, deadline, policy)
    is_over = isinstance(decision, GiveUp) and now > deadline + timedelta(minutes=15)
    return Wait(30) if isinstance(decision, GiveUp) and not is_over else decision


@mutant(
    "imagescan.container_group.body.share_out",
    invariant=2, kind=SUBTLE, seen_by=groups.nothing_runs_longer_than_promised,
    plan=world(
        ask(10, CLEAN),
        ending=takes(550),
        timeout_seconds=300,
        strikes=(strike("long outage", Phase.SCANNING),),
        minutes=400,
    ),
)  # fmt: skip
def groups_do_not_stop_by_themselves(real: Any, seconds: int) -> Any:
    """With all of the app dead, the scanner may take what it likes."""
    return replace(real(seconds), scan_seconds=10 * seconds)


@mutant(
    DELETE, invariant=2, kind=SUBTLE, seen_by=groups.no_more_groups_than_slots,
    plan=world(
        ask(10, VULNERABLE), ask(10, CLEAN),
        strikes=(strike("delete misbehaves: slow", Phase.REMOVING),), slots=1,
    ),
)  # fmt: skip
def a_slot_is_free_before_its_group_is_gone(real: Any, app: App, attempt: Attempt) -> Any:
    waits = real(app, attempt)
    app.admission.free(attempt.group)
    return waits
