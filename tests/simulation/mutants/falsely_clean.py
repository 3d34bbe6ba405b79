"""Broken variants that call clean, or complete, what was not scanned whole."""

import base64
import gzip
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from imagescan.container_group import frames
from imagescan.scan.status import Verdict
from tests.simulation.checker import verdicts
from tests.simulation.endings import log_mixes_frames, no_inventory, out_of_memory, type_failed
from tests.simulation.mutants.mutant import CRUDE, SUBTLE, mutant, mutant_value
from tests.simulation.mutants.plans import (
    CLEAN,
    INSIDE,
    ONE_SCAN,
    TWO_TAGS,
    VULNERABLE,
    ask,
    courier_dies_on_a_first_report,
    deploy,
    no_operating_system,
    strike,
    takes,
    world,
)
from tests.simulation.phases import Phase
from tests.simulation.registry import Move

HALF_A_REPORT = world(ask(10, VULNERABLE), ending=takes(60, courier_dies_on_a_first_report))


@mutant_value(
    "imagescan.scan.exit_codes.SCANNED", "imagescan.report.verdict.SCANNED",
    invariant=1, kind=CRUDE, seen_by=verdicts.completed_scans_are_whole,
    plan=world(ask(10, CLEAN), ending=no_operating_system),
)  # fmt: skip
def exit_codes_15_and_17_are_called_clean(real: frozenset[int]) -> frozenset[int]:
    return real | {15, 17}


@mutant(
    "imagescan.container_group.frames.CourierLog.document",
    invariant=1, kind=CRUDE, seen_by=verdicts.completed_scans_are_whole, plan=HALF_A_REPORT,
)  # fmt: skip
def frames_are_accepted_without_seal(_: Any, log: frames.CourierLog, name: str, __: Any) -> Any:
    frame = log.frames.get(name, frames.Missing())
    if not isinstance(frame, frames._Frame):
        return frame
    content = frames._decode(frame)
    return frames.Broken() if content is None else frames.Sealed(content)


@mutant(
    "imagescan.container_group.frames.CourierLog.document",
    invariant=1, kind=SUBTLE, seen_by=verdicts.completed_scans_are_whole, plan=HALF_A_REPORT,
)  # fmt: skip
def seals_from_before_the_end_count(real: Any, log: Any, name: str, _: Any) -> Any:
    return real(log, name, datetime(1970, 1, 1, tzinfo=UTC))


@mutant(
    "imagescan.container_group.frames._decode",
    invariant=1, kind=SUBTLE, seen_by=verdicts.completed_scans_are_whole,
    plan=world(ask(10, VULNERABLE), ending=log_mixes_frames),
)  # fmt: skip
def length_is_checked_but_not_the_hash(_: Any, frame: frames._Frame) -> bytes | None:
    content = gzip.decompress(base64.b64decode("".join(frame.lines)))
    return content if len(content) == frame.size_bytes else None


@mutant(
    "imagescan.report.verdict._missing_proof",
    invariant=1, kind=SUBTLE, seen_by=verdicts.clean_scans_are_proven,
    plan=world(ask(10, CLEAN), ending=no_inventory),
)  # fmt: skip
def nothing_found_is_clean_without_an_inventory(real: Any, inventory: Any, types: Any) -> Any:
    return None if inventory is None else real(inventory, types)


@mutant(
    "imagescan.report.inventory.Inventory.problem",
    invariant=1, kind=SUBTLE, seen_by=verdicts.completed_scans_are_whole,
    plan=world(ask(10, VULNERABLE), ending=type_failed),
)  # fmt: skip
def scan_types_that_failed_are_passed_over(*_: Any) -> None:
    return None


@mutant(
    "imagescan.scan.record.ScanRecord.ended_with",
    invariant=1, kind=CRUDE, seen_by=verdicts.only_completed_scans_have_a_verdict,
    plan=world(ask(10, CLEAN), ending=out_of_memory),
)  # fmt: skip
def no_verdict_is_clean(real: Any, record: Any, outcome: Any, now: datetime) -> Any:
    return real(record, replace(outcome, verdict=outcome.verdict or Verdict.CLEAN), now)


@mutant(
    "triggers.http_findings._is_whole",
    invariant=1, kind=SUBTLE, seen_by=verdicts.only_completed_scans_have_a_verdict,
    plan=world(
        ask(10, VULNERABLE),
        strikes=(
            strike("delete misbehaves: slow", Phase.REMOVING),
            strike("operator: terminates a scan", Phase.COLLECTING, of="store"),
        ),
    ),
)  # fmt: skip
def findings_of_a_scan_that_failed_late_are_shown(*_: Any) -> bool:
    """They were stored by then; found by the simulation."""
    return True


@mutant(
    "activities.claims._result_of",
    invariant=1, kind=SUBTLE, seen_by=verdicts.joined_scans_show_what_they_joined,
    plan=world(ask(10, VULNERABLE), deploy(15, VULNERABLE)),
)  # fmt: skip
def joining_a_scan_that_ended_well_is_clean(real: Any, *args: Any) -> Any:
    joined = real(*args)
    return joined and replace(joined, verdict=joined.verdict and Verdict.CLEAN)


@mutant_value(
    "imagescan.scan.request.ScanRequest.target",
    invariant=1, kind=SUBTLE, seen_by=verdicts.records_name_what_was_scanned, plan=ONE_SCAN,
)  # fmt: skip
def the_tag_is_scanned_and_its_digest_told(_: Any) -> Any:
    """They may part while the scan waits."""
    return property(lambda request: request.image)


@mutant(
    "activities.resolving.why_not_scanned",
    invariant=1, kind=CRUDE, seen_by=verdicts.no_scanner_goes_where_it_may_not,
    plan=world(ask(10, INSIDE)),
)  # fmt: skip
def a_scanner_goes_where_the_app_would_not(*_: Any, **__: Any) -> None:
    return None


@mutant_value(
    "imagescan.scan.record.ScanRecord.is_target_known",
    invariant=1, kind=SUBTLE, seen_by=verdicts.records_name_what_was_scanned,
    plan=replace(
        world(
            ask(10, TWO_TAGS), ending=takes(400),
            strikes=(strike("crash after result", Phase.QUEUED, of="resolve_image"),),
        ),
        moves=(Move(100, TWO_TAGS.name, VULNERABLE),),
    ),
)  # fmt: skip
def a_step_that_comes_late_names_what_the_tag_stands_for_by_then(_: Any) -> Any:
    """Something else is being scanned already."""
    return property(lambda _: False)
