"""The gate, whatever the app tells."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from cli.exit_codes import GATES, SEVERITIES, ExitCode
from cli.gate import judge_rescan, judge_scan, read_counts

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 3), st.just(1.0), st.sampled_from(["0", "completed"])
)
WHOLE = st.fixed_dictionaries(dict.fromkeys(SEVERITIES, st.integers(0, 1))).map(
    lambda found: {**found, "total": sum(found.values())}
)
COUNTS = st.one_of(
    WHOLE, VALUES, st.dictionaries(st.sampled_from([*SEVERITIES, "total", "worst"]), VALUES)
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


CLEAN = {"verdict": "clean", "counts": dict.fromkeys([*SEVERITIES, "total"], 0)}


@given(SCANS, st.sampled_from(GATES))
@example({"status": "skipped", "joinedStatus": "failed", **CLEAN}, "high")
@example({"status": "finished", "joinedStatus": "completed", **CLEAN}, "high")
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


RESCANS = st.fixed_dictionaries(
    {"dryRun": st.booleans(), "found": st.one_of(WHOLE, COUNTS)},
    optional={
        "status": STATUSES,
        "total": st.integers(0, 3),
        "counts": st.dictionaries(st.sampled_from(["completed", "skipped", "failed"]), VALUES),
        "skippedAsFresh": VALUES,
    },
)
PASSED = {"status": "completed", "dryRun": False, "found": CLEAN["counts"]}


@given(RESCANS, st.sampled_from(GATES))
@example(
    {**PASSED, "total": 2, "counts": {"completed": 1, "failed": 1}, "skippedAsFresh": 1}, "low"
)
@example({**PASSED, "total": 2, "counts": {"completed": 1}, "skippedAsFresh": 1}, "low")
@example({**PASSED, "total": 1, "counts": {"skipped": 1}, "skippedAsFresh": 0}, "low")
def test_no_rescan_passes_in_which_an_image_may_be_without_a_result(
    rescan: dict[str, Any], gate: str
) -> None:
    if judge_rescan(rescan, gate).exit_code is ExitCode.FINE:
        counts = rescan["counts"]
        assert rescan["status"] == "completed"
        assert sum(counts.values()) == rescan["total"]
        assert counts.get("completed", 0) + rescan["skippedAsFresh"] == rescan["total"]
        assert rescan["skippedAsFresh"] <= counts.get("skipped", 0)
        assert rescan["total"] == 0 or rescan["found"][gate] == 0
