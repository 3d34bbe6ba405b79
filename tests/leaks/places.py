"""Where secrets are looked for: files, rows, replies; each a name and bytes."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_SQLITE = b"SQLite format 3\0"


class Place(NamedTuple):
    """Something that was left behind or told."""

    name: str
    content: bytes


def files(folder: Path) -> Iterator[Place]:
    """Every file below a folder as it is, and the rows of those that are SQLite's, WAL included.

    Of a database also the raw file: pages that were freed keep what stood in them. A row is a
    place of its own, for in the file a long value is cut into pages.
    """
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in found:
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        yield Place(name, content)
        if content.startswith(_SQLITE):
            yield from (Place(name, row) for row in _rows(path))


def _rows(file: Path) -> Iterator[bytes]:
    """Each value of each row of each table."""
    database = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    database.text_factory = bytes
    try:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table.decode()}"'):
                yield from (_bytes(value) for value in row)
    finally:
        database.close()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
