"""What the stand-in finds in an image: as told, or a few that follow from the image's name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.qscanner_stand_in.behaviour import Behaviour
from local.qscanner_stand_in.catalogue import KNOWN, entry

SEVERITIES = {"critical": 5, "high": 4, "medium": 3, "low": 2, "info": 1}
# What a scanner finds with each scan type; `pkg` replaced the older `os` and `sca`.
FOUND_BY = {
    "vulnerability": frozenset({"pkg", "os", "sca"}),
    "secret": frozenset({"secret"}),
    "malware": frozenset({"malware"}),
    "compliance": frozenset({"compliance"}),
}
_USUAL = 14


@dataclass(frozen=True)
class Finding:
    """One finding: a QID in a package, or a secret, malware or a broken rule in a file."""

    qid: int
    title: str
    severity: int
    cves: tuple[str, ...] = ()
    type: str = "vulnerability"
    package: str | None = None
    installed_version: str | None = None
    fixed_version: str | None = None
    path: str | None = None
    layer: str | None = None


def findings(told: Behaviour, image: str, scan_types: tuple[str, ...]) -> list[Finding]:
    """What a scan of these types finds, in the order told."""
    everything = _everything(told.get("findings"), image)
    return [one for one in everything if FOUND_BY[one.type] & set(scan_types)]


def _everything(asked: Any, image: str) -> list[Finding]:
    if asked is None:
        asked = int(hashlib.sha256(image.encode()).hexdigest(), 16) % _USUAL
    if isinstance(asked, int):
        return [_catalogued(number) for number in range(asked)]
    if isinstance(asked, list):
        return [_told(number, one) for number, one in enumerate(asked)]
    severities = [SEVERITIES[word] for word, count in asked.items() for _ in range(count)]
    return [_told(number, {"severity": severity}) for number, severity in enumerate(severities)]


def _catalogued(number: int) -> Finding:
    known = entry(number)
    return Finding(
        known.qid, known.title, known.severity, (known.cve,), "vulnerability",
        known.package, known.installed, known.fixed or None,
    )  # fmt: skip


def _told(number: int, one: Mapping[str, Any]) -> Finding:
    """A finding as told; of what is not told only what every finding has is filled in."""
    made_up = entry(len(KNOWN) + number)
    kind = str(one.get("type", "vulnerability"))
    is_package = kind == "vulnerability"
    severity = one.get("severity", made_up.severity)
    return Finding(
        qid=int(one.get("qid", made_up.qid)),
        title=str(one.get("title", made_up.title)),
        severity=SEVERITIES[severity.lower()] if isinstance(severity, str) else int(severity),
        cves=tuple(one.get("cves", (made_up.cve,) if is_package else ())),
        type=kind,
        package=one.get("package", made_up.package if is_package else None),
        installed_version=one.get("installedVersion", made_up.installed if is_package else None),
        fixed_version=one.get("fixedVersion"),
        path=one.get("path"),
        layer=one.get("layer"),
    )
