"""Broken variants that lose, repeat or go on with images of a rescan, or ask Azure for too much."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from imagescan.bootstrap import App
from imagescan.ports import Table
from imagescan.records import hashed
from imagescan.records.admission import Admission
from imagescan.records.rescans import PENDING, RescanItems
from imagescan.scan.outcome import Outcome
from imagescan.scan.request import Attempt
from imagescan.scan.status import Status
from tests.simulation.arrivals import APPS, SHOP_GROUP, Deploy
from tests.simulation.checker import rescans
from tests.simulation.endings import not_ready, out_of_memory
from tests.simulation.mutants.mutant import CRUDE, SUBTLE, mutant
from tests.simulation.mutants.plans import (
    CLEAN,
    LEAKY,
    VULNERABLE,
    ask,
    deploy,
    image,
    takes,
    world,
)
from tests.simulation.plan import Plan
from tests.simulation.rescans import Rescan

# None of the six: what Azure's limits ask of the app.
LIMITS = 0
AT_SECONDS, BOTH = 700, (deploy(10, VULNERABLE), deploy(10, CLEAN, "other"))


def rescanned(plan: Plan, cancelled_after_seconds: float | None = None) -> Plan:
    """The plan with a forced rescan of the resource group, when all else is over."""
    asked = {"resourceGroup": SHOP_GROUP, "force": True}
    return replace(plan, rescans=(Rescan(AT_SECONDS, asked, cancelled_after_seconds),))


OTHER = image("redis:7")
IMAGES = (CLEAN, VULNERABLE, LEAKY, OTHER)
EIGHT_IN_5_MINUTES = replace(  # twelve groups, in three attempts of four scans
    world(*(ask(10, one) for one in IMAGES), ending=takes(5, not_ready)),
    images=IMAGES,
    most_in_5_minutes=8,
)
CANCELLED = rescanned(
    world(*BOTH, deploy(10, LEAKY, "third"), ending=takes(100), slots=1), cancelled_after_seconds=30
)


@mutant(
    "imagescan.records.rescans.RescanItems.finish",
    invariant=3, kind=CRUDE, seen_by=rescans.every_image_of_a_rescan_ends,
    plan=rescanned(world(*BOTH)),
)  # fmt: skip
def images_are_never_done(*_: Any) -> None:
    """The rescan ends, and its images are running for ever."""


@mutant(
    "activities.rescans._finish_what_is_left",
    invariant=3, kind=SUBTLE, seen_by=rescans.every_image_of_a_rescan_ends, plan=CANCELLED,
)  # fmt: skip
def what_was_not_begun_is_forgotten(*_: Any) -> None:
    """The images that wait when somebody cancels."""


@mutant(
    "imagescan.records.rescans.RescanItems.finish",
    invariant=3, kind=SUBTLE, seen_by=rescans.a_rescan_tells_what_its_scans_tell,
    plan=rescanned(world(*BOTH, ending=out_of_memory)),
)  # fmt: skip
def whatever_ended_counts_as_completed(real: Callable[..., None], items: RescanItems,
                                       rescan_id: str, key: str, outcome: Outcome,
                                       *more: Any) -> None:  # fmt: skip
    real(items, rescan_id, key, replace(outcome, status=Status.COMPLETED), *more)


@mutant(
    "imagescan.inventory.pages.Place.next_kind",
    invariant=3, kind=CRUDE, seen_by=rescans.what_runs_is_in_its_rescan,
    plan=rescanned(world(Deploy(10, APPS, SHOP_GROUP, "app", (VULNERABLE.name,)))),
)  # fmt: skip
def only_container_groups_are_listed(*_: Any) -> None:
    """Container apps and jobs run images too."""


@mutant(
    "imagescan.records.rescans.RescanItems.add",
    invariant=4, kind=CRUDE, seen_by=rescans.an_image_is_scanned_once_for_a_rescan,
    plan=rescanned(world(deploy(10, VULNERABLE), deploy(10, VULNERABLE, "other"))),
)  # fmt: skip
def each_resource_is_an_image(_: Any, items: RescanItems, rescan_id: str, image: str,
                              resource: str, *__: Any) -> None:  # fmt: skip
    values = {"image": image, "resource": resource, "state": PENDING}
    items._table.insert(rescan_id, hashed(resource), values)


@mutant(
    "imagescan.records.rescans.RescanItems.take",
    invariant=4, kind=SUBTLE, seen_by=rescans.an_image_is_scanned_once_for_a_rescan,
    plan=rescanned(world(*BOTH)),
)  # fmt: skip
def lanes_take_what_another_has_taken(real: Any, items: RescanItems, rescan_id: str, scan_id: str,
                                      _: int, now: datetime) -> Any:  # fmt: skip
    """Both ask at the same moment, and nobody looks at the etag."""
    kept = items._table

    def put(row: Any, values: Any) -> bool:
        kept.put(row.partition, row.key, values)
        return True

    blind = RescanItems(cast("Table", SimpleNamespace(query=kept.query, replace=put)))
    return real(blind, rescan_id, scan_id, 0, now)


@mutant(
    "imagescan.records.rescans.Rescans.is_cancelled",
    invariant=3, kind=CRUDE, seen_by=rescans.a_cancelled_rescan_goes_on_with_nothing,
    plan=CANCELLED,
)  # fmt: skip
def nobody_heeds_a_cancelled_rescan(*_: Any) -> bool:
    return False


@mutant(
    "imagescan.admission._free_at",
    invariant=LIMITS, kind=CRUDE, seen_by=rescans.azure_refuses_nothing_for_its_limits,
    plan=EIGHT_IN_5_MINUTES,
)  # fmt: skip
def there_are_no_windows(_: Any, __: Any, ___: int, now: int) -> int:
    return now


@mutant(
    "activities.container_groups.create",
    invariant=LIMITS, kind=SUBTLE, seen_by=rescans.azure_refuses_nothing_for_its_limits,
    plan=EIGHT_IN_5_MINUTES,
)  # fmt: skip
def the_gate_forgets_retries(real: Any, app: App, attempt: Attempt) -> Any:
    """Groups of further attempts are not counted."""
    gate = app.admission

    def begin_create(group: str, now: datetime) -> Any:
        waits = gate.begin_create(group, now)
        if waits is None and attempt.number > 1:
            gate._change(lambda kept: (replace(kept, creates=kept.creates[:-1]), None))
        return waits

    blind = SimpleNamespace(begin_create=begin_create, close_for=gate.close_for)
    return real(replace(app, admission=cast("Admission", blind)), attempt)
