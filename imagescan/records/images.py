"""What is known of each image: its latest completed scan, and where it runs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from imagescan.errors import TransientError
from imagescan.ports import Row, Table, Value
from imagescan.records import hashed, put_newer, time_of
from imagescan.report.findings import Severity
from imagescan.scan.outcome import Outcome
from imagescan.scan.record import ScanRecord
from imagescan.scan.status import Status, Verdict

ROW, OF_DIGEST = "latest", "digest"
INDEX = "images"
# The work of one question: a page ends after this many images, whether or not it is full.
EXAMINED_PER_PAGE = 300
AT = "at-"  # begins the keys of the rows that say where an image runs


@dataclass(frozen=True)
class Posture:
    """What the last completed scan of an image found."""

    image: str
    scan_id: str
    verdict: Verdict
    counts: Mapping[str, int]
    finished_at: datetime
    digest: str | None = None

    def is_fresh(self, now: datetime, cache_hours: float) -> bool:
        """Whether it is younger than SCAN_CACHE_HOURS; nothing is where they are 0."""
        return self.finished_at > now - timedelta(hours=cache_hours)

    def taken(self) -> Outcome:
        """The end of a scan that takes this result instead of scanning."""
        return Outcome(
            Status.SKIPPED,
            verdict=self.verdict,
            counts=self.counts,
            joined_scan_id=self.scan_id,
            joined_status=Status.COMPLETED,
        )


@dataclass(frozen=True)
class Use:
    """A resource that runs an image, and when it was last seen to."""

    resource_id: str
    last_seen: datetime


class Images:
    """Images by their reference in normal form."""

    def __init__(self, table: Table) -> None:
        """Keep them in this table."""
        self._table = table

    def names(self, after: str | None, limit: int) -> list[tuple[str, str]]:
        """At most `limit` images as (cursor, name), in an order that new ones do not disturb."""
        rows = self._table.query(INDEX, after=after, limit=limit)
        return [(row.key, str(row.values["image"])) for row in rows]

    def page(
        self, severity: Severity | None, after: str | None, limit: int
    ) -> tuple[list[tuple[str, Posture | None]], str | None]:
        """At most `limit` images with their postures, and the cursor of what follows them.

        With a severity only those in which something of it was found. A page may be short, or even
        empty, with more to follow; the cursor is None at the end.
        """
        found: list[tuple[str, Posture | None]] = []
        most = limit if severity is None else EXAMINED_PER_PAGE
        names = self.names(after, most)
        for key, image in names:
            posture = self.latest(image)
            if severity is None or (posture and posture.counts.get(severity)):
                found.append((image, posture))
            if len(found) == limit:
                return found, key
        return found, names[-1][0] if len(names) == most else None

    def uses(self, image: str, limit: int) -> list[Use]:
        """At most `limit` resources that run an image."""
        rows = self._table.query(hashed(image), after=AT, limit=limit)
        return [
            Use(str(row.values["resourceId"]), time_of(row))
            for row in rows
            if row.key.startswith(AT)
        ]

    def runs_in(self, image: str, resource_id: str, key: str, as_of: datetime) -> None:
        """A resource, `key` being its own, was seen to run an image; an older time changes nothing.

        May be repeated.
        """
        self._list(image)
        put_newer(self._table, hashed(image), AT + key, as_of, {"resourceId": resource_id})

    def runs_no_longer(self, image: str, key: str, is_outdated: Callable[[datetime], bool]) -> None:
        """Take a resource from an image unless it was seen to run it since; may be repeated."""
        row = self._table.get(hashed(image), AT + key)
        if row is not None and is_outdated(time_of(row)):
            self._table.delete(row)

    def latest(self, image: str) -> Posture | None:
        """The posture of an image, or None where it was never scanned to the end."""
        row = self._table.get(hashed(image), ROW)
        return None if row is None else _posture(row)

    def of_digest(self, digest: str) -> Posture | None:
        """The posture of a digest, under whatever reference it was scanned last; or None."""
        row = self._table.get(hashed(digest), OF_DIGEST)
        return None if row is None else _posture(row)

    def note(self, record: ScanRecord) -> None:
        """Take a completed scan as the posture of its image and of its digest.

        Unless a later one is there already; may be repeated.
        """
        if record.status is not Status.COMPLETED:
            return
        self._list(record.image)
        self._note(hashed(record.image), ROW, record)
        if record.digest:
            self._note(hashed(record.digest), OF_DIGEST, record)

    def _note(self, partition: str, key: str, record: ScanRecord) -> None:
        values = _values(record)
        for _ in range(5):
            row = self._table.get(partition, key)
            if row is None:
                if self._table.insert(partition, key, values):
                    return
            elif _posture(row).finished_at >= _finished_at(record):
                return
            elif self._table.replace(row, values):
                return
        raise TransientError(f"The posture of {record.image} is being changed by many at once.")

    def _list(self, image: str) -> None:
        self._table.insert(INDEX, hashed(image), {"image": image})


def _finished_at(record: ScanRecord) -> datetime:
    assert record.finished_at is not None
    return record.finished_at


def _values(record: ScanRecord) -> dict[str, Value]:
    assert record.verdict is not None
    known = {"digest": record.digest} if record.digest else {}
    return {
        **known,
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
        digest=str(row.values["digest"]) if "digest" in row.values else None,
    )
