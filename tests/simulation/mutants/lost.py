"""Broken variants that lose requests, ends or reasons, or give them to others."""

import uuid
from dataclasses import replace
from typing import Any

from imagescan.errors import TransientError
from imagescan.function_names import READ_DEPLOYMENT
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import ScanRequest, Source
from imagescan.scan.status import Status
from orchestrators.context import Context, Steps, step
from tests.simulation.checker import records
from tests.simulation.mutants.left_behind import CANCELLED, TERMINATED
from tests.simulation.mutants.mutant import CRUDE, SUBTLE, mutant, mutant_value
from tests.simulation.mutants.plans import (
    CLEAN,
    ONE_DEPLOYMENT,
    ONE_SCAN,
    VULNERABLE,
    ask,
    deploy,
    strike,
    takes,
    world,
)
from tests.simulation.phases import Phase

CANCELS = "operator: cancels a scan"
JOINER_CANCELLED = world(
    ask(10, VULNERABLE),
    deploy(20, VULNERABLE),
    ending=takes(200),
    strikes=(strike(CANCELS, Phase.QUEUED, skip=2, of="acquire"),),
)


@mutant(
    "triggers.events.accept",
    invariant=3, kind=CRUDE, seen_by=records.every_deployment_is_scanned, plan=ONE_DEPLOYMENT,
)  # fmt: skip
def events_are_dropped(*_: Any) -> None:
    return None


@mutant(
    "triggers.events.accept",
    invariant=3, kind=SUBTLE, seen_by=records.every_deployment_is_scanned,
    plan=world(
        deploy(10, VULNERABLE),
        strikes=(strike("table: fails", Phase.ACCEPTING, times=2, of="insert"),),
    ),
)  # fmt: skip
def a_lost_event_is_acknowledged(real: Any, app: Any, event: Any) -> Any:
    try:
        return real(app, event)
    except TransientError:
        return None


@mutant(
    "orchestrators.scan_deployment._read",
    invariant=3, kind=SUBTLE, seen_by=records.every_deployment_is_scanned,
    plan=world(
        deploy(10, VULNERABLE),
        strikes=(strike("get: InternalServerError", Phase.READING, times=50),),
    ),
)  # fmt: skip
def a_deployment_that_stays_unreadable_for_a_while_is_forgotten(
    _: Any, context: Context, source: Source, start: int
) -> Steps:
    """Five tries, as other steps have; found by the simulation."""
    data = {"resourceId": source.resource_id, "start": start}
    try:
        return (yield step(context, READ_DEPLOYMENT, data))
    except Exception:  # noqa: BLE001  # as it was
        return {"images": [], "next": None}


@mutant(
    "triggers.http_scans._accept_and_start",
    invariant=3, kind=CRUDE, seen_by=records.every_promised_scan_has_ended, plan=ONE_SCAN,
)  # fmt: skip
async def a_scan_is_promised_and_not_written_down(_: Any, app: Any, __: Any, asked: Any) -> Any:
    scan = ScanRequest(str(uuid.uuid4()), asked.image, Source("request"), app.policy)
    return ScanRecord(scan.scan_id, scan.image, scan.source, app.clock.now())


@mutant(
    "activities.left_behind.plan_sweep",
    invariant=3, kind=SUBTLE, seen_by=records.every_record_is_terminal,
    plan=world(
        ask(10, VULNERABLE), ask(20, CLEAN), ending=takes(200), slots=1,
        strikes=(strike("operator: terminates a scan", Phase.QUEUED, skip=2, of="admit"),),
    ),
)  # fmt: skip
def scans_without_a_group_are_never_ended(real: Any, seen: Any, given: Any) -> Any:
    sweep = real(seen, given)
    return replace(sweep, left_behind=[one for one in sweep.left_behind if one.groups])


@mutant(
    "activities.claims.acquire",
    invariant=3, kind=CRUDE, seen_by=records.everything_ends, plan=ONE_SCAN,
)  # fmt: skip
def whoever_waits_waits_for_ever(*_: Any) -> Any:
    return {"isHeld": False, "holder": None, "outcome": None}


