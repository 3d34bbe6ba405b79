"""Requests and replies as plain values, so that no server is needed to make them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """An HTTP request; the query holds single values."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = "http://emulator"

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Response:
    """An HTTP reply; `body` is JSON unless it is None."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def arm_error(status: int, code: str, message: str, retry_after: int | None = None) -> Response:
    """An error as Azure Resource Manager writes it."""
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return Response(status, {"error": {"code": code, "message": message}}, headers)
