"""The documents of one scan, read together; the same when they arrive and when they were kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from imagescan.report.inventory import Inventory, parse_inventory
from imagescan.report.legacy import parse_legacy
from imagescan.report.parse import Report, parse_report

# Names of documents, in the courier's frames and in what is kept.
REPORT, INVENTORY, LEGACY = "report", "inventory", "legacy"
# What the scanner is asked for.
SCAN_TYPES = ("pkg", "secret")


@dataclass(frozen=True)
class Evidence:
    """What was found, what the scanner tells of its own work, and which scan types need proof."""

    report: Report
    inventory: Inventory | None
    scan_types: tuple[str, ...]


def read_documents(documents: Mapping[str, bytes]) -> Evidence:
    """Parse report and inventory (which may be absent), or the legacy document alone.

    Raises `ReportError`, and nothing else.
    """
    if LEGACY in documents:
        legacy = parse_legacy(documents[LEGACY])
        return Evidence(legacy.report, legacy.inventory, legacy.scan_types)
    inventory = parse_inventory(documents[INVENTORY]) if INVENTORY in documents else None
    report = parse_report(documents[REPORT]).with_secrets_of(inventory)
    return Evidence(report, inventory, SCAN_TYPES)
