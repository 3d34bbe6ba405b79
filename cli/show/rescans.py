"""Rescans, as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from cli.show.cells import cell, found, named, sheet, table, usd, why

Rescan = Mapping[str, Any]
MOST_FAILURES, MOST_IMAGES = 100, 1000  # that the app tells


def one_rescan(rescan: Rescan) -> RenderableType:
    """How a rescan stands, the images that have no result, and of a dry run what it would do."""
    counts = ", ".join(f"{number} {state}" for state, number in rescan["counts"].items())
    estimate = rescan.get("estimate")
    rows = [
        ("rescan", cell(rescan["rescanId"])),
        ("of", cell(_scope(rescan))),
        ("status", cell(rescan["status"])),
        ("problem", cell(rescan.get("problem"))),
        ("images", cell(f"{rescan['total']}: {counts}" if counts else rescan["total"])),
        ("found", found(rescan.get("found")) if not rescan["dryRun"] else cell(None)),
        ("skipped", cell(_of_another(rescan["skippedAsFresh"]))),
        ("would take", cell(_estimate(estimate) if estimate else None)),
        ("cost", cell(_cost(rescan))),
        ("eta", cell(rescan.get("eta"))),
    ]
    told = [sheet([(name, value) for name, value in rows if value.plain != "-"])]
    told += _images("without a result", rescan["failures"], MOST_FAILURES)
    told += _images("would be scanned", rescan.get("images") or [], MOST_IMAGES)
    return Group(*told)


def _scope(rescan: Rescan) -> str:
    if not rescan["resourceGroup"] and not rescan["subscriptionId"]:
        return "all that is watched"
    return " in ".join(filter(None, (rescan["resourceGroup"], rescan["subscriptionId"])))


def _of_another(number: int) -> str | None:
    if not number:
        return None
    return f"{number} took the result of another scan; --force scans again what is fresh"


def _estimate(estimate: Mapping[str, Any]) -> str:
    seconds, cost = estimate["seconds"], usd(estimate.get("costUsd"))
    long = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds} seconds"  # noqa: PLR2004
    return f"{estimate['scans']} scans, {long}, {cost}. {estimate.get('basis')}"


def _cost(rescan: Rescan) -> str | None:
    cost, unknown = usd(rescan.get("costUsd")), rescan.get("scansWithoutCost")
    if cost.plain == "-":
        return None
    return f"{cost}, without {unknown} scans of which it is not known" if unknown else str(cost)


def _images(title: str, images: Sequence[Mapping[str, Any]], most: int) -> list[Table]:
    if not images:
        return []
    more = " or more" if len(images) == most else ""
    made = table("scan", "status", "why", title=f"{len(images)}{more} {title}")
    for one in images:
        made.add_row(
            named(one["scanId"], one["image"] or one["resourceId"]),
            cell(one["status"]),
            why(one["reason"]),
        )
    return [made]
