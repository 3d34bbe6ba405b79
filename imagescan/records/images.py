"""The latest completed scan of each image."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from imagescan.errors import TransientError
from imagescan.ports import Row, Table, Value
from imagescan.records import hashed
from imagescan.scan.record import ScanRecord
from imagescan.scan.status import Status, Verdict

ROW = "latest"


@dataclass(frozen=True)
class Posture:
    """What the last completed scan of an image found."""

    image: str
    scan_id: str
    verdict: Verdict
    counts: Mapping[str, int]
    finished_at: datetime


class Images:
    """Postures by image reference in normal form."""

    def __init__(self, table: Table) -> None:
        """Keep postures in this table."""
        self._table = table

    def latest(self, image: str) -> Posture | None:
        """The posture of an image, or None where it was never scanned to the end."""
        row = self._table.get(hashed(image), ROW)
        return None if row is None else _posture(row)

    def note(self, record: ScanRecord) -> None:
        """Take a completed scan as the image's posture unless a later one is there already."""
        if record.status is not Status.COMPLETED:
            return
        values = _values(record)
        for _ in range(5):
            row = self._table.get(hashed(record.image), ROW)
            if row is None:
                if self._table.insert(hashed(record.image), ROW, values):
                    return
            elif _posture(row).finished_at >= _finished_at(record):
                return
            elif self._table.replace(row, values):
                return
        raise TransientError(f"The posture of {record.image} is being changed by many at once.")


def _finished_at(record: ScanRecord) -> datetime:
    assert record.finished_at is not None
    return record.finished_at


def _values(record: ScanRecord) -> dict[str, Value]:
    assert record.verdict is not None
    return {
        "image": record.image,
        "scanId": record.scan_id,
        "verdict": record.verdict.value,
        "counts": json.dumps(dict(record.counts or {})),
        "finishedAt": _finished_at(record),
    }


def _posture(row: Row) -> Posture:
    finished_at = row.values["finishedAt"]
    assert isinstance(finished_at, datetime)
    return Posture(
        image=str(row.values["image"]),
        scan_id=str(row.values["scanId"]),
        verdict=Verdict(str(row.values["verdict"])),
        counts=json.loads(str(row.values["counts"])),
        finished_at=finished_at,
    )
