"""Rescans: what is asked for, what is shown of them, and what a gate makes of them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cli.progress import look_at_rescan
from imagescan.rescan import RescanStatus
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.status import Status
from tests.cli.app_stand_in import Answer, AppStandIn, error
from tests.cli.bodies import NOW, RESCAN_ID, item, outcome, rescan
from tests.cli.conftest import Run

SUBSCRIPTION = "00000000-1111-2222-3333-444444444444"
PATH = f"/rescans/{RESCAN_ID}"
CLEAN, FRESH = outcome(Status.COMPLETED), outcome(Status.SKIPPED, low=1)
BAD = outcome(Status.COMPLETED, critical=1)
FAILED = Outcome.failed(ReasonCode.REGISTRY_DENIED, "The registry said no.")
AS_ONE_THAT_FAILED = Outcome(Status.SKIPPED, joined_status=Status.FAILED)
NOT_TOLD = Outcome(Status.COMPLETED)

DONE = RescanStatus.COMPLETED
GATED = [
    ("all of it scanned", rescan(DONE, item(CLEAN), item(FRESH)), "high", 0),
    ("nothing runs there", rescan(DONE), "high", 0),
    ("a fresh result that is bad", rescan(DONE, item(CLEAN), item(FRESH)), "low", 1),
    ("one that is bad", rescan(DONE, item(CLEAN), item(BAD)), "high", 1),
    ("one bad, one failed", rescan(DONE, item(BAD), item(FAILED)), "high", 1),
    ("one failed", rescan(DONE, item(CLEAN), item(FAILED)), "high", 3),
    ("one as another that failed", rescan(DONE, item(CLEAN), item(AS_ONE_THAT_FAILED)), "high", 3),
    ("one of which nothing is told", rescan(DONE, item(NOT_TOLD)), "high", 3),
    ("cancelled", rescan(RescanStatus.CANCELLED, item(CLEAN)), "high", 3),
    ("failed as a whole", rescan(RescanStatus.FAILED, problem="No such group."), "high", 3),
    ("ended, though it is told to run", rescan(RescanStatus.SCANNING, item(CLEAN)), "high", 3),
    ("ended with one under way", rescan(DONE, item(CLEAN), item(None)), "high", 3),
]


@pytest.mark.parametrize(("what", "body", "gate", "code"), GATED, ids=[one[0] for one in GATED])
def test_a_gate_ends_with_0_only_where_every_image_was_scanned_whole(
    app: AppStandIn, imagescan: Run, what: str, body: dict[str, Any], gate: str, code: int
) -> None:
    """Each image counts, and those without a result count as not clean."""
    app.answers("POST", "/rescans", Answer(202, rescan(RescanStatus.ACCEPTED)))
    app.answers("GET", PATH, Answer(200, body))

    told = imagescan("rescan", "-g", "rg", "--fail-on", gate, "--json")

    assert told.code == code, what
    assert json.loads(told.out) == body


CANCELLED = Outcome(Status.CANCELLED, reason=Reason(ReasonCode.CANCELLED, "Cancelled."))
TOLD = [
    (rescan(RescanStatus.ACCEPTED, item(None)), "gathering, 1 so far", None),
    (rescan(RescanStatus.GATHERING), "gathering, 0 so far", None),
    (rescan(RescanStatus.SCANNING, item(None)), "1: 1 running", "not known: 0 of 1 image"),
    (rescan(RescanStatus.CANCELLED, item(CANCELLED)), "1: 1 cancelled", "not known: 0 of 1 image"),
    (rescan(DONE, item(FAILED), item(FAILED, 1)), "2: 2 failed", "not known: 0 of 2 images"),
    (rescan(DONE, item(CLEAN), item(FAILED)), "1 failed", "nothing, in 1 of 2 images"),
    (rescan(DONE, item(BAD), item(FRESH), item(FAILED)), "3: ", "1 critical, 1 low, in 2 of 3"),
    (rescan(DONE, item(NOT_TOLD)), "1: 1 completed", "not known: 1 of 1 image"),
    (rescan(DONE), "│ 0 ", None),
]


@pytest.mark.parametrize(("body", "images", "found"), TOLD)
def test_what_was_found_is_told_with_how_many_images_it_is_of(
    app: AppStandIn, imagescan: Run, body: dict[str, Any], images: str, found: str | None
) -> None:
    """Where none was scanned whole nothing is known, which must not read as clean."""
    app.answers("GET", f"/scans/{RESCAN_ID}", error(404, "scan_not_found"))
    app.answers("GET", PATH, Answer(200, body))

    told = imagescan("status", RESCAN_ID)

    [line] = [one for one in told.out.splitlines() if one.startswith("│ images")]
    assert images in line
    lines = [one for one in told.out.splitlines() if one.startswith("│ found")]
    assert len(lines) == (found is not None)
    assert all(str(found) in one for one in lines)


def test_a_rescan_is_asked_for_as_the_options_say(app: AppStandIn, imagescan: Run) -> None:
    app.answers("POST", "/rescans", Answer(202, rescan(RescanStatus.ACCEPTED)))

    told = imagescan("rescan", "-g", "rg", "--subscription", SUBSCRIPTION, "--force")
    imagescan("rescan", "--all")

    assert told.code == 0
    assert f"imagescan status {RESCAN_ID} --watch" in told.err
    plain = {"force": False, "dryRun": False}
    scope = {"resourceGroup": "rg", "subscriptionId": SUBSCRIPTION}
    assert [one.body for one in app.asked] == [{**scope, "force": True, "dryRun": False}, plain]


def test_all_that_is_watched_is_rescanned_only_where_that_is_said(imagescan: Run) -> None:
    """It may cost a lot. A dry run finds nothing that a gate could judge."""
    assert imagescan("rescan", "--url", "https://app.example", "--key", "k").code == 2
    both = imagescan("rescan", "--all", "-g", "rg", "--url", "https://app.example", "--key", "k")
    assert both.code == 2
    dry = ("rescan", "-g", "rg", "--dry-run", "--fail-on", "high")
    assert imagescan(*dry, "--url", "https://app.example", "--key", "k").code == 2


def test_a_dry_run_lists_what_would_be_scanned(app: AppStandIn, imagescan: Run) -> None:
    """It is short, and waited for."""
    plan = rescan(DONE, item(FRESH), item(None, 1, "registry.example.com/new:1"), dry_run=True)
    app.answers("POST", "/rescans", Answer(202, rescan(RescanStatus.ACCEPTED, dry_run=True)))
    app.answers("GET", PATH, Answer(200, plan))

    told = imagescan("rescan", "-g", "rg", "--dry-run")

    assert told.code == 0
    assert "registry.example.com/new:1" in told.out
    assert "1 took the result of another scan; --force scans" in told.out
    assert "1 scan, 3 minutes, $0.0032." in told.out
    assert app.asked[0].body["dryRun"] is True


def test_a_scope_that_is_not_there_or_not_watched_ends_with_the_sentence_of_the_app(
    app: AppStandIn, imagescan: Run
) -> None:
    refusals = [(error(404, "resource_group_not_found", "There is no rg."), 6)]
    refusals += [(error(403, "subscription_not_watched", "Not watched."), 5)]
    refusals += [(error(503, "azure_unavailable", "Azure does not answer."), 4)]
    for answer, code in refusals:
        app.answers("POST", "/rescans", answer)
        told = imagescan("rescan", "-g", "rg", "--watch", "--json")
        assert (told.code, json.loads(told.out)) == (code, answer.body)
        assert answer.body["error"]["message"] in told.err


def test_an_id_may_be_one_of_a_scan_or_of_a_rescan(app: AppStandIn, imagescan: Run) -> None:
    """One command for both; what is neither is not found."""
    app.answers("GET", f"/scans/{RESCAN_ID}", error(404, "scan_not_found"))
    app.answers("DELETE", f"/scans/{RESCAN_ID}", error(404, "scan_not_found"))
    running = rescan(RescanStatus.SCANNING, item(CLEAN), item(FAILED, 1), item(None, 2))
    app.answers("GET", PATH, Answer(202, running))
    app.answers("DELETE", PATH, Answer(202, running))

    shown, cancelled = imagescan("status", RESCAN_ID), imagescan("cancel", RESCAN_ID)
    app.answers("GET", PATH, error(404, "rescan_not_found"))
    unknown = imagescan("status", RESCAN_ID)

    assert (shown.code, cancelled.code, unknown.code) == (0, 0, 6)
    assert "3: 1 completed, 1 failed, 1 running" in shown.out
    assert "registry_denied" in shown.out
    assert "no scan and no rescan" in unknown.err


def test_no_total_is_told_while_images_are_gathered() -> None:
    """It would be the first page's."""
    look = look_at_rescan(rescan(RescanStatus.ACCEPTED, item(None)), NOW)

    assert (look.line, look.total) == ("gathering", 0)


def test_a_look_at_a_rescan_tells_how_far_it_is_and_when_it_may_end() -> None:
    """By the clock of whoever looks; an end that has passed is soon."""
    body = rescan(RescanStatus.SCANNING, item(CLEAN), item(FAILED, 1), item(None, 2))

    look = look_at_rescan(body, NOW)
    late = look_at_rescan(body, NOW + timedelta(hours=1))

    assert (look.done, look.total) == (2, 3)
    assert look.line == "scanning: 1 completed, 1 failed, 1 running"
    assert look.eta == "about 2 minutes left"
    assert late.eta == "less than a minute left"
    assert len(look.failures) == 1
