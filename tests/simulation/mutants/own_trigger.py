"""Broken variants whose own groups start scans, or which let others hide from scanning."""

from typing import Any

from imagescan.bootstrap import App
from imagescan.container_group.name import PREFIX
from imagescan.ports import Table
from imagescan.records import oldest_first
from imagescan.records.ledger import OPEN, PARTITION
from tests.simulation.checker import records
from tests.simulation.mutants.mutant import CRUDE, SUBTLE, mutant
from tests.simulation.mutants.plans import (
    LOOKS_LIKE_OURS,
    ONE_SCAN,
    VULNERABLE,
    ask,
    strike,
    world,
)
from tests.simulation.phases import Phase

OURS = "triggers.events.is_ours"


@mutant(
    OURS, invariant=6, kind=CRUDE, seen_by=records.scans_of_nobody_are_not_made, plan=ONE_SCAN,
)  # fmt: skip
def its_own_groups_are_scanned(*_: Any) -> bool:
    return False


@mutant(
    OURS, invariant=6, kind=CRUDE, seen_by=records.every_deployment_is_scanned,
    plan=LOOKS_LIKE_OURS,
)  # fmt: skip
def a_name_exempts_from_scanning(real: Any, app: App, event: Any) -> bool:
    is_ours: bool = real(app, event)
    return is_ours or event.resource.name.startswith(PREFIX)


@mutant(
    OURS, invariant=6, kind=SUBTLE, seen_by=records.every_deployment_is_scanned,
    plan=LOOKS_LIKE_OURS,
)  # fmt: skip
def a_place_exempts_from_scanning(_: Any, app: App, event: Any) -> bool:
    settings = app.settings
    is_there: bool = event.resource.is_container_group_in(
        settings.subscription_id, settings.scan_resource_group
    )
    return is_there


@mutant(
    "activities.container_groups._ask_for_group",
    invariant=6, kind=SUBTLE, seen_by=records.scans_of_nobody_are_not_made,
    plan=world(
        ask(10, VULNERABLE),
        strikes=(strike("crash after effect", Phase.PROVISIONING, of="put qscanner"),),
    ),
)  # fmt: skip
def the_intent_is_written_after_the_put(real: Any, app: App, attempt: Any, now: Any) -> Any:
    """As if nothing had been written before."""
    entry = app.ledger.entry(attempt.group)
    assert entry is not None
    _forget(app.ledger._table, PARTITION, attempt.group)
    _forget(app.ledger._table, OPEN, oldest_first(entry.intended_at, attempt.group))
    refusal = real(app, attempt, now)
    app.ledger.intend(attempt, now, entry.timeout_seconds)
    return refusal


def _forget(table: Table, partition: str, key: str) -> None:
    row = table.get(partition, key)
    assert row is not None
    table.delete(row)
