"""One finding, and how many there are of each severity."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from enum import StrEnum

LONGEST_TITLE, LONGEST_TEXT, MOST_CVES = 1024, 512, 50


class Severity(StrEnum):
    """Qualys' levels 5 to 1 in words."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


_WORDS = {5: Severity.CRITICAL, 4: Severity.HIGH, 3: Severity.MEDIUM, 2: Severity.LOW}


class FindingType(StrEnum):
    """What kind of thing was found."""

    VULNERABILITY = "vulnerability"
    SECRET = "secret"  # noqa: S105  # the word, not one of them
    MALWARE = "malware"
    COMPLIANCE = "compliance"


@dataclass(frozen=True)
class Finding:
    """One weakness in one package or at one place; `severity` is Qualys' 1 to 5.

    Texts are cut (title 1,024 characters, others 512). Of a found secret only its place and kind
    are here, never its value.
    """

    title: str
    severity: int
    type: FindingType = FindingType.VULNERABILITY
    qid: int | None = None
    cves: tuple[str, ...] = ()
    package: str | None = None
    installed_version: str | None = None
    fixed_version: str | None = None
    path: str | None = None
    line: int | None = None
    layer: str | None = None

    @property
    def severity_word(self) -> Severity:
        """critical, high, medium, low or info."""
        return _WORDS.get(self.severity, Severity.INFO)

    @property
    def finding_id(self) -> str:
        """The same for equal findings, in every run: 24 hexadecimal digits."""
        return hashlib.sha256(repr(astuple(self)).encode("utf-8", "backslashreplace")).hexdigest()[
            :24
        ]


@dataclass(frozen=True)
class Counts:
    """How many findings of each severity."""

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    info: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.critical + self.high + self.medium + self.low + self.info

    def to_dict(self) -> dict[str, int]:
        """As the HTTP API shows it."""
        words = {word.value: getattr(self, word.value) for word in Severity}
        return {**words, "total": self.total}


def count(findings: Iterable[Finding]) -> Counts:
    """Count findings by severity."""
    by_word = Counter(finding.severity_word.value for finding in findings)
    return Counts(**by_word)
