"""One finding, and how many there are of each severity."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from imagescan.errors import ReportError

LONGEST_TITLE, LONGEST_TEXT, MOST_CVES = 1024, 512, 500
# So many take 180 MB; no image is known with a hundredth of them.
MOST_FINDINGS = 200_000


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


@dataclass(frozen=True, slots=True)
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
        """24 hexadecimal digits, the same wherever the same thing is found in the same place.

        What Qualys may revise later is left out: severity, fixed version and, where there is a
        QID, title and CVEs.
        """
        told = () if self.qid is not None else (self.title, *self.cves)
        place = (self.package, self.installed_version, self.path, self.line, self.layer)
        identity = json.dumps([self.type.value, self.qid, *place, *told])
        return hashlib.sha256(identity.encode()).hexdigest()[:24]


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


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, the most severe first; `ReportError` for more than `MOST_FINDINGS`.

    Of several with one id the highest severity counts, and every CVE.
    """
    each: dict[str, Finding] = {}
    for finding in findings:
        finding_id = finding.finding_id
        known = each.get(finding_id)
        each[finding_id] = _join(known, finding) if known else finding
        if len(each) > MOST_FINDINGS:
            raise ReportError(f"There are more than {MOST_FINDINGS:,} findings.")
    in_order = sorted(each.items(), key=lambda item: (-item[1].severity, item[0]))
    return tuple(finding for _, finding in in_order)


def _join(one: Finding, other: Finding) -> Finding:
    return replace(
        one,
        severity=max(one.severity, other.severity),
        cves=tuple(sorted({*one.cves, *other.cves})[:MOST_CVES]),
        fixed_version=one.fixed_version or other.fixed_version,
    )


def count(findings: Iterable[Finding]) -> Counts:
    """Count findings by severity."""
    by_word = Counter(finding.severity_word.value for finding in findings)
    return Counts(**by_word)
