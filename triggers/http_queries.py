"""How queries and bodies of the HTTP API are read: all of it is hostile."""

import base64
import binascii
import re
from collections.abc import Collection
from enum import StrEnum
from typing import Any, TypeVar

import azure.functions as func

from imagescan.errors import InvalidInput
from imagescan.settings import GUID, RESOURCE_GROUP

KEY = re.compile(r"[A-Za-z0-9_.-]{1,200}")  # of a table
Choice = TypeVar("Choice", bound=StrEnum)


def read_object(request: func.HttpRequest, fields: Collection[str], shape: str) -> dict[str, Any]:
    """The body as a JSON object with no other fields; raises `InvalidInput`, telling its shape."""
    try:
        body = request.get_json()
    except (ValueError, RecursionError):  # the latter for what is nested too deeply
        raise InvalidInput("invalid_body", "The body must be a JSON object.") from None
    if not isinstance(body, dict) or set(body) - set(fields):
        raise InvalidInput("invalid_body", f"The body is {shape} and nothing else.")
    return body


def read_limit(request: func.HttpRequest, default: int, most: int) -> int:
    """The `limit` of a query; raises `InvalidInput` outside 1..most."""
    text = request.params.get("limit", str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):  # noqa: PLR2004
        raise InvalidInput("invalid_limit", f"limit must be a whole number from 1 to {most}.")
    return int(text)


def read_choice(request: func.HttpRequest, name: str, choices: type[Choice]) -> Choice | None:
    """One of a closed set of words, or None; raises `InvalidInput` for any other."""
    text = request.params.get(name)
    if not text:
        return None
    try:
        return choices(text)
    except ValueError:
        words = ", ".join(choices)
        raise InvalidInput(f"invalid_{name}", f"{name} must be one of {words}.") from None


def read_resource_group(request: func.HttpRequest) -> str | None:
    """The name of a resource group, or None; raises `InvalidInput`."""
    name: str | None = request.params.get("resourceGroup") or None
    if name and not RESOURCE_GROUP.fullmatch(name):
        raise InvalidInput("invalid_resource_group", "resourceGroup must be a group's name.")
    return name


def read_subscription(request: func.HttpRequest) -> str | None:
    """The id of a subscription, or None; raises `InvalidInput`."""
    subscription_id: str | None = request.params.get("subscriptionId") or None
    if subscription_id and not GUID.fullmatch(subscription_id):
        raise InvalidInput("invalid_subscription", "subscriptionId must be a GUID.")
    return subscription_id


def write_cursor(key: str | None) -> str | None:
    """Where a page ended, as a text that nobody is tempted to read."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(key.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def read_cursor(request: func.HttpRequest) -> str | None:
    """A key that `write_cursor` wrote; raises `InvalidInput` for what it never wrote."""
    key = read_text_cursor(request)
    if key is not None and not KEY.fullmatch(key):
        raise _invalid_cursor()
    return key


def read_text_cursor(request: func.HttpRequest) -> str | None:
    """Any text that `write_cursor` wrote; raises `InvalidInput` for what is none."""
    text = request.params.get("cursor")
    if not text:
        return None
    try:
        written = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return written.decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        raise _invalid_cursor() from None


def _invalid_cursor() -> InvalidInput:
    return InvalidInput("invalid_cursor", "cursor must be the one of the page before.")
