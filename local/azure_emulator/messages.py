"""Requests and replies as plain values, so that no server is needed to make them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """An HTTP request: `path` is decoded, names in `query` and `headers` are lower case.

    `base_url` is where the client reached the emulator: addresses in replies start with it.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)  # may hold secure values
    base_url: str = "https://management.azure.com"

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Response:
    """An HTTP reply; `body` is JSON, None means an empty one.

    Whoever sends it waits `delay_seconds` first; one that `is_lost` is then not sent at all, and
    the connection ends.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0
    is_lost: bool = False


def arm_error(
    status: int, code: str, message: str, retry_after_seconds: int | None = None
) -> Response:
    """An error as Azure Resource Manager writes it."""
    headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
    return Response(status, {"error": {"code": code, "message": message}}, headers)


def resource_not_found(resource_id: str) -> Response:
    """ARM's 404 for a resource that does not exist."""
    parts = resource_id.split("/")
    name, group = "/".join(parts[6:]), parts[4]
    message = f"The Resource '{name}' under resource group '{group}' was not found."
    return arm_error(404, "ResourceNotFound", message)
