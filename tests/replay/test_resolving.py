"""What a scan does with the digest of its image, or without one."""

from typing import Any

import pytest

from imagescan import function_names as names
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.request import ScanRequest
from imagescan.scan.status import Status
from tests.replay.harness import World
from tests.replay.scans import DIGEST, always, request, world
from tests.replay.test_scan_image import outcome_of


def given(happened: World) -> tuple[Any, Any]:
    """What was claimed, and what the scanner was given."""
    [claimed] = [data["request"] for name, data in happened.calls if name == names.ACQUIRE_CLAIM]
    [created] = [data for name, data in happened.calls if name == names.CREATE_CONTAINER_GROUP]
    return ScanRequest.from_dict(claimed).claim_key, created["image"]


def test_the_digest_is_claimed_and_scanned() -> None:
    """Whatever it is called; so two tags of one image are one scan."""
    happened = world()

    happened.run(names.SCAN_IMAGE, request("docker.io/library/nginx:1.27"))

    assert given(happened) == (DIGEST, f"docker.io/library/nginx@{DIGEST}")


def test_where_the_registry_does_not_tell_the_reference_is_claimed_and_scanned() -> None:
    happened = world(resolve_image=always({"digest": None, "outcome": None}))

    happened.run(names.SCAN_IMAGE, request("docker.io/library/nginx:1.27"))

    assert given(happened) == ("docker.io/library/nginx:1.27",) * 2
    assert outcome_of(happened.calls).status is Status.COMPLETED


@pytest.mark.parametrize(
    "code",
    [
        ReasonCode.IMAGE_NOT_FOUND,
        ReasonCode.REGISTRY_DENIED,
        ReasonCode.IMAGE_UNAVAILABLE,
        ReasonCode.OS_UNSUPPORTED,
    ],
)
def test_an_image_that_cannot_be_had_is_told_and_nothing_is_claimed_or_created(
    code: ReasonCode,
) -> None:
    """No container group is paid for what is known beforehand."""
    failed = Outcome.failed(code, "It says so.").to_dict()
    happened = world(resolve_image=always({"digest": None, "outcome": failed}))

    happened.run(names.SCAN_IMAGE, request())

    assert happened.names() == [names.RESOLVE_IMAGE, names.RECORD_OUTCOME, names.NOTIFY]
    reason = outcome_of(happened.calls).reason
    assert reason is not None
    assert reason.code is code


def test_what_was_started_before_there_were_digests_replays_as_it_was() -> None:
    """Its input names no flow; its history holds the steps of the first one, in their order."""
    earlier = request()
    del earlier["policy"]["flow"]
    happened = world()

    run = happened.run(names.SCAN_IMAGE, earlier)

    assert run.error is None
    called = happened.names()
    assert called[:3] == [names.ACQUIRE_CLAIM, names.ADMIT_SCAN, names.RECORD_INTENT]
    assert called[-3:] == [names.RELEASE_CLAIM, names.RECORD_OUTCOME, names.NOTIFY]
    assert given(happened) == (earlier["image"], earlier["image"])


def test_a_scan_whose_registry_step_keeps_failing_ends_all_the_same() -> None:
    """Without storage, say."""
    happened = world(resolve_image=always(RuntimeError("no storage")))

    happened.run(names.SCAN_IMAGE, request())

    assert outcome_of(happened.calls).status is Status.FAILED
    assert names.ACQUIRE_CLAIM not in happened.names()
