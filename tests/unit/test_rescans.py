"""The steps of a rescan on fakes: gathering, taking, counting, cancelling, ending."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from activities import claims, rescans
from imagescan.bootstrap import App
from imagescan.deployment import ResourceKind, Scope
from imagescan.errors import TransientError
from imagescan.estimate import Usual
from imagescan.ports import Deployed, Refusal, Row, Value
from imagescan.records.rescans import RescanItems
from imagescan.rescan import Rescan, RescanRequest, RescanStatus
from imagescan.rescan_reply import rescan_reply, with_plan
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.request import ScanRequest, Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import Fakes, fake_app
from tests.fakes.storage import FakeTable
from tests.fuzz.routes import ask
from triggers.http_rescans import cancel_running

SUBSCRIPTION = "00000000-1111-2222-3333-444444444444"
SCOPE = Scope(SUBSCRIPTION, "rg")
DONE = Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0})


def app_name(number: int) -> str:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
    return f"{group}/providers/{ResourceKind.CONTAINER_GROUP}/app-{number}"


def asked(images: list[str], *, dry_run: bool = False) -> tuple[App, Fakes, RescanRequest]:
    """A rescan of a resource group in which each image is run by a group of its own."""
    app, fakes = fake_app()
    for number, image in enumerate(images):
        fakes.resources.answers[app_name(number)] = Deployed((image,))
    request = RescanRequest("r1", (SCOPE,), app.policy, lanes=3, dry_run=dry_run)
    app.rescans.open(Rescan("r1", (SCOPE,), False, dry_run, app.clock.now()))
    return app, fakes, request


def gather(app: App, request: RescanRequest) -> str | None:
    """Every page, as the orchestration asks for them; the problem if there is one."""
    place: dict[str, Any] | None = None
    while True:
        page = rescans.list_page(app, request, 0, place)
        place = page["next"]
        if page["problem"] or place is None:
            problem: str | None = page["problem"]
            return problem


def reply(app: App) -> dict[str, Any]:
    rescan = app.rescans.get("r1")
    assert rescan is not None
    return rescan_reply(rescan, app.rescan_items.progress("r1"), 3, app.clock.now())


def test_an_image_that_several_resources_run_is_one_image_of_the_rescan() -> None:
    """In normal form, and each page may be read twice."""
    app, _, request = asked(["nginx:1.27", "docker.io/library/nginx:1.27", "redis:7"])

    gather(app, request)
    gather(app, request)

    images = {item.image for item in app.rescan_items.progress("r1").items}
    assert images == {"docker.io/library/nginx:1.27", "docker.io/library/redis:7"}


def test_what_cannot_be_scanned_is_told_as_a_failure_with_its_reason() -> None:
    """A malformed reference, and a kind of resource that may not be listed."""
    app, fakes, request = asked(["UPPER/case"])
    fakes.resources.refusals[ResourceKind.JOB] = Refusal("AuthorizationFailed", "no", 403)

    gather(app, request)

    codes = {failure["reason"]["code"] for failure in reply(app)["failures"]}
    assert codes == {"image_unavailable", "resource_unreadable"}


def test_a_resource_group_that_does_not_exist_is_a_problem_of_the_whole() -> None:
    """A sentence names it."""
    app, _, request = asked([])
    nowhere = replace(request, scopes=(Scope(SUBSCRIPTION, "nowhere"),))

    assert "nowhere" in str(gather(app, nowhere))


def test_each_image_is_taken_once_and_a_repeated_take_gives_the_same_one() -> None:
    """The step runs at least once; the scan's id tells a repeat."""
    app, _, request = asked([f"app:{n}" for n in range(5)])
    gather(app, request)

    taken = [rescans.take(app, "r1", f"s{n}", lane=n % 2) for n in range(6)]

    assert rescans.take(app, "r1", "s2", lane=0) == taken[2]
    images = [one["image"] for one in taken[:5]]
    assert len(set(images)) == 5
    assert taken[5]["key"] is None


def test_a_take_that_comes_back_after_a_cancel_gives_the_image_it_had_taken() -> None:
    """Its host died: the scan ends as cancelled, and the image is not told as lost."""
    app, _, request = asked(["app:1", "app:2"])
    gather(app, request)
    taken = rescans.take(app, "r1", "s1", lane=0)

    app.rescans.change("r1", Rescan.asked_to_cancel)

    assert rescans.take(app, "r1", "s1", lane=0) == taken
    assert rescans.take(app, "r1", "s2", lane=0)["key"] is None


