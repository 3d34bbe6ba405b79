"""A rescan gathers, scans each image once in lanes, and ends whatever happens to a lane."""

from typing import Any

from imagescan import function_names as names
from imagescan.deployment import Scope
from imagescan.rescan import RescanRequest
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from tests.replay.harness import World
from tests.replay.scans import CLEAN, DIGEST, POLICY, Step, always, in_turn, world

REQUEST = RescanRequest("r1", (Scope("sub-1", "rg"),), POLICY, lanes=3)
NOTHING_LEFT = {"key": None, "image": None, "resource": None}


class Images:
    """The images of a rescan, as the table keeps them."""

    def __init__(self, number: int) -> None:
        self.pending = [f"registry.example.com/team/app-{n}:1" for n in range(number)]
        self.done: list[str] = []

    def take(self, _: Any) -> dict[str, Any]:
        if not self.pending:
            return NOTHING_LEFT
        image = self.pending.pop(0)
        return {"key": image, "image": image, "resource": "/some/resource"}

    def finish(self, data: Any) -> dict[str, Any]:
        self.done.append(data["key"])
        return {}

    def told(self, _: Any) -> dict[str, Any]:
        return {"total": 0, "counts": {"pending": len(self.pending)}}

    def counted(self, _: Any) -> dict[str, Any]:
        return {"told": self.told(None), "lookAgainSeconds": 60}


def rescanning(images: Images, **changed: Step) -> World:
    page = {"next": None, "problem": None}
    steps: dict[str, Step] = {
        names.LIST_RUNNING_IMAGES: always(page),
        names.BEGIN_LANES: images.told,
        names.COUNT_RESCAN: images.counted,
        names.FINISH_RESCAN: images.told,
        names.TAKE_IMAGE: images.take,
        names.FINISH_IMAGE: images.finish,
    }
    return world(**steps | changed)


def test_every_image_is_scanned_once_by_as_many_lanes_as_there_may_be() -> None:
    """Lanes continue as new every ten images; every history stays short."""
    images = Images(45)
    happened = rescanning(images)

    run = happened.run(names.RESCAN, REQUEST.to_dict())

    assert run.error is None
    assert len(images.done) == len(set(images.done)) == 45
    lanes = {data["lane"] for name, data in happened.calls if name == names.TAKE_IMAGE}
    assert lanes <= {0, 1, 2}
    scanned = [data["image"] for name, data in happened.calls if name == names.RECORD_INTENT]
    assert sorted(scanned) == sorted(f"{name.removesuffix(':1')}@{DIGEST}" for name in images.done)
    assert happened.longest_history < 300
    assert happened.names().count(names.FINISH_RESCAN) == 1


def test_images_are_gathered_page_by_page_and_scope_by_scope() -> None:
    """More pages than one history should hold."""
    request = RescanRequest("r1", (Scope("sub-1"), Scope("sub-2")), POLICY, lanes=1)
    more, last = {"next": {"at": 1}, "problem": None}, {"next": None, "problem": None}
    happened = rescanning(Images(0), list_running_images=in_turn([more] * 25 + [last, more, last]))

    happened.run(names.RESCAN, request.to_dict())

    pages = [data for name, data in happened.calls if name == names.LIST_RUNNING_IMAGES]
    assert [page["scope"] for page in pages] == [0] * 26 + [1] * 2
    assert [page["place"] for page in pages][26] is None


def test_a_dry_run_gathers_and_scans_nothing() -> None:
    """Nothing is created, and nobody is told to begin."""
    happened = rescanning(Images(5))

    happened.run(names.RESCAN, REQUEST.to_dict() | {"dry_run": True})

    assert happened.names() == [names.LIST_RUNNING_IMAGES, names.FINISH_RESCAN]


def test_a_scope_that_is_gone_ends_the_rescan_with_a_sentence() -> None:
    """Nothing is scanned."""
    gone = {"next": None, "problem": "There is no /subscriptions/sub-1/resourceGroups/rg."}
    happened = rescanning(Images(5), list_running_images=always(gone))

    happened.run(names.RESCAN, REQUEST.to_dict())

    [ended] = [data for name, data in happened.calls if name == names.FINISH_RESCAN]
    assert ended["problem"] == gone["problem"]
    assert names.TAKE_IMAGE not in happened.names()


def for_minutes(broken: Step, minutes: int) -> Step:
    """A step that fails every 15 seconds for so long, then does what it should."""
    left = iter(range(4 * minutes))

    def run(data: Any) -> Any:
        if next(left, None) is not None:
            raise RuntimeError("nobody answers")
        return broken(data)

    return run


def test_a_rescan_outlasts_minutes_in_which_azure_or_its_storage_does_not_answer() -> None:
    """Nothing of it is told as failed."""
    images = Images(4)
    page = always({"next": None, "problem": None})
    happened = rescanning(
        images,
        list_running_images=for_minutes(page, 5),
        take_image=for_minutes(images.take, 5),
        open_scan=for_minutes(always({}), 5),
    )

    happened.run(names.RESCAN, REQUEST.to_dict())

    assert len(images.done) == 4
    [ended] = [data for name, data in happened.calls if name == names.FINISH_RESCAN]
    assert ended["problem"] is None


def test_where_azure_does_not_tell_what_runs_the_rescan_ends_with_a_sentence() -> None:
    """After ten minutes."""
    nobody = always(RuntimeError("nobody answers"))
    happened = rescanning(Images(5), list_running_images=nobody)

    happened.run(names.RESCAN, REQUEST.to_dict())

    [ended] = [data for name, data in happened.calls if name == names.FINISH_RESCAN]
    assert "Azure did not tell what runs" in ended["problem"]
    assert names.TAKE_IMAGE not in happened.names()


def test_a_progress_that_cannot_be_told_ends_no_rescan_before_its_lanes() -> None:
    """Its images were told as lost while they were scanned; found by the simulation, seed 153."""
    images = Images(7)
    happened = rescanning(images, count_rescan=for_minutes(images.counted, 60))

    happened.run(names.RESCAN, REQUEST.to_dict())

    assert len(images.done) == 7
    assert happened.names()[-1] == names.FINISH_RESCAN
    assert happened.calls[-1][1]["problem"] is None


def test_a_lane_that_breaks_stops_no_other_and_the_rescan_still_ends() -> None:
    """What it left is told at the end."""
    images = Images(9)

    def take(data: Any) -> dict[str, Any]:
        if data["lane"] == 1:
            raise RuntimeError("no storage for this lane")
        return images.take(data)

    happened = rescanning(images, take_image=take)

    run = happened.run(names.RESCAN, REQUEST.to_dict())

    assert run.error is None
    assert len(images.done) == 9
    assert happened.names().count(names.FINISH_RESCAN) == 1


def test_a_scan_that_fails_is_one_failed_image_and_its_lane_goes_on() -> None:
    """Partial failures carry their reasons."""
    images = Images(4)
    outcomes: list[Outcome] = []

    def finish(data: Any) -> dict[str, Any]:
        outcomes.append(Outcome.from_dict(data["outcome"]))
        return images.finish(data)

    refused = {"outcome": Outcome.failed(ReasonCode.IMAGE_UNAVAILABLE).to_dict(), "missing": ""}
    found = {"outcome": CLEAN.to_dict(), "missing": ""}
    answers = in_turn([refused, found])
    happened = rescanning(images, finish_image=finish, collect_report=answers)

    happened.run(names.RESCAN, REQUEST.to_dict())

    assert len(outcomes) == 4
    failed = [one.reason.code for one in outcomes if one.reason]
    assert failed == [ReasonCode.IMAGE_UNAVAILABLE]
