"""Faults on demand, as `PUT /stand-in/faults` says: a list that replaces the one before.

    {"path": "/v2/team/app/*",       whose requests, a pattern; default: everything below /v2
     "method": "GET", "count": 3,    default: any, always; the first fault that fits acts
     "namespace": "docker.io"        the registry whose mirror is asked
     ...}

One or more of: `"status"` with `"headers"` (Retry-After, Location) instead of the reply;
`"hangs": true`: no reply ever; `"dripSeconds": 1`: the body comes byte by byte with such gaps;
`"digest"` and `"mediaType"`: what the reply calls its content; `"body"`: another content;
`"padBytes"`: so many spaces behind the content.
"""

import fnmatch
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.registry_stand_in.messages import Reply, Request, error

_KEYS = frozenset(
    {"path", "method", "count", "namespace", "status", "headers", "hangs", "dripSeconds", "digest",
     "mediaType", "body", "padBytes"}
)  # fmt: skip


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        """None."""
        self._faults: list[dict[str, Any]] = []

    def set(self, told: Any) -> str | None:
        """Replace all faults; what is wrong with them, in which case none changes."""
        if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
            return "A list of faults is needed."
        unknown = {key for one in told for key in one} - _KEYS
        if unknown:
            return f"A fault has no {', '.join(sorted(unknown))}."
        self._faults = [dict(one) for one in told]
        return None

    def take(self, request: Request) -> Mapping[str, Any]:
        """What goes wrong with this request; empty where nothing does."""
        for fault in self._faults:
            if fault.get("count", 1) > 0 and _concerns(fault, request):
                if "count" in fault:
                    fault["count"] -= 1
                return fault
        return {}


def refused(fault: Mapping[str, Any]) -> Reply | None:
    """The reply that comes instead of the real one, or None."""
    if fault.get("hangs"):
        return Reply(0, hangs=True)
    if "status" not in fault:
        return None
    message = "A fault that was asked for."
    return error(int(fault["status"]), "UNKNOWN", message, fault.get("headers"))


def spoiled(fault: Mapping[str, Any], reply: Reply) -> Reply:
    """The real reply, changed."""
    headers = dict(reply.headers)
    if "digest" in fault:
        headers["Docker-Content-Digest"] = str(fault["digest"])
    if "mediaType" in fault:
        headers["Content-Type"] = str(fault["mediaType"])
    body = fault["body"].encode() if "body" in fault else reply.body
    if isinstance(body, bytes):
        body += b" " * int(fault.get("padBytes", 0))
    drip = float(fault.get("dripSeconds", 0))
    return replace(reply, headers=headers, body=body, drip_seconds=drip)


def _concerns(fault: Mapping[str, Any], request: Request) -> bool:
    return (
        fnmatch.fnmatchcase(request.path, fault.get("path", "/v2/*"))
        and fault.get("method", request.method) == request.method
        and fault.get("namespace", request.query.get("ns")) == request.query.get("ns")
    )
