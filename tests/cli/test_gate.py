"""The gate, whatever the app tells."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cli.exit_codes import GATES, SEVERITIES, ExitCode
from cli.gate import judge_scan, read_counts

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 3), st.just(1.0), st.sampled_from(["0", "completed"])
)
COUNTS = st.one_of(
    VALUES, st.dictionaries(st.sampled_from([*SEVERITIES, "total", "worst"]), VALUES)
)
STATUSES = st.sampled_from(["completed", "skipped", "failed", "scanning", "finished", None, 1])
SCANS = st.fixed_dictionaries(
    {},
    optional={
        "status": STATUSES,
        "joinedStatus": STATUSES,
        "verdict": st.sampled_from(["clean", "vulnerable", "allow", None]),
        "counts": COUNTS,
        "reason": st.one_of(VALUES, st.just({"code": "x"})),
    },
)


@given(SCANS, st.sampled_from(GATES))
def test_no_reply_passes_that_does_not_say_that_the_image_was_scanned_whole(
    scan: dict[str, Any], gate: str
) -> None:
    """Missing fields, words of another version, numbers that do not add up."""
    code = judge_scan(scan, gate).exit_code

    if code is ExitCode.FINE:
        final = scan["joinedStatus"] if scan["status"] == "skipped" else scan["status"]
        assert final == "completed"
        assert scan["verdict"] == ("vulnerable" if scan["counts"]["total"] else "clean")
        worse = SEVERITIES[: SEVERITIES.index(gate) + 1]
        assert all(scan["counts"][name] == 0 for name in worse)


@given(st.fixed_dictionaries(dict.fromkeys(SEVERITIES, st.integers(0, 3))))
def test_counts_have_to_add_up(found: dict[str, int]) -> None:
    total = sum(found.values())

    assert read_counts({**found, "total": total}) == {**found, "total": total}
    assert read_counts({**found, "total": total + 1}) is None
    assert read_counts({"total": total}) is None
