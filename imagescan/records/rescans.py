"""The records of rescans and of their images."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from imagescan.cost import UNKNOWN, Bill
from imagescan.deployment import Scope
from imagescan.errors import TransientError
from imagescan.ports import Row, Table, Value
from imagescan.records import hashed
from imagescan.rescan import Progress, Rescan, RescanItem, RescanStatus
from imagescan.scan.outcome import Outcome

ROW = "rescan"
PENDING, RUNNING, DONE = "pending", "running", "done"
# Lanes take from so many at a time, each from another place, so that they seldom want the same one.
TAKEN_FROM = 50
PAGE = 1000


class Rescans:
    """Rescans by id; one that has ended never changes its status again."""

    def __init__(self, table: Table) -> None:
        """Keep records in this table."""
        self._table = table

    def open(self, rescan: Rescan) -> None:
        """Write a new record, insert only: one that exists is left as it is. May be repeated."""
        self._table.insert(rescan.rescan_id, ROW, _rescan_values(rescan))

    def get(self, rescan_id: str) -> Rescan | None:
        """The record, or None."""
        row = self._table.get(rescan_id, ROW)
        return None if row is None else _rescan(row)

    def is_cancelled(self, rescan_id: str | None) -> bool:
        """Whether somebody asked to cancel it; None is no rescan."""
        rescan = self.get(rescan_id) if rescan_id else None
        return rescan is not None and rescan.cancel_requested

    def change(self, rescan_id: str, changed: Callable[[Rescan], Rescan]) -> Rescan:
        """Apply a pure change under an etag; `changed` may be called again on a newer record."""
        for _ in range(5):
            row = self._table.get(rescan_id, ROW)
            if row is None:
                raise TransientError(f"Rescan {rescan_id} has no record yet.")
            before = _rescan(row)
            after = changed(before)
            if after == before or self._table.replace(row, _rescan_values(after)):
                return after
        raise TransientError(f"The record of rescan {rescan_id} is being changed by many at once.")


class RescanItems:
    """The images of rescans: each once, taken by one lane, dealt with once."""

    def __init__(self, table: Table) -> None:
        """Keep items in this table."""
        self._table = table

    def add(self, rescan_id: str, image: str, resource: str, outcome: Outcome | None) -> None:
        """Add an image that a resource runs, unless it is there; may be repeated.

        With an outcome it is dealt with already, and what names no image is known by its resource.
        """
        values: dict[str, Value] = {
            "image": image,
            "resource": resource,
            "state": DONE if outcome else PENDING,
        }
        self._table.insert(rescan_id, hashed(image or resource), values | _outcome_value(outcome))

    def taken(self, rescan_id: str, scan_id: str) -> RescanItem | None:
        """The image that was taken for this scan, if one was."""
        rows = self._table.query(rescan_id, where={"scanId": scan_id}, limit=1)
        return _item(rows[0]) if rows else None

    def take(self, rescan_id: str, scan_id: str, lane: int, now: datetime) -> RescanItem | None:
        """An image for this scan, which has none yet; None when there is none left."""
        for _ in range(TAKEN_FROM):
            waiting = self._table.query(rescan_id, where={"state": PENDING}, limit=TAKEN_FROM)
            if not waiting:
                return None
            row = waiting[lane % len(waiting)]
            values = {**row.values, "state": RUNNING, "scanId": scan_id, "startedAt": now}
            # The SDK tries a write again whose reply was lost, and it meets its own first try.
            if self._table.replace(row, values) or self._has_taken(row, scan_id):
                return _item(Row(row.partition, row.key, values, ""))
        raise TransientError(f"The images of rescan {rescan_id} are being taken by many at once.")

    def _has_taken(self, row: Row, scan_id: str) -> bool:
        current = self._table.get(row.partition, row.key)
        return current is not None and current.values.get("scanId") == scan_id

    def get(self, rescan_id: str, key: str) -> RescanItem | None:
        """The image, or None."""
        row = self._table.get(rescan_id, key)
        return None if row is None else _item(row)

    def finish(
        self, rescan_id: str, key: str, outcome: Outcome, now: datetime, bill: Bill = UNKNOWN
    ) -> None:
        """Write down how an image was dealt with and what its scan cost, once."""
        for _ in range(5):
            row = self._table.get(rescan_id, key)
            if row is None or row.values["state"] == DONE:
                return
            values = {**row.values, "state": DONE, "finishedAt": now}
            if self._table.replace(row, values | _outcome_value(outcome) | _bill_values(bill)):
                return
        raise TransientError(f"An image of rescan {rescan_id} is being changed by many at once.")

    def progress(self, rescan_id: str) -> Progress:
        """Every image of the rescan."""
        items: list[RescanItem] = []
        rows: list[Row] | None = None
        while rows is None or len(rows) == PAGE:
            after = rows[-1].key if rows else None
            rows = self._table.query(rescan_id, after=after, limit=PAGE)
            items += map(_item, rows)
        return Progress(items)


def _outcome_value(outcome: Outcome | None) -> dict[str, Value]:
    return {"outcome": json.dumps(outcome.to_dict())} if outcome else {}


def _bill_values(bill: Bill) -> dict[str, Value]:
    columns = {"runningSeconds": bill.running_seconds, "costUsd": bill.cost_usd}
    return {name: value for name, value in columns.items() if value is not None}


def _item(row: Row) -> RescanItem:
    values: Mapping[str, Any] = row.values
    outcome = Outcome.from_dict(json.loads(values["outcome"])) if "outcome" in values else None
    started, finished = values.get("startedAt"), values.get("finishedAt")
    return RescanItem(
        key=row.key,
        image=values["image"],
        resource=values["resource"],
        scan_id=values.get("scanId"),
        outcome=outcome,
        seconds=(finished - started).total_seconds() if started and finished else None,
        bill=Bill(values.get("runningSeconds"), values.get("costUsd")),
    )


def _rescan_values(rescan: Rescan) -> dict[str, Value]:
    columns: dict[str, Value | None] = {
        "scopes": json.dumps([asdict(scope) for scope in rescan.scopes]),
        "force": rescan.force,
        "dryRun": rescan.dry_run,
        "createdAt": rescan.created_at,
        "status": rescan.status.value,
        "cancelRequested": rescan.cancel_requested,
        "problem": rescan.problem,
        "finishedAt": rescan.finished_at,
    }
    return {name: value for name, value in columns.items() if value is not None}


def _rescan(row: Row) -> Rescan:
    values: Mapping[str, Any] = row.values
    return Rescan(
        rescan_id=row.partition,
        scopes=tuple(Scope(**scope) for scope in json.loads(values["scopes"])),
        force=values["force"],
        dry_run=values["dryRun"],
        created_at=values["createdAt"],
        status=RescanStatus(values["status"]),
        cancel_requested=values["cancelRequested"],
        problem=values.get("problem"),
        finished_at=values.get("finishedAt"),
    )
