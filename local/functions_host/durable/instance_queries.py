"""Reads the queries about many instances: filters and pages."""

import base64
import binascii
from dataclasses import dataclass

from aiohttp import web

from local.functions_host.clock import iso, parse
from local.functions_host.durable.records import InstanceFilter, Status

USUAL_PAGE = 100


class InvalidQueryError(ValueError):
    """The query cannot be understood; the message says what is wrong."""


@dataclass(frozen=True)
class Page:
    """At most `limit` instances whose ids come after `after`."""

    after: str
    limit: int

    @property
    def token(self) -> str:
        """The continuation token that leads here."""
        return base64.urlsafe_b64encode(self.after.encode()).decode()


def read_page(request: web.Request, header: str) -> Page:
    """`top` and the continuation token in the header; raises `InvalidQueryError`."""
    top, token = request.query.get("top", ""), request.headers.get(header, "")
    if top and not (top.isascii() and top.isdigit()):
        raise InvalidQueryError("top must be a whole number.")
    try:
        after = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError):
        raise InvalidQueryError(f"{header} is not one that this host gave out.") from None
    return Page(after, int(top or 0) or USUAL_PAGE)


def read_filter(request: web.Request) -> InstanceFilter:
    """The filters of a query; an unknown runtimeStatus is ignored, as recorded.

    Raises `InvalidQueryError`.
    """
    query = request.query
    named = {text.strip().lower() for text in query.get("runtimeStatus", "").split(",")}
    return InstanceFilter(
        statuses=frozenset(status for status in Status if status.lower() in named),
        id_prefix=query.get("instanceIdPrefix", ""),
        created_from=_moment(query.get("createdTimeFrom", "")),
        created_to=_moment(query.get("createdTimeTo", "")),
    )


def is_true(request: web.Request, name: str) -> bool:
    """Whether a flag of the query is set."""
    return request.query.get(name, "").lower() == "true"


def _moment(text: str) -> str:
    try:
        # A plus sign that was not encoded arrives as a blank.
        return iso(parse(text.replace(" ", "+"))) if text else ""
    except ValueError:
        raise InvalidQueryError(f"{text!r} is no time.") from None
