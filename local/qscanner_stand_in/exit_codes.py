"""qscanner's exit codes, as four of its integrations list them alike, and what each leaves behind.

Which files a failed scan leaves is not documented: the table follows from what failed.
"""

from dataclasses import dataclass

SUCCESS = 0
GENERIC_ERROR = 1
INVALID_PARAMETER = 2
IMAGE_ARTIFACT_FAILED = 6


@dataclass(frozen=True)
class Ending:
    """How a scan ends: the error on its console, and what it has written by then."""

    error: str | None = None
    leaves_inventory: bool = True
    leaves_report: bool = True


_NOTHING = {"leaves_inventory": False, "leaves_report": False}
_TARGET = "failed to create scan target: failed to create "
_ENDINGS = {
    0: Ending(),
    1: Ending("generic error"),  # what was told to be found is written: nobody may believe it
    2: Ending("invalid parameter", **_NOTHING),
    3: Ending("failed to initialise logger", **_NOTHING),
    5: Ending(f"{_TARGET}Filesystem artifact", **_NOTHING),
    6: Ending(f"{_TARGET}Image artifact: failed to pull image", **_NOTHING),
    7: Ending(f"{_TARGET}Image archive artifact", **_NOTHING),
    8: Ending(f"{_TARGET}Storage driver artifact", **_NOTHING),
    9: Ending(f"{_TARGET}Container artifact", **_NOTHING),
    10: Ending(f"{_TARGET}artifact", **_NOTHING),
    15: Ending("OS not found"),
    17: Ending("OS not supported", leaves_report=False),
    30: Ending("failed to handle JSON result", **_NOTHING),
    31: Ending("failed to create changelist", leaves_report=False),
    32: Ending("failed to compress changelist", leaves_report=False),
    33: Ending("failed to upload changelist", leaves_report=False),
    40: Ending("failed to get vulnerability report: report is not ready", leaves_report=False),
    41: Ending("failed to get policy evaluation result", leaves_report=False),
    42: Ending(),
    43: Ending(),
}


def ending(exit_code: int) -> Ending:
    """How a scan with this exit code ends; those not listed leave everything."""
    return _ENDINGS.get(exit_code, Ending(f"scan failed with {exit_code}"))
