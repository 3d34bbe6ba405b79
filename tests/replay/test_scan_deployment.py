"""One deployment fans out to its images, replayed through the SDK's own executor."""

from typing import Any

from imagescan import function_names as names
from tests.replay.scans import POLICY, always, in_turn, world

DEPLOYMENT = {
    "resource_id": "/subscriptions/s/resourceGroups/rg/providers/"
    "Microsoft.ContainerInstance/containerGroups/web",
    "event_id": "e1",
    "policy": POLICY.to_dict(),
}


def page(*images: str, following: int | None = None) -> dict[str, Any]:
    return {"images": [{"name": name, "problem": None} for name in images], "next": following}


def test_every_image_of_every_page_has_a_record_before_its_scan_and_is_scanned() -> None:
    """A record is written first, so that no accepted image can be lost."""
    pages = in_turn([page("a.io/a:1", "a.io/b:1", following=2), page("a.io/c:1")])
    happened = world(read_deployment=pages)

    run = happened.run(names.SCAN_DEPLOYMENT, DEPLOYMENT)

    assert run.output == {"scans": 3}
    opened = [data["scan_id"] for name, data in happened.calls if name == names.OPEN_SCAN]
    recorded = [data["scan_id"] for name, data in happened.calls if name == names.RECORD_OUTCOME]
    assert sorted(opened) == sorted(recorded)
    assert len(set(opened)) == 3
    last_opened = max(i for i, name in enumerate(happened.names()) if name == names.OPEN_SCAN)
    assert happened.names().index(names.ACQUIRE_CLAIM) > last_opened


def test_a_resource_that_may_not_be_read_ends_in_a_record_that_says_so() -> None:
    """Nothing is dropped silently."""
    problem = {"code": "resource_unreadable", "message": "Azure said AuthorizationFailed."}
    unreadable = {"images": [{"name": "", "problem": problem}], "next": None}
    happened = world(read_deployment=always(unreadable))

    happened.run(names.SCAN_DEPLOYMENT, DEPLOYMENT)

    [recorded] = [data for name, data in happened.calls if name == names.RECORD_OUTCOME]
    assert recorded["outcome"]["status"] == "failed"
    assert recorded["outcome"]["reason"]["code"] == "resource_unreadable"
    assert names.ACQUIRE_CLAIM not in happened.names()


def test_a_resource_without_images_starts_nothing() -> None:
    """A resource that is gone has no images."""
    happened = world()

    run = happened.run(names.SCAN_DEPLOYMENT, DEPLOYMENT)

    assert run.output == {"scans": 0}
    assert happened.names() == [names.READ_DEPLOYMENT]


def test_a_scan_that_breaks_as_an_orchestration_does_not_abandon_its_siblings() -> None:
    """The broken one gets a record from its parent; the other one completes."""
    calls = {"n": 0}

    def record(_: Any) -> Any:
        calls["n"] += 1
        if calls["n"] <= 40:  # the first scan cannot write its outcome, whatever it tries
            raise RuntimeError("no storage")
        return {}

    happened = world(read_deployment=always(page("a.io/a:1", "a.io/b:1")), record_outcome=record)

    run = happened.run(names.SCAN_DEPLOYMENT, DEPLOYMENT)

    assert run.error is None
    recorded = [data for name, data in happened.calls if name == names.RECORD_OUTCOME]
    by_scan = {data["scan_id"]: data["outcome"] for data in recorded}
    assert len(by_scan) == 2
    assert {outcome["status"] for outcome in by_scan.values()} == {"failed", "completed"}


def test_a_resource_that_stays_unreadable_has_a_record_that_says_so() -> None:
    """Azure that does not answer is no reason to forget a deployment."""
    happened = world(read_deployment=always(OSError("502")))

    run = happened.run(names.SCAN_DEPLOYMENT, DEPLOYMENT)

    [recorded] = [data for name, data in happened.calls if name == names.RECORD_OUTCOME]
    assert recorded["outcome"]["reason"]["code"] == "resource_unreadable"
    assert happened.names().count(names.READ_DEPLOYMENT) == 40
    assert run.error is None


def test_a_deployment_is_kept_until_its_records_can_be_written() -> None:
    """Under the same ids: what had been written before is not written twice."""
    down = [OSError("down")] * 60
    happened = world(
        read_deployment=always(page("a.io/a:1", "a.io/b:1")),
        open_scan=in_turn([{}, *down, {}]),
    )

    run = happened.run(names.SCAN_DEPLOYMENT, DEPLOYMENT)

    opened = [data["scan_id"] for name, data in happened.calls if name == names.OPEN_SCAN]
    recorded = [data["scan_id"] for name, data in happened.calls if name == names.RECORD_OUTCOME]
    assert run.generations == 2
    assert run.output == {"scans": 2}
    assert len(set(opened)) == 2
    assert sorted(recorded) == sorted(set(opened))
