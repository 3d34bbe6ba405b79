"""The price of a scan is that of what ran, or is not known: never a guess, and never too little."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.simulation.checker.evidence import Evidence

ROUNDED_SECONDS = 0.1
# Of the default size at the default prices.
SECOND_USD = 2 * 0.00001125 + 4 * 0.00000124
ROUNDED_USD = SECOND_USD * ROUNDED_SECONDS


def a_scan_costs_what_its_groups_ran(evidence: Evidence) -> Iterator[str]:
    """At least as long as the books say; no group, no seconds."""
    ran = _seconds_by_scan(evidence)
    for scan_id, record in evidence.records.items():
        told, booked = record["runningSeconds"], ran.get(scan_id, 0.0)
        if told is not None and told < booked - ROUNDED_SECONDS:
            yield f"{scan_id} says {told} s, and its groups ran for {booked} s"
        if told and scan_id not in ran:
            yield f"{scan_id} says {told} s, and never had a group"


def seconds_have_their_price(evidence: Evidence) -> Iterator[str]:
    """Both figures or none."""
    for scan_id, record in evidence.records.items():
        seconds, usd = record["runningSeconds"], record["costUsd"]
        if (seconds is None) is not (usd is None):
            yield f"{scan_id} says {seconds} s and {usd} dollars"
        elif seconds is not None and abs(usd - seconds * SECOND_USD) > ROUNDED_USD:
            yield f"{scan_id} says {usd} dollars for {seconds} s"


def where_nothing_goes_wrong_every_price_is_known(evidence: Evidence) -> Iterator[str]:
    """Azure answered each look."""
    for scan_id, record in evidence.records.items():
        if not evidence.run.plan.strikes and record["costUsd"] is None:
            yield f"{scan_id} is {record['status']}, and what it cost is not known"


def _seconds_by_scan(evidence: Evidence) -> Mapping[str, float]:
    ran: dict[str, float] = defaultdict(float)
    for entry in evidence.scan_groups:
        ran[_scan_of(entry)] += entry["runningSeconds"]
    return ran


def _scan_of(entry: Mapping[str, Any]) -> str:
    return str(entry["tags"].get("scan-id"))


CHECKS = (
    a_scan_costs_what_its_groups_ran,
    seconds_have_their_price,
    where_nothing_goes_wrong_every_price_is_known,
)
