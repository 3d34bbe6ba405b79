"""Claims: at most one scan at a time per image.

A claim is one row, guarded by its etag, that names the scan that holds it, the attempt it is at,
and when it expires. Every step of that scan renews it; scan and attempt are the fencing token that
a step shows before it acts, so that a step that comes back late cannot disturb its successor.
"""

from datetime import datetime, timedelta

from imagescan.errors import TransientError
from imagescan.ports import Row, Table
from imagescan.records import hashed

ROW = "claim"
# A step that was running when its host died comes back after 308 seconds (recorded on Durable
# extension 3.14.1): a claim has to outlast that.
LEASE = timedelta(minutes=10)


class Claims:
    """Who scans which image now."""

    def __init__(self, table: Table) -> None:
        """Keep claims in this table."""
        self._table = table

    def acquire(self, image: str, scan_id: str, now: datetime) -> str:
        """Claim the image; returns the scan that holds it, which is `scan_id` on success.

        A claim that has expired is taken over. May be repeated by its holder.
        """
        row = self._table.get(hashed(image), ROW)
        if row is None:
            if self._table.insert(hashed(image), ROW, _values(image, scan_id, 0, now)):
                return scan_id
        elif row.values["scanId"] == scan_id:
            return scan_id
        elif _expired(row, now) and self._table.replace(row, _values(image, scan_id, 0, now)):
            return scan_id
        return self.holder(image, now) or ""

    def holder(self, image: str, now: datetime) -> str | None:
        """The scan that holds the claim now, or None."""
        row = self._table.get(hashed(image), ROW)
        return None if row is None or _expired(row, now) else str(row.values["scanId"])

    def renew(self, image: str, scan_id: str, attempt: int, now: datetime) -> bool:
        """Extend the claim; False when it is no longer this scan's, or is at a later attempt.

        A claim that expired and was not taken over meanwhile is still this scan's.
        """
        for _ in range(3):
            row = self._table.get(hashed(image), ROW)
            if row is None or row.values["scanId"] != scan_id:
                return False
            if int(str(row.values["attempt"])) > attempt:
                return False
            if self._table.replace(row, _values(image, scan_id, attempt, now)):
                return True
        raise TransientError(f"The claim on {image} is being changed by many at once.")

    def release(self, image: str, scan_id: str) -> None:
        """Give the claim up if it is this scan's; may be repeated."""
        row = self._table.get(hashed(image), ROW)
        if row is not None and row.values["scanId"] == scan_id:
            self._table.delete(row)


def _expired(row: Row, now: datetime) -> bool:
    expires_at = row.values["expiresAt"]
    assert isinstance(expires_at, datetime)
    return expires_at <= now


def _values(
    image: str, scan_id: str, attempt: int, now: datetime
) -> dict[str, str | int | datetime]:
    return {"image": image, "scanId": scan_id, "attempt": attempt, "expiresAt": now + LEASE}
