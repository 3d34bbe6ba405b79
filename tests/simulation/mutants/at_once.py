"""Broken variants that scan one image twice at once, or start one scanner twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from imagescan.bootstrap import App
from imagescan.ports import ContainerGroups
from imagescan.records import hashed
from imagescan.scan.outcome import Outcome
from imagescan.scan.request import claim_key
from tests.simulation.checker import claims
from tests.simulation.endings import not_ready
from tests.simulation.mutants.lost import CANCELS
from tests.simulation.mutants.mutant import CRUDE, SUBTLE, mutant, mutant_value
from tests.simulation.mutants.plans import TWO_TAGS, VULNERABLE, ask, deploy, strike, takes, world
from tests.simulation.phases import Phase

# A look at its group is lost with its host, and comes back after five minutes.
ASKED_TWICE = world(
    ask(10, VULNERABLE),
    deploy(60, VULNERABLE),
    ending=takes(200),
    strikes=(strike("crash before effect", Phase.SCANNING, of="get qscanner"),),
)


@mutant(
    "imagescan.records.claims.Claims.acquire",
    invariant=4, kind=CRUDE, seen_by=claims.no_image_is_scanned_twice_at_once, plan=ASKED_TWICE,
)  # fmt: skip
def claims_are_given_to_all(real: Any, claims: Any, key: str, scan_id: str, now: datetime) -> str:
    claims.release(key, claims.holder(key, now))
    return str(real(claims, key, scan_id, now))


@mutant_value(
    "imagescan.records.claims.LEASE",
    invariant=4, kind=SUBTLE, seen_by=claims.no_image_is_scanned_twice_at_once, plan=ASKED_TWICE,
)  # fmt: skip
def claims_do_not_outlast_a_wait(_: timedelta) -> timedelta:
    return timedelta(seconds=10)


@mutant(
    "imagescan.records.claims.Claims.renew",
    invariant=4, kind=SUBTLE, seen_by=claims.no_image_is_scanned_twice_at_once,
    plan=world(
        ask(10, VULNERABLE), deploy(15, VULNERABLE), ending=takes(100, not_ready),
        strikes=(strike("crash before step", Phase.SCANNING, times=3),),
    ),
)  # fmt: skip
def a_claim_that_was_taken_over_is_forgotten(real: Any, *args: Any) -> bool:
    """The owner that was away goes on beside the one that took over."""
    real(*args)
    return True


@mutant(
    "imagescan.records.claims.Claims.release",
    invariant=4, kind=SUBTLE, seen_by=claims.no_image_is_scanned_twice_at_once,
    plan=world(
        ask(10, VULNERABLE), deploy(60, VULNERABLE), deploy(100, VULNERABLE, "later"),
        ending=takes(200),
        strikes=(
            strike("crash before effect", Phase.SCANNING, of="get qscanner"),
            strike(CANCELS, Phase.QUEUED, skip=1, of="acquire"),
        ),
    ),
)  # fmt: skip
def whoever_gives_up_releases_the_claim(real: Any, claims: Any, key: str, _: str) -> None:
    real(claims, key, claims._table.get(hashed(key), "claim").values["scanId"])


@mutant(
    "activities.container_groups.create",
    invariant=4, kind=CRUDE, seen_by=claims.no_scanner_is_started_twice,
    plan=world(
        ask(10, VULNERABLE), ending=takes(400),
        strikes=(strike("crash after effect", Phase.PROVISIONING, of="put qscanner"),),
    ),
)  # fmt: skip
def a_group_that_is_there_is_put_again(real: Any, app: App, attempt: Any) -> Any:
    blind = SimpleNamespace(get=lambda _: None, create=app.groups.create)
    return real(replace(app, groups=cast("ContainerGroups", blind)), attempt)


@mutant(
    "imagescan.records.ledger.Ledger.state_of",
    invariant=4, kind=SUBTLE, seen_by=claims.no_group_is_created_twice,
    plan=world(
        ask(10, VULNERABLE), ending=takes(245, not_ready), timeout_seconds=1200,
        strikes=(
            strike("crash after result", Phase.PROVISIONING, of="create"),
            strike("table: slow", Phase.QUEUED, skip=2, of="get Claims"),
        ),
    ),
)  # fmt: skip
def a_deleted_group_is_made_anew(*_: Any) -> None:
    """The create step that comes back late finds no group."""


@mutant(
    "imagescan.records.images.Images.of_digest",
    invariant=4, kind=SUBTLE, seen_by=claims.what_is_fresh_is_not_scanned_again,
    plan=world(deploy(10, TWO_TAGS), deploy(400, TWO_TAGS, "other", spelling=1)),
)  # fmt: skip
def only_the_same_tag_is_fresh(*_: Any) -> None:
    return None


@mutant(
    "activities.results.record",
    invariant=4, kind=SUBTLE, seen_by=claims.what_is_fresh_is_not_scanned_again,
    plan=world(ask(10, TWO_TAGS), deploy(20, TWO_TAGS, spelling=1), ending=takes(60)),
)  # fmt: skip
def a_claim_is_free_before_the_end_is_told(
    real: Any, app: App, scan_id: str, outcome: Outcome
) -> None:
    """Whoever waits for it comes just between, within a minute."""
    record = app.scans.get(scan_id)
    assert record is not None
    key = claim_key(record.image, record.digest)
    app.claims.release(key, scan_id)
    ends_at = app.clock.now() + timedelta(minutes=1)
    while app.claims.holder(key, app.clock.now()) is None and app.clock.now() < ends_at:
        pass  # each look takes its time
    real(app, scan_id, outcome)


@mutant_value(
    "orchestrators.scan_image.PENDING",
    invariant=4, kind=SUBTLE, seen_by=claims.no_image_is_scanned_twice_at_once,
    plan=world(
        ask(10, VULNERABLE), deploy(15, VULNERABLE),
        ending=takes(1500), timeout_seconds=2700, minutes=90,
        strikes=(
            strike(CANCELS, Phase.SCANNING),
            strike("delete: InternalServerError", Phase.REMOVING, times=8),
        ),
    ),
)  # fmt: skip
def the_claim_is_given_up_though_the_group_is_still_there(_: str) -> str:
    """No cleanup counts as pending; found by the simulation."""
    return "never"
