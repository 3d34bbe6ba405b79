"""Pieces of tables; everything that comes from outside goes through `cell`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from cli.exit_codes import SEVERITIES
from cli.plain_text import plain

STYLES = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "blue",
    "info": "dim",
    "completed": "green",
    "clean": "green",
    "failed": "red",
    "timed_out": "red",
    "vulnerable": "yellow",
}
NAMED = "image\nscan"
WIDTHS = {NAMED: 36}  # an id is copied, and must not be folded
LEGEND = "C critical, H high, M medium, L low, I info"


def cell(value: Any) -> Text:
    """Any value as harmless text, a known word in its colour; nothing as a hyphen."""
    text = "-" if value is None or value == "" else plain(value)
    return Text(text, STYLES.get(text, ""), overflow="fold")


def named(image: Any, scan_id: Any) -> Text:
    """An image and, below it, the id of its scan: beside each other they would not fit 80."""
    return below(cell(image), cell(scan_id))


def below(*parts: Text) -> Text:
    """One below the other."""
    return Text("\n").join(parts)


def moment(value: Any) -> Text:
    """A time, which may be folded between day and hour."""
    return cell(value and str(value).replace("T", " "))


def minute(value: Any) -> Text:
    """A time in UTC to the minute, which is short."""
    return cell(value and str(value).replace("T", " ")[: len("2026-01-01 00:00")])


def table(*columns: str, title: str = "") -> Table:
    """An empty table. Its edges keep every line from beginning with text from outside."""
    made = Table(title=Text(plain(title)) if title else None, box=box.SQUARE, title_justify="left")
    for column in columns:
        made.add_column(column, overflow="fold", width=WIDTHS.get(column))
    return made


def sheet(rows: Sequence[tuple[str, Text]]) -> Table:
    """What is told of one thing, a line each."""
    made = Table(show_header=False, box=box.SQUARE)
    made.add_column(no_wrap=True, style="bold")
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, value)
    return made


def found(counts: Any) -> Text:
    """How many of each severity, the empty ones left out."""
    return _counts(counts, ", ", lambda severity: f" {severity}")


def found_in_short(counts: Any) -> Text:
    """The same as LEGEND tells: `4C 5H`."""
    return _counts(counts, " ", lambda severity: severity[0].upper())


def _counts(counts: Any, between: str, unit: Callable[[str], str]) -> Text:
    if not isinstance(counts, Mapping):
        return cell(None)
    parts = [(name, counts[name]) for name in SEVERITIES if counts.get(name)]
    told = [Text(f"{plain(number)}{unit(name)}", STYLES[name]) for name, number in parts]
    return Text(between).join(told) if told else Text("nothing")


def usd(amount: Any) -> Text:
    """An amount of money; a scan costs a fraction of a cent."""
    return cell(f"${amount:.4f}" if isinstance(amount, int | float) else None)


def why(reason: Any) -> Text:
    """The code, the sentence and the remedy of a reason."""
    if not isinstance(reason, Mapping):
        return cell(None)
    return cell(f"{reason.get('code')}: {reason.get('message')} {reason.get('remedy')}")
