"""What qscanner's exit codes mean.

Source: the table that Qualys' Azure DevOps, GitLab, CodeBuild and Kiro integrations share. What is
not listed there fails. Only 0, 42 and 43 lead to a result; 40 and 41, and an end that Azure itself
brought about, to another attempt.
"""

from dataclasses import dataclass

from imagescan.scan.reasons import Reason, ReasonCode

SCANNED = frozenset({0, 42, 43})  # 42 and 43: done, and a policy says deny or audit
RESULT_NOT_READY = frozenset({40, 41})  # uploaded; the platform had no report or evaluation yet
# Not the scanner's: Azure ended the container for maintenance of its own (support article
# "container-group-restart-killing-event-interruption").
ENDED_BY_AZURE = frozenset({7147, 7148})

_MEANING: dict[int, tuple[ReasonCode, str]] = {
    1: (ReasonCode.SCANNER_CRASHED, "general error"),
    2: (ReasonCode.SCANNER_BAD_ARGUMENTS, "invalid parameter"),
    3: (ReasonCode.SCANNER_CRASHED, "its log could not be set up"),
    5: (ReasonCode.SCANNER_CRASHED, "the file system could not be read"),
    6: (ReasonCode.IMAGE_UNAVAILABLE, "the image was not found or could not be pulled"),
    11: (ReasonCode.SCAN_INCOMPLETE, "reading the image's metadata failed"),
    12: (ReasonCode.SCAN_INCOMPLETE, "the scan of operating system packages failed"),
    13: (ReasonCode.SCAN_INCOMPLETE, "the scan of language packages failed"),
    14: (ReasonCode.SCAN_INCOMPLETE, "the scan for secrets failed"),
    15: (ReasonCode.SCAN_INCOMPLETE, "no operating system was found in the image"),
    16: (ReasonCode.SCAN_INCOMPLETE, "the scan for malware failed"),
    17: (ReasonCode.OS_UNSUPPORTED, ""),
    18: (ReasonCode.SCAN_INCOMPLETE, "the scan of file insights failed"),
    19: (ReasonCode.SCAN_INCOMPLETE, "the compliance scan failed"),
    20: (ReasonCode.SCAN_INCOMPLETE, "the scan of manifests failed"),
    21: (ReasonCode.SCAN_INCOMPLETE, "the scan of the Windows registry failed"),
    33: (ReasonCode.SCANNER_CRASHED, "the upload to Qualys failed: network or access token"),
    40: (ReasonCode.REPORT_NOT_READY, "no vulnerability report in time"),
    41: (ReasonCode.REPORT_NOT_READY, "no policy evaluation in time"),
    7147: (ReasonCode.CAPACITY_UNAVAILABLE, "Azure ended it for maintenance"),
    7148: (ReasonCode.CAPACITY_UNAVAILABLE, "Azure ended it for maintenance"),
    137: (ReasonCode.SCANNER_OUT_OF_MEMORY, "killed"),
}


@dataclass(frozen=True)
class Scanned:
    """The scanner did its work: there is a report to fetch."""


@dataclass(frozen=True)
class TryAgain:
    """Nothing is wrong with the image: another container group may bring the result."""

    reason: Reason


@dataclass(frozen=True)
class NotScanned:
    """The scan has failed; another attempt would end alike."""

    reason: Reason


def read_exit_code(exit_code: int) -> Scanned | TryAgain | NotScanned:
    """What an exit code of the scanner means; unknown ones are failures."""
    if exit_code in SCANNED:
        return Scanned()
    code, detail = _MEANING.get(exit_code, (ReasonCode.SCANNER_CRASHED, "an unknown code"))
    message = f"It ended with {exit_code}" + (f": {detail}." if detail else ".")
    reason = Reason(code, message)
    is_worth_retry = exit_code in RESULT_NOT_READY | ENDED_BY_AZURE
    return TryAgain(reason) if is_worth_retry else NotScanned(reason)
