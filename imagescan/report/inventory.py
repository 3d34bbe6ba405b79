"""ScanResult.json: what the scanner looked at, and whether that succeeded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagescan.errors import ReportError
from imagescan.report.findings import Finding
from imagescan.report.qscanner_json import read_secrets
from imagescan.report.reading import objects, pick, read_json, text

# `pkg` replaced the older os and sca; an inventory may use either.
_PARTS = {"pkg": ("os", "sca")}


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
        """Whether the type, or one of its parts, is told to have succeeded and none to have not."""
        return bool(self._of(scan_type)) and self.problem(scan_type) is None

    def _of(self, scan_type: str) -> list[ScanPerformed]:
        names = (scan_type, *_PARTS.get(scan_type, ()))
        return [scan for scan in self.scans if scan.scan_type in names]


def parse_inventory(document: bytes) -> Inventory:
    """Parse a ScanResult.json; raises `ReportError` and nothing else."""
    data = read_json(document, "inventory")
    if not isinstance(pick(data, "ScansPerformed"), list):
        raise ReportError("The inventory has no ScansPerformed.")
    return Inventory(
        scans=tuple(_scan(scan) for scan in objects(pick(data, "ScansPerformed"))),
        recognised_os=_recognises_os(data),
        packages=_count_packages(data),
        secrets=tuple(read_secrets(data)),
        scanner_version=text(pick(data, "QScannerVersion")),
    )


def _scan(scan: Mapping[str, Any]) -> ScanPerformed:
    partial = pick(scan, "PartialScanInfo")
    return ScanPerformed(
        scan_type=(text(pick(scan, "ScanType")) or "").lower(),
        succeeded=str(pick(scan, "Status")).upper() == "SUCCESS",
        partial=(text(partial) or "see the inventory") if partial else None,
    )


def _count_packages(data: Mapping[str, Any]) -> int:
    results = [*objects(pick(data, "OSResults")), *objects(pick(data, "SCAResults"))]
    return sum(len(list(objects(pick(result, "Packages")))) for result in results)


def _recognises_os(data: Mapping[str, Any]) -> bool:
    """An OS result with a target, or an OS named in the metadata."""
    targets = [text(pick(result, "Target")) for result in objects(pick(data, "OSResults"))]
    image = pick(pick(pick(data, "Metadata"), "TargetMetadata"), "ImageMetadata")
    return any(targets) or bool(text(pick(image, "OS", "OSName")))
