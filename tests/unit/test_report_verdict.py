"""The verdict: never falsely clean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.report.findings import Counts, Finding
from imagescan.report.inventory import Inventory, ScanPerformed
from imagescan.report.parse import Report
from imagescan.report.verdict import Completed, Incomplete, judge
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.status import Verdict

REQUESTED = ("pkg", "secret")
CLEAN, VULNERABLE = Report(()), Report((Finding("t", 4), Finding("u", 1)))
GOOD = {"pkg": "ok", "secret": "ok"}


def inventory(scans: dict[str, str], recognised_os: bool = True, packages: int = 12) -> Inventory:
    performed = tuple(
        ScanPerformed(kind, told != "failed", "layers were skipped" if told == "partial" else None)
        for kind, told in scans.items()
    )
    return Inventory(performed, recognised_os, packages, (), None)


@pytest.mark.parametrize("exit_code", [0, 42, 43])
@pytest.mark.parametrize(
    "proof",
    [
        inventory(GOOD),
        inventory({"os": "ok", "sca": "ok", "secret": "ok"}),
        inventory(GOOD, recognised_os=False),
        inventory(GOOD, packages=0),
        inventory({**GOOD, "malware": "failed"}),
    ],
)
def test_nothing_found_is_clean_with_positive_proof(exit_code: int, proof: Inventory) -> None:
    """Every requested type succeeded, and something was recognised; the rest was not asked for."""
    assert judge(exit_code, CLEAN, proof, REQUESTED) == Completed(Verdict.CLEAN, Counts())


@pytest.mark.parametrize(
    "proof",
    [
        None,
        inventory({}),
        inventory({"pkg": "ok"}),
        inventory({"secret": "ok"}),
        inventory({"os": "ok", "secret": "ok"}),
        inventory({"sca": "ok", "secret": "ok"}),
        inventory(GOOD, recognised_os=False, packages=0),
    ],
)
def test_nothing_found_without_proof_is_incomplete(proof: Inventory | None) -> None:
    """The message says what is missing; the same with findings is vulnerable."""
    judgement = judge(0, CLEAN, proof, REQUESTED)

    assert isinstance(judgement, Incomplete)
    assert judgement.reason_code is ReasonCode.SCAN_INCOMPLETE
    assert judgement.message
    assert judge(0, VULNERABLE, proof, REQUESTED) == Completed(
        Verdict.VULNERABLE, Counts(high=1, info=1)
    )


@pytest.mark.parametrize("report", [CLEAN, VULNERABLE])
@pytest.mark.parametrize(
    "scans",
    [
        {"pkg": "failed", "secret": "ok"},
        {"pkg": "ok", "secret": "partial"},
        {"os": "ok", "sca": "partial", "secret": "ok"},
        {"secret": "failed"},
    ],
)
def test_a_requested_type_that_failed_or_is_partial_leaves_the_scan_incomplete(
    report: Report, scans: dict[str, str]
) -> None:
    """Whatever was found: half a scan is never told as a whole one."""
    judgement = judge(0, report, inventory(scans), REQUESTED)

    assert isinstance(judgement, Incomplete)
    assert judgement.reason_code is ReasonCode.SCAN_INCOMPLETE


@given(
    st.integers(-1, 300),
    st.sampled_from([CLEAN, VULNERABLE]),
    st.none()
    | st.builds(
        inventory,
        st.dictionaries(
            st.sampled_from(["pkg", "os", "sca", "secret", "malware", ""]),
            st.sampled_from(["ok", "failed", "partial"]),
        ),
        st.booleans(),
        st.integers(0, 1),
    ),
)
def test_only_a_proven_scan_is_ever_clean(
    exit_code: int, report: Report, proof: Inventory | None
) -> None:
    """The invariant, said once more from its end."""
    judgement = judge(exit_code, report, proof, REQUESTED)
    if not isinstance(judgement, Completed):
        return

    assert exit_code in {0, 42, 43}
    told = {} if proof is None else {scan.scan_type: scan for scan in proof.scans}
    relevant = [scan for kind, scan in told.items() if kind in {"pkg", "os", "sca", "secret"}]
    assert all(scan.succeeded and scan.partial is None for scan in relevant)
    if judgement.verdict is Verdict.CLEAN:
        assert proof is not None
        assert judgement.counts.total == report.counts.total == 0
        assert "secret" in told
        assert "pkg" in told or {"os", "sca"} <= set(told)
        assert proof.recognised_os or proof.packages > 0
