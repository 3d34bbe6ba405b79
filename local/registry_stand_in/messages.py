"""Requests and replies as plain values, so that no server is needed to make them."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    """An HTTP request: `path` is decoded, names in `headers` are lower case.

    `base_url` is where the client reached the registry.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold credentials
    body: bytes = field(default=b"", repr=False)
    base_url: str = "http://127.0.0.1"

    @property
    def form(self) -> dict[str, str]:
        """The fields of an OAuth 2 request."""
        return dict(parse_qsl(self.body.decode(errors="replace")))

    @property
    def bearer(self) -> str | None:
        """The token, where one is shown."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else None

    @property
    def basic(self) -> tuple[str, str] | None:
        """User name and password, where they are shown."""
        scheme, _, coded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(coded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return name, password


@dataclass(frozen=True)
class Reply:
    """An HTTP reply; a `body` that is a path is that file.

    `hangs`: it never comes. `drip_seconds` above 0: its body comes byte by byte, with such gaps.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Path = b""
    hangs: bool = False
    drip_seconds: float = 0


def json_reply(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A document as JSON."""
    kind = {"Content-Type": "application/json"}
    return Reply(status, kind | dict(headers or {}), json.dumps(content).encode())


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    """An error as the distribution specification words it."""
    content = {"errors": [{"code": code, "message": message, "detail": None}]}
    return json_reply(content, status, headers)
