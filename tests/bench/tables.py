"""What the bench found, as text for people and as JSON for machines."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Cell = str | float | None
FEW = 10.0


@dataclass(frozen=True)
class Section:
    """A table: rows with the same columns, and what has to be known to read it."""

    title: str
    rows: Sequence[Mapping[str, Cell]]
    notes: Sequence[str] = ()


def tell(text: str) -> None:
    """Say on stderr what is being measured."""
    print(f"  {text} ...", file=sys.stderr, flush=True)


def as_text(section: Section) -> str:
    """The table with a heading and its notes below; the first column is to the left."""
    columns = list(section.rows[0])
    lines = [columns, *([_shown(row[name]) for name in columns] for row in section.rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(columns))]
    shown = [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([section.title, "", *shown, "", *section.notes])


def as_json(about: Mapping[str, Cell], sections: Mapping[str, Section]) -> str:
    """The machine, and the sections by name."""
    return json.dumps(
        {"about": about, "sections": {name: vars(one) for name, one in sections.items()}}, indent=2
    )


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.2f}" if abs(cell) < FEW else f"{cell:,.0f}"
    return str(cell)
