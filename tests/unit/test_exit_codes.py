"""What the scanner's exit codes mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.scan.exit_codes import NotScanned, Scanned, TryAgain, read_exit_code
from imagescan.scan.reasons import ReasonCode


@given(st.integers(-1000, 1000) | st.integers(7100, 7200))
def test_only_three_codes_lead_to_a_result_and_only_four_to_another_attempt(code: int) -> None:
    """Everything else is a failure, known or not."""
    meaning = read_exit_code(code)

    assert isinstance(meaning, Scanned) == (code in {0, 42, 43})
    assert isinstance(meaning, TryAgain) == (code in {40, 41, 7147, 7148})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, ReasonCode.SCANNER_CRASHED),
        (2, ReasonCode.SCANNER_BAD_ARGUMENTS),
        (6, ReasonCode.IMAGE_UNAVAILABLE),
        (15, ReasonCode.SCAN_INCOMPLETE),
        (17, ReasonCode.OS_UNSUPPORTED),
        (137, ReasonCode.SCANNER_OUT_OF_MEMORY),
        (72, ReasonCode.SCANNER_CRASHED),
    ],
)
def test_a_failure_has_the_reason_of_its_code(code: int, reason: ReasonCode) -> None:
    """The code itself is told, so that a person can look it up."""
    meaning = read_exit_code(code)

    assert isinstance(meaning, NotScanned)
    assert meaning.reason.code is reason
    assert str(code) in meaning.reason.message
