"""The profile enters with the request and reaches every step on the scan's container group."""

from typing import Any

from imagescan import function_names as names
from imagescan.scan.outcome import Outcome
from imagescan.scan.profile import Profile
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.request import Policy, ScanRequest, Source
from tests.replay.scans import always, ended, request, world

STEPS_ON_THE_GROUP = (
    names.RECORD_INTENT,
    names.CREATE_CONTAINER_GROUP,
    names.OBSERVE_SCANNER,
    names.STORE_FINDINGS,
    names.DELETE_CONTAINER_GROUP,
)


def legacy_request() -> dict[str, Any]:
    policy = Policy(timeout_seconds=1800, expected_seconds=60, profile=Profile.LEGACY)
    image = "docker.io/library/nginx:1.27"
    return ScanRequest("8d7f", image, Source("request"), policy).to_dict()


def test_every_step_of_a_legacy_scan_knows_its_profile() -> None:
    """Settings that change while it runs do not change how its log is read."""
    happened = world()

    run = happened.run(names.SCAN_IMAGE, legacy_request())

    assert run.error is None
    told = {name: data for name, data in happened.calls if name in STEPS_ON_THE_GROUP}
    assert set(told) == set(STEPS_ON_THE_GROUP)
    assert {data["profile"] for data in told.values()} == {"legacy"}
    [collecting] = [data for name, data in happened.calls if name == names.COLLECT_REPORT]
    assert collecting["attempt"]["profile"] == "legacy"


def test_a_scan_that_was_accepted_before_there_were_profiles_goes_on() -> None:
    """Its input names none; it is what every scan was then."""
    old = request()
    del old["policy"]["profile"]
    happened = world()

    run = happened.run(names.SCAN_IMAGE, old)

    assert run.error is None
    [intent] = [data for name, data in happened.calls if name == names.RECORD_INTENT]
    assert intent["profile"] == "qscanner"


def test_a_legacy_document_that_is_missing_is_not_scanned_for_again() -> None:
    """No courier could have left: a stopped scanner's log stays as long as its group."""
    long_ago = {**ended(), "finishedAt": "2025-12-31T23:00:00+00:00"}
    missing = {"outcome": None, "missing": "The scanner's log holds no JSON object."}
    happened = world(observe_scanner=always(long_ago), collect_report=always(missing))

    happened.run(names.SCAN_IMAGE, legacy_request())

    [recorded] = [data for name, data in happened.calls if name == names.RECORD_OUTCOME]
    outcome = Outcome.from_dict(recorded["outcome"])
    assert outcome.reason is not None
    assert (outcome.reason.code, outcome.attempts) == (ReasonCode.REPORT_MISSING, 1)
