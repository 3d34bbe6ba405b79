"""Lists over HTTP: filters, and pages that hold still while new things come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities import results
from imagescan.bootstrap import App
from imagescan.deployment import ResourceKind, parse_resource_id
from imagescan.inventory.running import RunningResource, read_images
from imagescan.records.scans import EXAMINED_PER_PAGE
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import Fakes, fake_app
from tests.unit.asking import all_pages, get
from tests.unit.environment import COMPLETE
from triggers.http_images import list_images
from triggers.http_scans import list_scans

SUBSCRIPTION = COMPLETE["AZURE_SUBSCRIPTION_ID"]
NGINX, REDIS = "docker.io/library/nginx:1", "docker.io/library/redis:7"
CRITICAL = {"critical": 1, "high": 0, "medium": 0, "low": 0, "info": 0, "total": 1}
CLEAN = dict.fromkeys(CRITICAL, 0)


def named(name: str, group: str = "shop") -> str:
    kind = ResourceKind.CONTAINER_GROUP
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{kind}/{name}"


def opened(app: App, fakes: Fakes, image: str = NGINX, resource: str | None = None) -> str:
    """A new scan, a second after the one before."""
    fakes.clock.pass_seconds(1)
    scan_id = f"00000000-0000-0000-0000-{int(fakes.clock.moment.timestamp()):012d}"
    source = Source("deployment", resource) if resource else Source("request")
    app.scans.open(ScanRecord(scan_id, image, source, app.clock.now()))
    return scan_id


def completed(app: App, scan_id: str, counts: dict[str, int]) -> None:
    verdict = Verdict.VULNERABLE if counts["total"] else Verdict.CLEAN
    results.record(app, scan_id, Outcome(Status.COMPLETED, verdict, counts=counts))


def ids(scans: list[Any]) -> list[str]:
    return [scan["scanId"] for scan in scans]


def listed(app: App, **params: Any) -> list[str]:
    return ids(all_pages(app, list_scans, "/scans", "scans", **params))


def test_scans_come_newest_first_and_a_new_one_moves_no_later_page() -> None:
    """A cursor names the last scan that was seen, not how many there were."""
    app, fakes = fake_app()
    made = [opened(app, fakes) for _ in range(5)]
    status, first = get(app, list_scans, "/scans", limit=2)

    opened(app, fakes)
    _, second = get(app, list_scans, "/scans", limit=2, cursor=first["cursor"])
    _, third = get(app, list_scans, "/scans", limit=2, cursor=second["cursor"])

    assert status == 200
    assert ids(first["scans"] + second["scans"] + third["scans"]) == made[::-1]
    assert third["cursor"] is None


def test_scans_are_filtered_by_status_image_and_resource_group_together() -> None:
    """An image in any spelling, a resource group in any case."""
    app, fakes = fake_app()
    web = opened(app, fakes, NGINX, named("web"))
    opened(app, fakes, REDIS, named("web"))
    other = opened(app, fakes, NGINX, named("web", "other"))
    asked = opened(app, fakes, NGINX)
    results.record(app, web, Outcome.failed(ReasonCode.IMAGE_NOT_FOUND))

    assert listed(app, image="nginx:1") == [asked, other, web]
    assert listed(app, resourceGroup="OTHER") == [other]
    assert listed(app, status="failed") == [web]
    assert listed(app, status="accepted", image="nginx:1", resourceGroup="shop") == []
    assert listed(app, status="failed", image="nginx:1", resourceGroup="shop", limit=1) == [web]
    assert listed(app, image="", status="", resourceGroup="") == listed(app)


def test_one_question_looks_at_so_many_scans_and_the_next_one_goes_on() -> None:
    """A page may be empty with more to follow."""
    app, fakes = fake_app()
    first = opened(app, fakes)
    results.record(app, first, Outcome.failed(ReasonCode.INTERNAL))
    for _ in range(EXAMINED_PER_PAGE):
        opened(app, fakes)

    _, page = get(app, list_scans, "/scans", status="failed")

    assert page["scans"] == []
    assert page["cursor"] is not None
    assert listed(app, status="failed") == [first]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"status": "done"}, "invalid_status"),
        ({"image": "UPPER/case"}, "invalid_image"),
        ({"resourceGroup": "a/b"}, "invalid_resource_group"),
        ({"limit": "0"}, "invalid_limit"),
        ({"limit": "201"}, "invalid_limit"),
        ({"cursor": "???"}, "invalid_cursor"),
        ({"cursor": "YSBiJw"}, "invalid_cursor"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_with_its_own_code(
    params: dict[str, str], code: str
) -> None:
    """Nothing is guessed, and nothing falls back to all."""
    app, _ = fake_app()

    status, body = get(app, list_scans, "/scans", **params)

    assert (status, body["error"]["code"]) == (400, code)


@given(st.text(max_size=300))
def test_any_text_as_a_cursor_is_a_page_or_a_refusal(cursor: str) -> None:
    """It comes from outside."""
    app, _ = fake_app()

    assert get(app, list_scans, "/scans", cursor=cursor)[0] in (200, 400)


def test_an_image_tells_what_was_found_in_it_and_where_it_runs() -> None:
    """Also one that was never scanned, and one that runs nowhere."""
    app, fakes = fake_app()
    scan_id = opened(app, fakes)
    completed(app, scan_id, CRITICAL)
    web = RunningResource(parse_resource_id(named("web")), read_images([NGINX, REDIS]))
    app.deployments.seen(web, app.clock.now())
    completed(app, opened(app, fakes, "docker.io/library/busybox:1"), CLEAN)

    found = {one["image"]: one for one in all_pages(app, list_images, "/images", "images", limit=1)}

    assert set(found) == {NGINX, REDIS, "docker.io/library/busybox:1"}
    assert found[NGINX]["lastCompleted"]["scanId"] == scan_id
    assert found[NGINX]["lastCompleted"]["counts"] == CRITICAL
    assert found[NGINX]["runsIn"] == [
        {"resourceId": named("web"), "lastSeen": "2026-01-01T12:00:01Z"}
    ]
    assert found[REDIS]["lastCompleted"] is None
    assert found["docker.io/library/busybox:1"]["runsIn"] == []


def test_images_are_filtered_by_what_was_found_in_them() -> None:
    """A severity means: something of it."""
    app, fakes = fake_app()
    completed(app, opened(app, fakes), CRITICAL)
    completed(app, opened(app, fakes, REDIS), CLEAN)

    def images(severity: str) -> list[str]:
        found = all_pages(app, list_images, "/images", "images", severity=severity, limit=1)
        return [one["image"] for one in found]

    assert images("critical") == [NGINX]
    assert images("high") == []
    assert get(app, list_images, "/images", severity="grave")[0] == 400


def test_an_image_whose_scan_took_another_ones_result_tells_that_result() -> None:
    """Two names of one digest: both were scanned."""
    app, fakes = fake_app()
    first = opened(app, fakes)
    completed(app, first, CRITICAL)
    joined = Outcome(
        Status.SKIPPED, Verdict.VULNERABLE, counts=CRITICAL,
        joined_scan_id=first, joined_status=Status.COMPLETED,
    )  # fmt: skip
    results.record(app, opened(app, fakes, REDIS), joined)

    found = {one["image"]: one for one in all_pages(app, list_images, "/images", "images")}

    assert found[REDIS]["lastCompleted"]["scanId"] == first
