"""What can go wrong, split by what the caller does about it.

    ImageScanError
    ├── ConfigurationError   settings are missing or malformed: stop, tell the operator all of it
    ├── InvalidInput         the request is wrong: answer 400, or drop the event with a log line
    ├── ReportError          the scanner's document cannot be trusted: the scan is not completed
    ├── ScanFailed           a scan ended without a result: never raised, only logged
    └── TransientError       the same call may succeed later: let the step be retried

Outcomes that are expected (an image that does not exist, a quota that is used up) are values and
not exceptions: Durable hands an activity's exception on as text, and text is never parsed.
"""


class ImageScanError(Exception):
    """Any error that this project raises on purpose."""


class ConfigurationError(ImageScanError):
    """Settings that cannot be used; `problems` names every one of them, never a secret's value."""

    def __init__(self, problems: list[str]) -> None:
        """Take every problem found, one sentence each."""
        self.problems = problems
        super().__init__("The settings cannot be used: " + " ".join(problems))


class InvalidInput(ImageScanError):
    """A request or event that no retry can mend; `code` is stable and goes out over HTTP."""

    def __init__(self, code: str, message: str) -> None:
        """`message` is a sentence for the person who sent the input."""
        self.code = code
        self.message = message
        super().__init__(message)


class ReportError(ImageScanError):
    """A scanner document that is not what it should be; says where."""


class ScanFailed(ImageScanError):
    """How a scan ended without a result, for the log: Application Insights counts exceptions."""


class TransientError(ImageScanError):
    """A failure of the network or of Azure that a later attempt of the same step may not meet."""
