"""What runs, and whether it was scanned, as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from cli.show.cells import cell, found, moment, table, why


def what_runs(images: Sequence[Mapping[str, Any]], unlisted: Sequence[Any]) -> RenderableType:
    """A line per image; what Azure did not list comes before, for those images are missing."""
    made = table("image", "scanned", "found, or why it was not scanned", "runs in")
    for one in images:
        last = one["lastCompleted"] or {}
        made.add_row(
            cell(one["image"] or one["runsIn"][0]),
            moment(last.get("finishedAt") or "never"),
            found(last["counts"]) if last else why(one["reason"]),
            cell(one["runsInTotal"]),
        )
    return Group(*_missing(unlisted), made)


def _missing(unlisted: Sequence[Any]) -> list[Table]:
    if not unlisted:
        return []
    made = table("not listed, so that images are missing below")
    for reason in unlisted:
        made.add_row(why(reason))
    return [made]
