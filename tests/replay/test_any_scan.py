"""Whatever a scan meets: its group goes, and one outcome is recorded."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from imagescan import function_names as names
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.status import Status
from tests.replay.scans import CLEAN, Step, ended, in_turn, phase, request, stopped, world
from tests.replay.test_scan_image import outcome_of

_LOOKS = st.lists(
    st.sampled_from(
        [
            phase("provisioning"),
            phase("scanning"),
            phase("broken"),
            phase("gone"),
            stopped(ReasonCode.HOST_LOST),
            stopped(ReasonCode.CANCELLED),
            *(ended(code) for code in (0, 1, 40, 42, 137)),
            RuntimeError("transient"),
        ]
    ),
    min_size=1,
    max_size=12,
)
_COLLECTED = st.lists(
    st.sampled_from(
        [
            {"outcome": CLEAN.to_dict(), "missing": ""},
            {"outcome": None, "missing": "unsealed"},
            {"outcome": Outcome.failed(ReasonCode.REPORT_UNREADABLE).to_dict(), "missing": ""},
            RuntimeError("transient"),
        ]
    ),
    min_size=1,
    max_size=6,
)
_GONE = st.lists(st.sampled_from([{"isGone": True}, {"isGone": False}]), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(looks=_LOOKS, collected=_COLLECTED, gone=_GONE)
def test_whatever_happens_every_group_is_deleted_and_one_outcome_recorded(
    looks: list[Any], collected: list[Any], gone: list[Any]
) -> None:
    """For every group that was intended a deletion follows; completed needs a collected report."""
    steps: dict[str, Step] = {
        names.OBSERVE_SCANNER: in_turn(looks),
        names.COLLECT_REPORT: in_turn(collected),
        names.CONFIRM_CONTAINER_GROUP_GONE: in_turn(gone),
    }
    happened = world(**steps)

    run = happened.run(names.SCAN_IMAGE, request())

    assert run.error is None
    intended = {data["group"] for name, data in happened.calls if name == names.RECORD_INTENT}
    deleted = {
        data["group"] for name, data in happened.calls if name == names.DELETE_CONTAINER_GROUP
    }
    assert intended == deleted
    outcome = outcome_of(happened.calls)
    if outcome.status is Status.COMPLETED:
        assert any(isinstance(one, dict) and one["outcome"] for one in collected)
    assert happened.longest_history < 200
