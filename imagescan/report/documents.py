"""The documents of one scan, read together; the same when they arrive and when they were kept."""

import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagescan.report.inventory import Inventory, inventory_of
from imagescan.report.legacy import legacy_of
from imagescan.report.parse import Report, report_of
from imagescan.report.reading import LONG_LISTS, read_json
from imagescan.report.redaction import redact

# Names of documents, in the courier's frames and in what is kept.
NAMES = REPORT, INVENTORY, LEGACY = "report", "inventory", "legacy"
_KEPT_LONG_LISTS = frozenset((name, *path) for name in NAMES for path in LONG_LISTS)
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
    return _evidence({name: read_json(content, name) for name, content in documents.items()})


def _evidence(data: Mapping[str, Mapping[str, Any]]) -> Evidence:
    if LEGACY in data:
        legacy = legacy_of(data[LEGACY])
        return Evidence(legacy.report, legacy.inventory, legacy.scan_types)
    inventory = inventory_of(data[INVENTORY]) if INVENTORY in data else None
    report = report_of(data[REPORT]).with_secrets_of(inventory)
    return Evidence(report, inventory, SCAN_TYPES)


def keep(documents: Mapping[str, bytes], known_secrets: Sequence[str]) -> bytes:
    """{name: redacted document} as JSON, gzipped; the same documents give the same bytes."""
    kept = io.BytesIO()
    with gzip.GzipFile(fileobj=kept, mode="wb", mtime=0) as zipped:
        for place, (name, content) in enumerate(documents.items()):
            zipped.write(f'{"," if place else "{"}"{name}":'.encode())
            for piece in redact(content, known_secrets):
                zipped.write(piece.encode())
        zipped.write(b"}")
    return kept.getvalue()


def read_kept(kept: bytes) -> Evidence:
    """What `keep` has kept, read as it was when it arrived."""
    return _evidence(read_json(gzip.decompress(kept), "kept document", _KEPT_LONG_LISTS))
