"""ScanResult.json: what the scanner looked at, and whether that succeeded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imagescan.errors import ReportError
from imagescan.report.findings import Finding
from imagescan.report.qscanner_json import read_secrets
from imagescan.report.reading import objects, pick, read_json, text

# `pkg` replaced the older os and sca; a request and an inventory may use either.
_PARTS = {"pkg": ("os", "sca")}
_WHOLE = {"os": "pkg", "sca": "pkg"}
_CONTAINERS = ("ScansPerformed", "OSResults", "SCAResults", "SecretResults", "Metadata")


@dataclass(frozen=True)
class ScanPerformed:
    """One scan type and how it went."""

    scan_type: str
    succeeded: bool
    partial: str | None


@dataclass(frozen=True)
class Inventory:
    """What the scanner says of its own work."""

    scans: tuple[ScanPerformed, ...]
    recognised_os: bool
    packages: int
    secrets: tuple[Finding, ...]
    scanner_version: str | None

    @property
    def recognised_anything(self) -> bool:
        """An operating system, or at least one package: else nothing was looked at."""
        return self.recognised_os or self.packages > 0

    def problem(self, scan_type: str) -> str | None:
        """Why a requested type is told as not done or not wholly done; None if it is not told so.

        What is not told is no problem here, and no proof either: see `is_proven`.
        """
        for scan in self._of(scan_type):
            if not scan.succeeded:
                return f"The scan type {scan.scan_type} failed."
            if scan.partial:
                return f"The scan type {scan.scan_type} is partial: {scan.partial}"
        return None

    def is_proven(self, scan_type: str) -> bool:
        """Whether the type, or the one it belongs to, or all of its parts are told as SUCCESS.

        And none of them as anything else.
        """
        told = {scan.scan_type for scan in self._of(scan_type)}
        parts = _PARTS.get(scan_type, (scan_type,))
        is_told = bool(told & {scan_type, _WHOLE.get(scan_type)}) or told.issuperset(parts)
        return is_told and self.problem(scan_type) is None

    def _of(self, scan_type: str) -> list[ScanPerformed]:
        names = (scan_type, _WHOLE.get(scan_type), *_PARTS.get(scan_type, ()))
        return [scan for scan in self.scans if scan.scan_type in names]


def parse_inventory(document: bytes) -> Inventory:
    """Parse a ScanResult.json; raises `ReportError` and nothing else.

    One without ScansPerformed proves nothing and is none the less an inventory.
    """
    return inventory_of(read_json(document, "inventory"))


def inventory_of(data: Mapping[str, Any]) -> Inventory:
    """See `parse_inventory`; `data` is the document's object as `read_json` gives it."""
    if all(pick(data, container) is None for container in _CONTAINERS):
        raise ReportError("The inventory has none of the fields of a ScanResult.json.")
    return told_in(data)


def told_in(data: Mapping[str, Any]) -> Inventory:
    """What an object tells in the words of a ScanResult.json; nothing told is an empty one.

    Raises `ReportError` where what is told of the scans is malformed.
    """
    return Inventory(
        scans=tuple(_scans(pick(data, "ScansPerformed"))),
        recognised_os=_recognises_os(data),
        packages=_count_packages(data),
        secrets=tuple(read_secrets(data)),
        scanner_version=text(pick(data, "QScannerVersion")),
    )


def _scans(performed: object) -> Iterator[ScanPerformed]:
    """What is told of each scan type; nothing of it may be passed over."""
    if performed is None:
        return
    if not isinstance(performed, list):
        raise ReportError("ScansPerformed of the inventory is no list.")
    for place, scan in enumerate(performed):
        if not isinstance(scan, Mapping):
            raise ReportError(f"ScansPerformed[{place}] of the inventory is no object.")
        yield _scan(scan)


def _scan(scan: Mapping[str, Any]) -> ScanPerformed:
    partial = pick(scan, "PartialScanInfo")
    return ScanPerformed(
        scan_type=(text(pick(scan, "ScanType")) or "").lower(),
        succeeded=str(pick(scan, "Status")).upper() == "SUCCESS",
        partial=(text(partial) or "see the inventory") if partial else None,
    )


def _count_packages(data: Mapping[str, Any]) -> int:
    results = [*objects(pick(data, "OSResults")), *objects(pick(data, "SCAResults"))]
    return sum(1 for result in results for _ in objects(pick(result, "Packages")))


def _recognises_os(data: Mapping[str, Any]) -> bool:
    """An OS result with a target.

    Not the metadata: an image's own says `linux`, whatever is in it.
    """
    return any(text(pick(result, "Target")) for result in objects(pick(data, "OSResults")))
