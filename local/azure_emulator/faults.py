"""Faults on demand, as `PUT /emulator/faults` says.

A fault is {operation, ...}: operation is put, get, list, delete or logs. With `status` the request
is refused with `code`, `message` and `retryAfterSeconds`; without it the operation misbehaves:
logs with `truncateHeadBytes` or `dropLinesContaining`, delete with `code: stuck` (accepted, and
nothing happens). `resourceGroup`, `name` and `namePrefix` say whom it concerns, `count` how often,
`probability` how likely.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from local.azure_emulator.messages import Response, arm_error


class Faults:
    """The faults in force."""

    def __init__(self, seed: int = 0) -> None:
        """Start with none."""
        self._faults: list[dict[str, Any]] = []
        self._random = random.Random(seed)  # noqa: S311  # repeatable on purpose

    def set(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Replace all faults; an empty list clears."""
        self._faults = [dict(fault) for fault in faults]

    def refusal(self, operation: str, resource_group: str, name: str) -> Response | None:
        """The error with which this request is refused, or None."""
        fault = self._take(operation, resource_group, name, is_refusal=True)
        if fault is None:
            return None
        code = str(fault.get("code", "InternalServerError"))
        message = str(fault.get("message", f"A fault set by a test: {code}."))
        return arm_error(int(fault["status"]), code, message, fault.get("retryAfterSeconds"))

    def misbehaviour(self, operation: str, resource_group: str, name: str) -> Mapping[str, Any]:
        """How this operation goes wrong without saying so; empty where it does not."""
        return self._take(operation, resource_group, name, is_refusal=False) or {}

    def _take(
        self, operation: str, resource_group: str, name: str, *, is_refusal: bool
    ) -> dict[str, Any] | None:
        for fault in self._faults:
            if ("status" in fault) != is_refusal or fault.get("count", 1) <= 0:
                continue
            if not _concerns(fault, operation, resource_group, name):
                continue
            if self._random.random() >= fault.get("probability", 1):
                continue
            if "count" in fault:
                fault["count"] -= 1
            return fault
        return None


def _concerns(fault: Mapping[str, Any], operation: str, resource_group: str, name: str) -> bool:
    return (
        fault.get("operation") in (operation, "*")
        and fault.get("resourceGroup", resource_group).lower() == resource_group.lower()
        and fault.get("name", name).lower() == name.lower()
        and name.lower().startswith(fault.get("namePrefix", "").lower())
    )