@mutant_value(
    "activities.left_behind.LOST",
    invariant=3, kind=SUBTLE, seen_by=records.every_end_has_a_reason, plan=TERMINATED,
)  # fmt: skip
def the_reaper_gives_no_reason(_: Any) -> Outcome:
    return Outcome(Status.FAILED)


@mutant(
    "triggers.events.key_of_event",
    invariant=3, kind=CRUDE, seen_by=records.no_event_is_scanned_twice,
    plan=world(deploy(10, VULNERABLE), strikes=(strike("crash after step", Phase.ACCEPTING),)),
)  # fmt: skip
def every_delivery_is_an_event_of_its_own(real: Any, event_id: str) -> str:
    return f"{real(event_id)}/{uuid.uuid4()}"


@mutant(
    "activities.results.record",
    invariant=3, kind=CRUDE, seen_by=records.an_end_is_told_as_it_stays, plan=ONE_SCAN,
)  # fmt: skip
def ends_are_not_written_down(*_: Any) -> None:
    """The reaper does it in the end, and says what is not true."""


@mutant(
    "imagescan.bootstrap.why_stopped",
    invariant=3, kind=CRUDE, seen_by=records.a_cancelled_scan_does_not_complete, plan=CANCELLED,
)  # fmt: skip
def who_cancels_is_not_heard(real: Any, *args: Any) -> Reason | None:
    reason = real(*args)
    return None if reason and reason.code is ReasonCode.CANCELLED else reason


@mutant(
    "imagescan.scan.record.ScanRecord.moved_to",
    invariant=3, kind=SUBTLE, seen_by=records.a_cancelled_scan_does_not_complete,
    plan=JOINER_CANCELLED,
)  # fmt: skip
def a_step_forgets_that_somebody_cancelled(real: Any, record: Any, *args: Any) -> Any:
    return replace(real(record, *args), cancel_requested=False)


@mutant(
    "triggers.http_scans.find",
    invariant=3, kind=CRUDE, seen_by=records.nobody_else_is_cancelled,
    plan=JOINER_CANCELLED,
)  # fmt: skip
def cancelling_a_joiner_cancels_the_owner(real: Any, scan_id: str) -> Any:
    from imagescan.bootstrap import app  # noqa: PLC0415  # as it is when this is called

    record = real(scan_id)
    holder = record and app().claims.last_holder(record.image)
    return real(holder) if holder and record.status is Status.QUEUED else record


@mutant_value(
    "activities.claims.NOT_SHARED",
    invariant=3, kind=SUBTLE, seen_by=records.nobody_else_is_cancelled,
    plan=world(
        ask(10, VULNERABLE), deploy(15, VULNERABLE), ending=takes(200),
        strikes=(strike(CANCELS, Phase.SCANNING),),
    ),
)  # fmt: skip
def joiners_share_that_somebody_cancelled(real: Any) -> Any:
    return real - {ReasonCode.CANCELLED}


@mutant(
    "activities.claims.acquire",
    invariant=3, kind=SUBTLE, seen_by=records.everything_ends,
    plan=world(
        ask(10, VULNERABLE), deploy(20, VULNERABLE), ending=takes(200),
        strikes=(strike(CANCELS, Phase.SCANNING),),
    ),
)  # fmt: skip
def joiners_never_take_over(real: Any, app: Any, request: Any, waited_for: str | None) -> Any:
    """They wait for the scan that they joined, though it was given up."""
    answer = real(app, request, waited_for)
    if waited_for and answer["isHeld"]:
        app.claims.release(request.claim_key, request.scan_id)
        return {"isHeld": False, "holder": waited_for, "outcome": None}
    return answer


@mutant_value(
    "activities.claims.NOT_SHARED",
    invariant=4, kind=SUBTLE, seen_by=records.joiners_share_only_what_tells_of_the_image,
    plan=world(
        ask(10, VULNERABLE), deploy(15, VULNERABLE), ending=takes(200),
        strikes=(strike("operator: terminates a scan", Phase.SCANNING),),
    ),
)  # fmt: skip
def joiners_share_that_the_owner_was_lost(_: Any) -> Any:
    return frozenset()
