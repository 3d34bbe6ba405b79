"""Reads the queries about many instances: filters and pages."""

import base64
import binascii
import re
from dataclasses import dataclass, replace

from aiohttp import web

from local.functions_host.clock import iso, parse
from local.functions_host.durable.records import InstanceFilter, Status

USUAL_PAGE = 100
_TOKEN = "after "  # noqa: S105  # what tokens begin with
_END = "\U0010ffff"  # no id comes after it


class InvalidQueryError(ValueError):
    """The query makes Azure's storage fail."""


@dataclass(frozen=True)
class Page:
    """At most `limit` instances whose ids come after `after`."""

    after: str
    limit: int

    @property
    def token(self) -> str:
        """The continuation token that leads here."""
        return base64.urlsafe_b64encode((_TOKEN + self.after).encode()).decode()


@dataclass(frozen=True)
class Wait:
    """How long a caller waits for an end, and how often it is looked for."""

    timeout_seconds: float
    interval_seconds: float


def read_page(request: web.Request, header: str) -> Page:
    """`top` and the continuation token in the header; nothing follows a token that is none.

    Raises `InvalidQueryError`.
    """
    top, token = _last(request, "top"), request.headers.get(header, "")
    limit = int(top) if re.fullmatch(r"-?[0-9]+", top) else USUAL_PAGE
    if limit < 0:
        raise InvalidQueryError
    return Page(_after(token) if token else "", limit)


def _after(token: str) -> str:
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError):
        text = ""
    return text.removeprefix(_TOKEN) if text.startswith(_TOKEN) else _END


def read_filter(request: web.Request) -> InstanceFilter:
    """The filters of a query; what is not understood is ignored, as recorded."""
    named = {text.strip() for text in _last(request, "runtimeStatus").split(",")}
    return InstanceFilter(
        statuses=frozenset(status for status in Status if status in named),
        id_prefix=_last(request, "instanceIdPrefix"),
        created_from=_moment(_last(request, "createdTimeFrom")),
        created_to=_moment(_last(request, "createdTimeTo")),
    )


def read_purge(request: web.Request) -> InstanceFilter:
    """What is purged: what has ended in a listed way; where none is listed, all, what runs too.

    Nobody would have it so; observed on the real extension 3.14. An id's prefix is ignored.
    """
    asked = read_filter(request)
    ended = frozenset(status for status in asked.statuses if status.is_over)
    return replace(asked, statuses=ended, id_prefix="")


def read_wait(request: web.Request) -> Wait | None:
    """`timeout` and `pollingInterval`, where both are numbers."""
    try:
        timeout = float(_last(request, "timeout"))
        return Wait(timeout, float(_last(request, "pollingInterval")))
    except ValueError:
        return None


def _last(request: web.Request, name: str) -> str:
    """A parameter that is given twice counts as it is given last."""
    return request.query.getall(name, [""])[-1]


def is_true(request: web.Request, name: str) -> bool:
    """Whether a flag of the query is set."""
    return request.query.get(name, "").lower() == "true"


def _moment(text: str) -> str:
    try:
        # A plus sign that was not encoded arrives as a blank.
        return iso(parse(text.replace(" ", "+"))) if text else ""
    except ValueError:
        return ""
