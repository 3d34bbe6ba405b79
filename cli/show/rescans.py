"""Rescans, as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.gate import scanned_whole
from cli.plain_text import counted
from cli.progress import GATHERING
from cli.show.cells import NAMED, cell, found, named, sheet, table, usd, why

Rescan = Mapping[str, Any]
MOST_FAILURES, MOST_IMAGES = 100, 1000  # that the app tells


def one_rescan(rescan: Rescan) -> RenderableType:
    """How a rescan stands, the images that have no result, and of a dry run what it would do."""
    estimate = rescan.get("estimate")
    rows = [
        ("rescan", cell(rescan["rescanId"])),
        ("of", cell(_scope(rescan))),
        ("status", cell(rescan["status"])),
        ("problem", cell(rescan.get("problem"))),
        ("images", cell(_total(rescan))),
        ("found", _found(rescan)),
        ("skipped", cell(_of_another(rescan["skippedAsFresh"]))),
        ("would take", cell(_estimate(estimate) if estimate else None)),
        ("cost", cell(_cost(rescan))),
        ("eta", cell(rescan.get("eta"))),
    ]
    told = [sheet([(name, value) for name, value in rows if value.plain != "-"])]
    told += _images("without a result", rescan["failures"], MOST_FAILURES)
    told += _images("would be scanned", rescan.get("images") or [], MOST_IMAGES)
    return Group(*told)


def _total(rescan: Rescan) -> str:
    counts = ", ".join(f"{number} {state}" for state, number in rescan["counts"].items())
    if rescan["status"] in GATHERING:
        return f"gathering, {rescan['total']} so far"
    return f"{rescan['total']}: {counts}" if counts else str(rescan["total"])


def _found(rescan: Rescan) -> Text:
    """Of how many images it tells: where none was scanned whole, nothing is known."""
    known, total = scanned_whole(rescan), counted(rescan["total"], "image")
    if rescan["dryRun"] or rescan["status"] in GATHERING or not rescan["total"]:
        return cell(None)
    if not known or not rescan.get("found"):
        return cell(f"not known: {known or 0} of {total} scanned whole")
    return found(rescan["found"]).append(f", in {known} of {total}")


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
    return f"{counted(estimate['scans'], 'scan')}, {long}, {cost}. {estimate.get('basis')}"


def _cost(rescan: Rescan) -> str | None:
    cost, unknown = usd(rescan.get("costUsd")), rescan.get("scansWithoutCost")
    if cost.plain == "-":
        return None
    if not unknown:
        return str(cost)
    return f"{cost}, without {counted(unknown, 'scan')} of which it is not known"


def _images(title: str, images: Sequence[Mapping[str, Any]], most: int) -> list[Table]:
    if not images:
        return []
    more = " or more" if len(images) == most else ""
    made = table(NAMED, "status", "why", title=f"{len(images)}{more} {title}")
    for one in images:
        made.add_row(
            named(one["image"] or one["resourceId"], one["scanId"]),
            cell(one["status"]),
            why(one["reason"]),
        )
    return [made]
