"""Coverage: every image that runs, with its last completed scan or why there is none."""

from typing import Any

import pytest

from activities import results
from imagescan.bootstrap import App
from imagescan.deployment import ResourceKind
from imagescan.errors import TransientError
from imagescan.ports import Deployed, Refusal
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import Fakes, fake_app
from tests.unit.asking import all_pages, get
from tests.unit.environment import COMPLETE
from triggers.http_images import get_coverage

SUBSCRIPTION = COMPLETE["AZURE_SUBSCRIPTION_ID"]
NGINX, REDIS = "docker.io/library/nginx:1", "docker.io/library/redis:7"
SCAN = "00000000-0000-0000-0000-00000000000"
CLEAN = {"critical": 0, "high": 0, "medium": 0, "low": 0, "info": 0, "total": 0}
COMPLETED = Outcome(Status.COMPLETED, Verdict.CLEAN, counts=CLEAN)
DENIED = Refusal("AuthorizationFailed", "no", 403)
GROUP, APP, JOB = ResourceKind


def named(kind: ResourceKind, name: str, group: str = "shop") -> str:
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{kind}/{name}"


def running(*images: str) -> tuple[App, Fakes]:
    """An app, and a group in `shop` that runs these images."""
    app, fakes = fake_app()
    fakes.resources.answers[named(GROUP, "web")] = Deployed(images)
    return app, fakes


def scanned(app: App, fakes: Fakes, image: str, number: int, outcome: Outcome | None) -> str:
    fakes.clock.pass_seconds(1)
    scan_id = f"{SCAN}{number}"
    app.scans.open(ScanRecord(scan_id, image, Source("request"), app.clock.now()))
    if outcome:
        results.record(app, scan_id, outcome)
    return scan_id


def covered(app: App, **params: Any) -> dict[str, Any]:
    params = {"resourceGroup": "shop", **params}
    found = all_pages(app, get_coverage, "/coverage", "images", **params)
    return {one["image"]: one for one in found}


def refused(app: App, **params: Any) -> tuple[int, str]:
    status, body = get(app, get_coverage, "/coverage", **params)
    return status, body["error"]["code"]


def test_an_image_that_nobody_ever_scanned_is_told_so() -> None:
    """It runs since before the app was there: no event ever told of it."""
    app, _ = running("nginx:1")

    [nginx] = covered(app).values()

    assert (nginx["isScanned"], nginx["reason"]["code"]) == (False, "never_scanned")
    assert nginx["runsIn"] == [named(GROUP, "web")]
    assert (nginx["lastCompleted"], nginx["lastScan"]) == (None, None)


def test_an_image_whose_scan_completed_is_scanned_whatever_became_of_later_ones() -> None:
    """The later one is told as well."""
    app, fakes = running("nginx:1")
    first = scanned(app, fakes, NGINX, 1, COMPLETED)
    second = scanned(app, fakes, NGINX, 2, Outcome.failed(ReasonCode.QUOTA_EXHAUSTED))

    nginx = covered(app)[NGINX]

    assert (nginx["isScanned"], nginx["reason"]) == (True, None)
    assert nginx["lastCompleted"]["scanId"] == first
    assert (nginx["lastScan"]["scanId"], nginx["lastScan"]["status"]) == (second, "failed")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.failed(ReasonCode.OS_UNSUPPORTED), "os_unsupported"),
        (Outcome.failed(ReasonCode.CANCELLED), "cancelled"),
        (None, "scan_under_way"),
    ],
)
def test_an_unscanned_image_has_the_reason_of_its_last_scan(
    outcome: Outcome | None, code: str
) -> None:
    """With what to do about it."""
    app, fakes = running("nginx:1")
    scanned(app, fakes, NGINX, 1, outcome)

    nginx = covered(app)[NGINX]

    assert (nginx["isScanned"], nginx["reason"]["code"]) == (False, code)
    assert nginx["reason"]["remedy"]


def test_what_cannot_be_scanned_is_told_as_unscanned() -> None:
    """A malformed name, a resource that may not be read, a list that may not be."""
    app, fakes = running("UPPER/case", "nginx:1")
    fakes.resources.answers[named(APP, "api")] = DENIED
    fakes.resources.refusals = {JOB: DENIED}

    _, body = get(app, get_coverage, "/coverage", resourceGroup="shop")

    reasons = {one["image"]: one["reason"]["code"] for one in body["images"]}
    assert reasons == {
        "": "resource_unreadable",
        "UPPER/case": "image_unavailable",
        NGINX: "never_scanned",
    }
    assert body["total"] == 3
    [unlisted] = body["unlisted"]
    assert JOB in unlisted["message"]


def test_an_image_is_told_once_with_all_that_run_it_and_pages_hold_still() -> None:
    """A cursor names the last image that was seen."""
    app, fakes = running("nginx:1", "redis:7", "busybox:1")
    fakes.resources.answers[named(JOB, "nightly")] = Deployed(("nginx:1",))
    _, first = get(app, get_coverage, "/coverage", resourceGroup="shop", limit=1)

    fakes.resources.answers[named(JOB, "another")] = Deployed(("alpine:3",))
    rest = covered(app, limit=1)

    assert [one["image"] for one in first["images"]] == ["docker.io/library/busybox:1"]
    assert list(rest) == [
        "docker.io/library/alpine:3", "docker.io/library/busybox:1", NGINX, REDIS,
    ]  # fmt: skip
    assert rest[NGINX]["runsIn"] == [named(JOB, "nightly"), named(GROUP, "web")]
    _, second = get(
        app, get_coverage, "/coverage", resourceGroup="shop", limit=2, cursor=first["cursor"]
    )
    assert [one["image"] for one in second["images"]] == [NGINX, REDIS]
    assert second["cursor"] is None


def test_without_a_resource_group_everything_that_is_watched_is_told() -> None:
    """Of all resource groups."""
    app, fakes = running("nginx:1")
    fakes.resources.answers[named(APP, "api", "other")] = Deployed(("redis:7",))

    assert set(covered(app, resourceGroup=None)) == {NGINX, REDIS}
    assert set(covered(app, resourceGroup=None, subscriptionId=SUBSCRIPTION)) == {NGINX, REDIS}


def test_a_scope_that_cannot_be_read_is_told_from_one_that_is_not_there() -> None:
    """A sentence each, and never an empty list, which would look like full coverage."""
    app, fakes = running("nginx:1")
    unwatched = "33333333-2222-3333-4444-555555555555"

    assert refused(app, resourceGroup="none") == (404, "resource_group_not_found")
    assert refused(app, subscriptionId=unwatched) == (403, "subscription_not_watched")
    assert refused(app, resourceGroup="a/b") == (400, "invalid_resource_group")
    assert refused(app, subscriptionId="mine") == (400, "invalid_subscription")
    fakes.resources.refusals = dict.fromkeys(ResourceKind, DENIED)
    assert refused(app, resourceGroup="shop") == (403, "scope_unreadable")
    fakes.resources.refusals = {GROUP: TransientError("no answer")}
    assert refused(app, resourceGroup="shop") == (503, "azure_unavailable")


def test_an_inventory_that_takes_too_long_is_no_answer() -> None:
    """Half of what runs would look like all of it."""
    app, fakes = running("nginx:1")
    fakes.resources.on_list = lambda: fakes.clock.pass_seconds(26)

    assert refused(app, resourceGroup="shop") == (503, "inventory_too_slow")
