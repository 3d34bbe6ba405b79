"""The records of scans, by id, and their order by time.

One index holds all of them, newest first, others those of one image and of one resource group.
Another holds those that are not settled yet, oldest first, so that looking for what was abandoned
does not go through all that ever was.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imagescan.deployment import parse_resource_id
from imagescan.errors import InvalidInput, TransientError
from imagescan.ports import Row, Table, Value
from imagescan.records import hashed, oldest_first
from imagescan.records.telling import tell_change
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict

ROW = "scan"
INDEX, OPEN = "scans", "open"
_END_OF_TIME_MICROSECONDS = 10**17  # the year 5138

# The work of one question: a page ends after this many records, whether or not it is full.
EXAMINED_PER_PAGE = 300


@dataclass(frozen=True)
class Wanted:
    """Which scans: of a status, an image in normal form, a resource group by its name, or all."""

    status: Status | None = None
    image: str | None = None
    resource_group: str | None = None

    def matches(self, record: ScanRecord) -> bool:
        """Whether a record is one of them."""
        group = self.resource_group and self.resource_group.lower()
        return (
            self.status in (None, record.status)
            and self.image in (None, record.image)
            and group in (None, _resource_group(record))
        )

    @property
    def index(self) -> str:
        """The narrowest index that holds all of them."""
        if self.image is not None:
            return _of_image(self.image)
        return INDEX if self.resource_group is None else _of_group(self.resource_group)

    @property
    def is_told_by_index(self) -> bool:
        """Whether that index holds no others."""
        return self.status is None and None in (self.image, self.resource_group)


class Scans:
    """Scan records; a record that is terminal never changes its status again."""

    def __init__(self, by_id: Table, by_time: Table) -> None:
        """Keep records in one table and their order in another."""
        self._by_id = by_id
        self._by_time = by_time

    def open(self, record: ScanRecord) -> None:
        """Write a new record, insert only: one that exists is left as it is. May be repeated."""
        if not self._by_id.insert(record.scan_id, ROW, _values(record)):
            record = self.get(record.scan_id) or record
        if not record.is_settled:
            self._by_time.put(OPEN, _oldest_first(record), {"scanId": record.scan_id})
        for index in _indexes(record):
            self._by_time.put(index, _newest_first(record), {"scanId": record.scan_id})

    def get(self, scan_id: str) -> ScanRecord | None:
        """The record, or None."""
        row = self._by_id.get(scan_id, ROW)
        return None if row is None else _record(row)

    def change(self, scan_id: str, changed: Callable[[ScanRecord], ScanRecord]) -> ScanRecord:
        """Apply a pure change under an etag; `changed` may be called again on a newer record."""
        for _ in range(5):
            row = self._by_id.get(scan_id, ROW)
            if row is None:
                raise TransientError(f"Scan {scan_id} has no record yet.")
            before = _record(row)
            after = changed(before)
            if after == before or self._by_id.replace(row, _values(after)):
                if after.is_settled:
                    self._take_off(_oldest_first(after))
                tell_change(before, after)
                return after
        raise TransientError(f"The record of scan {scan_id} is being changed by many at once.")

    def newest(self, limit: int) -> list[ScanRecord]:
        """At most `limit` records, the newest first."""
        ids = [str(row.values["scanId"]) for row in self._by_time.query(INDEX, limit=limit)]
        found = [self.get(scan_id) for scan_id in ids]
        return [record for record in found if record is not None]

    def page(
        self, wanted: Wanted, after: str | None, limit: int
    ) -> tuple[list[ScanRecord], str | None]:
        """At most `limit` records, the newest first, and the cursor of what follows them.

        A page may be short, or even empty, with more to follow; the cursor is None at the end. New
        scans change no page but the first.
        """
        found: list[ScanRecord] = []
        most = limit if wanted.is_told_by_index else EXAMINED_PER_PAGE
        rows = self._by_time.query(wanted.index, after=after, limit=most)
        for row in rows:
            record = self.get(str(row.values["scanId"]))
            if record is not None and wanted.matches(record):
                found.append(record)
            if len(found) == limit:
                return found, row.key
        return found, rows[-1].key if len(rows) == most else None

    def last_of(self, image: str) -> ScanRecord | None:
        """The newest scan of an image, however it stands."""
        found, _ = self.page(Wanted(image=image), None, 1)
        return found[0] if found else None

    def open_scans(self, after: str | None, limit: int) -> list[tuple[str, str]]:
        """At most `limit` scans as (cursor, scan), oldest first: none that is open is missing.

        A scan that is settled may still be there; any `change` of it takes it off.
        """
        rows = self._by_time.query(OPEN, after=after, limit=limit)
        return [(row.key, str(row.values["scanId"])) for row in rows]

    def _take_off(self, key: str) -> None:
        row = self._by_time.get(OPEN, key)
        if row is not None:
            self._by_time.delete(row)


def _indexes(record: ScanRecord) -> Iterator[str]:
    yield INDEX
    yield _of_image(record.image)
    group = _resource_group(record)
    if group is not None:
        yield _of_group(group)


def _of_image(image: str) -> str:
    return f"image-{hashed(image)}"


def _of_group(resource_group: str) -> str:
    return f"group-{hashed(resource_group.lower())}"


def _resource_group(record: ScanRecord) -> str | None:
    """The resource group of the resource that asked for the scan, in lower case."""
    try:
        return parse_resource_id(record.source.resource_id).resource_group.lower()
    except InvalidInput:
        return None


def _oldest_first(record: ScanRecord) -> str:
    return oldest_first(record.created_at, record.scan_id)


def _newest_first(record: ScanRecord) -> str:
    microseconds = int(record.created_at.timestamp() * 1_000_000)
    return f"{_END_OF_TIME_MICROSECONDS - microseconds:018d}-{record.scan_id}"


def _values(record: ScanRecord) -> dict[str, Value]:
    reason = record.reason
    columns: dict[str, Value | None] = {
        "scanId": record.scan_id,
        "image": record.image,
        "source": json.dumps(record.source.to_wire()),
        "createdAt": record.created_at,
        "status": record.status.value,
        "digest": record.digest,
        "indexDigest": record.index_digest,
        "unresolved": record.unresolved,
        "verdict": record.verdict and record.verdict.value,
        "reasonCode": reason.code.value if reason else None,
        "reasonMessage": reason.message if reason else None,
        "counts": json.dumps(dict(record.counts)) if record.counts else None,
        "joinedScanId": record.joined_scan_id,
        "joinedStatus": record.joined_status and record.joined_status.value,
        "attempts": record.attempts,
        "startedAt": record.started_at,
        "finishedAt": record.finished_at,
        "containerGroup": record.container_group,
        "cleanup": record.cleanup,
        "cancelRequested": record.cancel_requested or None,
        "logTail": "\n".join(record.log_tail) or None,
        "partialCounts": json.dumps(dict(record.partial_counts)) if record.partial_counts else None,
        "runningSeconds": record.running_seconds,
        "costUsd": record.cost_usd,
    }
    return {name: value for name, value in columns.items() if value is not None}


def _record(row: Row) -> ScanRecord:
    values: dict[str, Any] = dict(row.values)
    source = json.loads(values["source"])
    code = values.get("reasonCode")
    return ScanRecord(
        scan_id=values["scanId"],
        image=values["image"],
        source=Source(source["kind"], source["resourceId"], source["eventId"], source["rescanId"]),
        created_at=values["createdAt"],
        status=Status(values["status"]),
        digest=values.get("digest"),
        index_digest=values.get("indexDigest"),
        unresolved=values.get("unresolved"),
        verdict=Verdict(values["verdict"]) if "verdict" in values else None,
        reason=Reason(ReasonCode(code), values.get("reasonMessage", "")) if code else None,
        counts=json.loads(values["counts"]) if "counts" in values else None,
        joined_scan_id=values.get("joinedScanId"),
        joined_status=Status(values["joinedStatus"]) if "joinedStatus" in values else None,
        attempts=values["attempts"],
        started_at=_moment(values.get("startedAt")),
        finished_at=_moment(values.get("finishedAt")),
        container_group=values.get("containerGroup"),
        cleanup=values.get("cleanup"),
        cancel_requested=values.get("cancelRequested", False),
        log_tail=tuple(values["logTail"].split("\n")) if "logTail" in values else (),
        partial_counts=json.loads(values["partialCounts"]) if "partialCounts" in values else None,
        running_seconds=values.get("runningSeconds"),
        cost_usd=values.get("costUsd"),
    )


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
