"""Lists that come in pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cli.api import Api
from cli.exit_codes import ExitCode, Failure

MOST_IN_A_PAGE = 200

Page = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """What was listed, and the cursor to go on with; None at the end."""

    items: list[dict[str, Any]]
    cursor: str | None


def every(api: Api, path: str, name: str, where: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """All items of a list."""
    return [item for page in all_pages(api, path, name, where) for item in page[name]]


def some(
    api: Api, path: str, name: str, where: Mapping[str, str | None], cursor: str | None, limit: int
) -> Listed:
    """At most `limit` items after the cursor: a page may be short, or empty, with more behind."""
    items: list[dict[str, Any]] = []
    while True:
        page = _page(api, path, name, where, cursor, min(limit - len(items), MOST_IN_A_PAGE))
        items += page[name]
        cursor = page["cursor"]
        if cursor is None or len(items) >= limit:
            return Listed(items, cursor)


def all_pages(api: Api, path: str, name: str, where: Mapping[str, str | None]) -> Iterator[Page]:
    """Page after page to the last one."""
    cursor = None
    while True:
        page = _page(api, path, name, where, cursor, MOST_IN_A_PAGE)
        yield page
        cursor = page["cursor"]
        if cursor is None:
            return


def _page(
    api: Api,
    path: str,
    name: str,
    where: Mapping[str, str | None],
    cursor: str | None,
    limit: int,
) -> Page:
    """Raises `Failure` where the app tells the cursor that it was asked with: that has no end."""
    page = api.get(path, name, "cursor", **where, cursor=cursor, limit=limit).body
    if cursor is not None and page["cursor"] == cursor:
        message = "The app tells the same cursor again and again."
        raise Failure(ExitCode.UNAVAILABLE, "unexpected_reply", message)
    return page
