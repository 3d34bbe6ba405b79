"""A world in which scans can be replayed: scripted activities and every orchestrator of the app."""

from collections.abc import Callable, Iterable
from typing import Any

from imagescan import function_names as names
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.request import FLOW, Policy, ScanRequest, Source
from imagescan.scan.status import Status, Verdict
from orchestrators import reaping, rescan, scan_deployment, scan_image, take_inventory, waiting
from tests.replay.harness import World

ORCHESTRATORS = {
    names.RESCAN: rescan.scan_what_runs,
    names.GATHER_IMAGES: rescan.gather,
    names.RESCAN_LANE: rescan.scan_one_after_the_other,
    names.SCAN_DEPLOYMENT: scan_deployment.scan_images_of_deployment,
    names.SCAN_IMAGE: scan_image.scan,
    names.AWAIT_CLAIM: waiting.hold_or_join,
    names.AWAIT_ADMISSION: waiting.queue_for_slot,
    names.WATCH_SCANNER: waiting.watch,
    names.AWAIT_REPORT: waiting.collect_when_sealed,
    names.REMOVE_CONTAINER_GROUP: waiting.remove,
    names.TAKE_INVENTORY: take_inventory.note_what_runs,
    names.REAP_CONTAINER_GROUPS: reaping.sweep,
    names.REAP_SCAN: reaping.reap,
}
POLICY = Policy(timeout_seconds=1800, expected_seconds=60, flow=FLOW)
DIGEST = f"sha256:{'d' * 64}"
CLEAN = Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0})
Step = Callable[[Any], Any]


def request(image: str = "docker.io/library/nginx:1.27") -> dict[str, Any]:
    """The input of a scan."""
    return ScanRequest("8d7f", image, Source("request"), POLICY).to_dict()


def ended(exit_code: int = 0) -> dict[str, Any]:
    """What a look shows of a scanner that has ended."""
    finished_at = "2026-01-01T00:01:00+00:00"
    return {"phase": "ended", "exitCode": exit_code, "finishedAt": finished_at, "detail": ""}


def phase(name: str) -> dict[str, Any]:
    """What a look shows otherwise."""
    return {"phase": name, "exitCode": None, "finishedAt": None, "detail": ""}


def stopped(code: ReasonCode) -> dict[str, Any]:
    """What a look says of a scan that may not go on."""
    return {**phase("stopped"), "reason": {"code": code.value, "message": ""}}


def in_turn(answers: Iterable[Any]) -> Step:
    """An activity that gives these answers one after the other, the last one for ever."""
    left = list(answers)

    def answer(_: Any) -> Any:
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, Exception):
            raise given
        return given

    return answer


def always(value: Any) -> Step:
    """An activity with one answer, or one that always raises it."""
    return in_turn([value])


def world(**changed: Step) -> World:
    """A world in which everything goes well, save for the activities named."""
    activities: dict[str, Step] = {
        names.READ_DEPLOYMENT: always({"images": [], "next": None}),
        names.OPEN_SCAN: always({}),
        names.RESOLVE_IMAGE: always({"digest": DIGEST, "outcome": None}),
        names.ACQUIRE_CLAIM: always({"isHeld": True, "holder": "8d7f", "outcome": None}),
        names.RELEASE_CLAIM: always({}),
        names.ADMIT_SCAN: always({"outcome": None, "waitSeconds": None}),
        names.RECORD_INTENT: always({}),
        names.CREATE_CONTAINER_GROUP: always(
            {"stopped": None, "refusal": None, "waitSeconds": None}
        ),
        names.OBSERVE_SCANNER: always(ended()),
        names.COLLECT_REPORT: always({"outcome": CLEAN.to_dict(), "missing": ""}),
        names.STORE_FINDINGS: always({"stopped": None}),
        names.KEEP_LAST_WORDS: always({}),
        names.DELETE_CONTAINER_GROUP: always({"waitSeconds": None}),
        names.CONFIRM_CONTAINER_GROUP_GONE: always({"isGone": True}),
        names.RECORD_OUTCOME: always({}),
        names.NOTIFY: always({}),
        names.TAKE_INVENTORY_PAGE: always({"resources": 0, "refused": None, "next": None}),
        names.LOOK_FOR_UNSEEN: always({"next": None}),
    }
    return World(activities | changed, ORCHESTRATORS)