class DenyingTable(FakeTable):
    """Does what it is asked to, and says once that somebody else was first."""

    has_denied = False

    def replace(self, row: Row, values: Mapping[str, Value]) -> bool:
        is_done = super().replace(row, values)
        was_first, self.has_denied = not self.has_denied, True
        return is_done and not was_first


def test_a_take_that_meets_its_own_first_try_takes_no_second_image() -> None:
    """The SDK tries a write again whose reply was lost."""
    items = RescanItems(DenyingTable())
    for number in range(3):
        items.add("r1", f"app:{number}", "/some/resource", None)

    taken = items.take("r1", "s1", 0, datetime(2026, 1, 1, tzinfo=UTC))

    assert taken is not None
    assert [one.key for one in items.progress("r1").items if one.scan_id == "s1"] == [taken.key]


def test_a_finished_image_stays_as_it_was_finished_first() -> None:
    """A step that comes back late changes nothing."""
    app, fakes, request = asked(["app:1"])
    gather(app, request)
    key = rescans.take(app, "r1", "s1", lane=0)["key"]
    fakes.clock.pass_seconds(90)

    app.rescan_items.finish("r1", key, DONE, app.clock.now())
    app.rescan_items.finish("r1", key, Outcome.failed(ReasonCode.INTERNAL), app.clock.now())

    assert reply(app)["counts"] == {"completed": 1}


def test_the_reply_tells_how_far_it_is_what_was_fresh_and_how_to_force() -> None:
    """With an estimate of its end from what was done so far."""
    app, fakes, request = asked([f"app:{n}" for n in range(8)])
    gather(app, request)
    fresh = Outcome(Status.SKIPPED, Verdict.CLEAN, joined_status=Status.COMPLETED)
    for number, outcome in enumerate([DONE, fresh]):
        key = rescans.take(app, "r1", f"s{number}", lane=0)["key"]
        fakes.clock.pass_seconds(60)
        app.rescan_items.finish("r1", key, outcome, app.clock.now())

    told = reply(app)

    assert told["counts"] == {"pending": 6, "completed": 1, "skipped": 1}
    assert (told["total"], told["skippedAsFresh"]) == (8, 1)
    assert told["found"] is None  # the fresh result does not tell
    assert '"force": true' in told["hint"]
    assert told["eta"] == "2026-01-01T12:04:00Z"  # two rounds of three lanes, a minute each


def test_what_was_found_is_not_told_while_no_image_has_a_result() -> None:
    """Zeros would look clean."""
    app, _, request = asked(["app:1", "app:2"])
    gather(app, request)
    before = reply(app)["found"]
    key = rescans.take(app, "r1", "s1", lane=0)["key"]
    app.rescan_items.finish("r1", key, Outcome.failed(ReasonCode.INTERNAL), app.clock.now())

    assert (before, reply(app)["found"]) == (None, None)


@pytest.mark.parametrize(
    ("done", "begun", "seconds"),
    [
        (0, 2, 15),  # nobody knows how long a scan takes
        (1, 2, 400),  # half of two rounds of three lanes, 400 seconds each
        (1, 6, 30),  # all have begun: the end may come any moment
        (6, 6, 15),
    ],
)
def test_a_rescan_is_looked_at_when_half_of_it_is_left_and_often_towards_its_end(
    done: int, begun: int, seconds: int
) -> None:
    app, fakes, request = asked([f"app:{number}" for number in range(6)])
    gather(app, request)
    taken = [rescans.take(app, "r1", f"scan-{number}", 0) for number in range(begun)]
    fakes.clock.pass_seconds(400)
    for one in taken[:done]:
        app.rescan_items.finish("r1", one["key"], DONE, app.clock.now())

    assert app.rescan_items.progress("r1").look_again_seconds(request.lanes) == seconds


