"""How the command ends: a closed set that pipelines may rely on. Pure."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

SEVERITIES = ("critical", "high", "medium", "low", "info")
GATES = ("critical", "high", "medium", "low")


class ExitCode(IntEnum):
    """One number per thing that a pipeline would do differently."""

    FINE = 0
    GATE_TRIPPED = 1
    USAGE = 2
    INCOMPLETE = 3
    UNAVAILABLE = 4
    NOT_AUTHORISED = 5
    NOT_FOUND = 6
    BUG = 70
    INTERRUPTED = 130


# The README and --help tell the same.
MEANINGS = {
    ExitCode.FINE: "done; under a gate: scanned whole, and nothing that the gate is for",
    ExitCode.GATE_TRIPPED: "the gate tripped: something that it is for was found",
    ExitCode.USAGE: "the command line, or the request, is wrong",
    ExitCode.INCOMPLETE: "not scanned whole: failed, timed out, cancelled, under way, or unknown",
    ExitCode.UNAVAILABLE: "the app cannot be reached, or does not answer as it should",
    ExitCode.NOT_AUTHORISED: "the key was refused, or the app may not look there",
    ExitCode.NOT_FOUND: "there is no such scan, rescan or resource group",
    ExitCode.BUG: "the command itself failed, or nobody read what it told",
    ExitCode.INTERRUPTED: "interrupted; what runs goes on",
}


class Failure(Exception):
    """Why the command cannot do what it was asked for: an exit code, and what a person is told.

    `code` is the app's own where the app refused, else one of ours. `advice` is what to do, a line
    each; `details` is what scripts get of it.
    """

    def __init__(
        self,
        exit_code: ExitCode,
        code: str,
        message: str,
        advice: Sequence[str] = (),
        details: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.exit_code, self.code, self.message = exit_code, code, message
        self.advice, self.details = tuple(advice), details


class Away(Failure):
    """The app does not answer, or not yet: whoever waits for something may ask again."""
