"""Claims: at most one scan at a time per digest, or per reference where no digest is known.

A claim is one row, guarded by its etag, that names the scan that holds it, the attempt it is at,
and when it expires. Every step of that scan renews it; scan and attempt are the fencing token that
a step shows before it acts, so that a step that comes back late cannot disturb its successor.
"""

from datetime import datetime, timedelta

from imagescan.errors import TransientError
from imagescan.ports import Row, Table
from imagescan.records import hashed

ROW, LATEST = "claim", "latest"
# A step that was running when its host died comes back after 308 seconds (recorded on Durable
# extension 3.14.1): a claim has to outlast that.
LEASE = timedelta(minutes=10)


class Claims:
    """Who scans which image now."""

    def __init__(self, table: Table) -> None:
        """Keep claims in this table."""
        self._table = table

    def acquire(self, key: str, scan_id: str, now: datetime) -> str:
        """Claim an image by its key; returns the scan that holds it, which is `scan_id` on success.

        A claim that has expired is taken over. May be repeated by its holder.
        """
        row = self._table.get(hashed(key), ROW)
        if row is None:
            if self._table.insert(hashed(key), ROW, _values(key, scan_id, 0, now)):
                return scan_id
        elif row.values["scanId"] == scan_id:
            return scan_id
        elif _expired(row, now) and self._table.replace(row, _values(key, scan_id, 0, now)):
            return scan_id
        return self.holder(key, now) or ""

    def holder(self, key: str, now: datetime) -> str | None:
        """The scan that holds the claim now, or None."""
        row = self._table.get(hashed(key), ROW)
        return None if row is None or _expired(row, now) else str(row.values["scanId"])

    def renew(self, key: str, scan_id: str, attempt: int, now: datetime) -> bool:
        """Extend the claim; False when it is no longer this scan's, or is at a later attempt.

        A claim that expired and was not taken over meanwhile is still this scan's.
        """
        for _ in range(3):
            row = self._table.get(hashed(key), ROW)
            if row is None or row.values["scanId"] != scan_id:
                return False
            if int(str(row.values["attempt"])) > attempt:
                return False
            if self._table.replace(row, _values(key, scan_id, attempt, now)):
                return True
        raise TransientError(f"The claim on {key} is being changed by many at once.")

    def release(self, key: str, scan_id: str) -> None:
        """Give the claim up if it is this scan's; may be repeated."""
        row = self._table.get(hashed(key), ROW)
        if row is not None and row.values["scanId"] == scan_id:
            self._table.delete(row)

    def note_reference(self, image: str, scan_id: str) -> None:
        """Remember by its reference which scan held an image last; may be repeated."""
        self._table.put(hashed(image), LATEST, {"image": image, "scanId": scan_id})

    def last_holder(self, image: str) -> str | None:
        """The scan that held an image last under this reference, running or not; or None."""
        row = self._table.get(hashed(image), LATEST)
        return None if row is None else str(row.values["scanId"])


def _expired(row: Row, now: datetime) -> bool:
    expires_at = row.values["expiresAt"]
    assert isinstance(expires_at, datetime)
    return expires_at <= now


def _values(key: str, scan_id: str, attempt: int, now: datetime) -> dict[str, str | int | datetime]:
    return {"key": key, "scanId": scan_id, "attempt": attempt, "expiresAt": now + LEASE}