def test_the_reply_tells_what_was_found_and_counts_no_image_without_a_result() -> None:
    """One that joined a scan that failed is a failure, though its own status is skipped."""
    app, _, request = asked([f"app:{n}" for n in range(4)])
    gather(app, request)
    found = {"critical": 1, "high": 2, "medium": 0, "low": 0, "info": 0, "total": 3}
    whole = Outcome(Status.COMPLETED, Verdict.VULNERABLE, counts=found)
    fresh = replace(whole, status=Status.SKIPPED, joined_status=Status.COMPLETED)
    with_a_failed_one = Outcome(Status.SKIPPED, joined_status=Status.FAILED)
    ends = (whole, fresh, with_a_failed_one, Outcome.failed(ReasonCode.INTERNAL))
    for number, outcome in enumerate(ends):
        key = rescans.take(app, "r1", f"s{number}", lane=0)["key"]
        app.rescan_items.finish("r1", key, outcome, app.clock.now())

    told = reply(app)

    assert told["found"] == {name: 2 * number for name, number in found.items()}
    assert sorted(one["status"] for one in told["failures"]) == ["failed", "skipped"]
    assert told["skippedAsFresh"] == 1


def test_a_cancelled_rescan_begins_nothing_and_asks_what_runs_to_end() -> None:
    """Also a scan that was taken just before, and has no record yet."""
    app, _, request = asked(["app:1", "app:2", "app:3"])
    gather(app, request)
    running = rescans.take(app, "r1", "s1", lane=0)
    rescan_source = Source("rescan", rescan_id="r1")
    scan = ScanRequest("s1", running["image"], rescan_source, app.policy)
    assert claims.acquire(app, scan, None)["isHeld"]
    taken = rescans.take(app, "r1", "s2", lane=1)

    cancel_running(app, app.rescans.change("r1", Rescan.asked_to_cancel))

    record = app.scans.get("s1")
    assert record is not None
    assert record.cancel_requested
    late = ScanRequest("s2", taken["image"], rescan_source, app.policy)
    assert claims.acquire(app, late, None)["outcome"]["status"] == "cancelled"
    assert rescans.take(app, "r1", "s3", lane=0)["key"] is None


@pytest.mark.parametrize(
    ("is_cancelled", "status", "codes"),
    [(True, "cancelled", {"host_lost", "cancelled"}), (False, "completed", {"host_lost"})],
)
def test_images_that_nobody_dealt_with_are_told_at_the_end(
    is_cancelled: bool, status: str, codes: set[str]
) -> None:
    """A lane that was ended from outside loses no image silently."""
    app, _, request = asked(["app:1", "app:2"])
    gather(app, request)
    rescans.take(app, "r1", "s1", lane=0)
    if is_cancelled:
        app.rescans.change("r1", Rescan.asked_to_cancel)

    rescans.finish(app, "r1", None)

    told = reply(app)
    assert told["status"] == status
    assert {failure["reason"]["code"] for failure in told["failures"]} == codes
    assert sum(told["counts"].values()) == 2


def test_a_dry_run_lists_what_would_be_scanned_with_an_estimate() -> None:
    """What is fresh would not be."""
    app, fakes, request = asked([f"app:{n}" for n in range(7)], dry_run=True)
    fresh = ScanRequest("s0", "docker.io/library/app:0", Source("request"), app.policy)
    claims.acquire(app, fresh, None)
    app.images.note(app.scans.change("s0", lambda one: one.ended_with(DONE, fakes.clock.now())))

    gather(app, request)
    rescans.finish(app, "r1", None)

    usual = Usual(slot_seconds=60, running_seconds=50, measured=1)
    progress = app.rescan_items.progress("r1")
    told = with_plan(reply(app), progress, usual, slots=3, second_usd=0.001)
    assert told["status"] == RescanStatus.COMPLETED.value
    assert [one["image"] for one in told["images"]].count("docker.io/library/app:0") == 0
    planned = told["estimate"]
    assert (planned["scans"], planned["seconds"], planned["costUsd"]) == (6, 120, 0.3)
    assert told["skippedAsFresh"] == 1


def test_where_azure_does_not_answer_a_rescan_is_refused_for_now_and_nothing_is_begun() -> None:
    """503, and not an error of the app's own."""
    app, fakes, _ = asked(["app:1"])
    fakes.resources.refusals[ResourceKind.CONTAINER_GROUP] = TransientError("no answer")

    assert ask(app, ("post", "/rescans"), {}, "", b"{}") == 503
