"""Lists in pages, as Azure Resource Manager gives them: `value`, and `nextLink` until the last."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from local.azure_emulator.messages import Request

TOKEN = "$skiptoken"  # noqa: S105  # a query parameter's name


@dataclass(frozen=True)
class Page:
    """The ids to show now, and where the rest is to be asked for."""

    ids: Sequence[str]
    next_link: dict[str, str]


def page_of(ids: Sequence[str], request: Request, size: int) -> Page:
    """The page of ascending `ids` that a request asks for.

    What comes and goes between two pages moves nothing else: a page starts after the last id of
    the one before.
    """
    after = _decoded(request.query.get(TOKEN, ""))
    left = [one for one in ids if one > after]
    shown = left[: max(1, size)]
    if len(shown) == len(left):
        return Page(shown, {})
    token = quote(base64.urlsafe_b64encode(shown[-1].encode()).decode())
    version = quote(request.query["api-version"])
    link = f"{request.base_url}{quote(request.path)}?api-version={version}&{TOKEN}={token}"
    return Page(shown, {"nextLink": link})


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, ValueError):
        return ""
