"""Faults on demand, as `PUT /emulator/faults` says: a list that replaces the one before.

    {"operation": "put|get|list|delete|logs|*",   which requests; the first fault that fits acts
     "resourceGroup", "name", "namePrefix",       whom it concerns (default: everybody)
     "count": 3, "skip": 1, "probability": 0.5,   how often, after how many, how likely
     ...}

With `status` the request is refused with `code`, `message` and `retryAfterSeconds`; with
`"applied": true` it takes effect first, as when a reply is lost. With `delaySeconds` it takes
effect and the reply is held back so long. With neither it misbehaves:

    put     code "provisioningFailed": accepted, and ends as Failed without running anything
    delete  code "stuck": says that it succeeded, and the group goes on running
            code "slow": takes `seconds`
    logs    "truncateHeadBytes": n, "dropLinesContaining": text, code "empty": content is null
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.azure_emulator.messages import Response, arm_error

OPERATIONS = frozenset({"put", "get", "list", "delete", "logs", "*"})
BEHAVIOURS = {
    "put": frozenset({"provisioningFailed"}),
    "delete": frozenset({"stuck", "slow"}),
    "logs": frozenset({"empty"}),
}
_REFUSAL, _DELAY, _MISBEHAVIOUR = "status", "delaySeconds", "neither"


@dataclass(frozen=True)
class Refusal:
    """An error instead of the reply; where `applied` the request takes effect all the same."""

    response: Response
    applied: bool


class Faults:
    """The faults in force."""

    def __init__(self, seed: int = 0) -> None:
        """Start with none; `seed` decides what is probable."""
        self._faults: list[dict[str, Any]] = []
        self._random = random.Random(seed)  # noqa: S311  # repeatable on purpose

    def set(self, faults: Any) -> str | None:
        """Replace all faults, [] clears; what is wrong with them, in which case none changes."""
        if not isinstance(faults, list):
            return "A list of faults is needed."
        for fault in faults:
            problem = _problem(fault)
            if problem:
                return problem
        self._faults = [dict(fault) for fault in faults]
        return None

    def refusal(self, operation: str, resource_group: str, name: str) -> Refusal | None:
        """How this request is refused, or None."""
        fault = self._take(operation, resource_group, name, _REFUSAL)
        if fault is None:
            return None
        code = str(fault.get("code", "InternalServerError"))
        message = str(fault.get("message", f"A fault that was asked for: {code}."))
        response = arm_error(int(fault["status"]), code, message, fault.get("retryAfterSeconds"))
        return Refusal(response, bool(fault.get("applied")))

    def misbehaviour(self, operation: str, resource_group: str, name: str) -> Mapping[str, Any]:
        """How this operation goes wrong without saying so; empty where it does not."""
        return self._take(operation, resource_group, name, _MISBEHAVIOUR) or {}

    def delay_seconds(self, operation: str, resource_group: str, name: str) -> float:
        """How long the reply to this operation is held back; 0 where it is not."""
        fault = self._take(operation, resource_group, name, _DELAY) or {}
        return float(fault.get("delaySeconds", 0))

    def _take(
        self, operation: str, resource_group: str, name: str, kind: str
    ) -> dict[str, Any] | None:
        for fault in self._faults:
            if _kind(fault) != kind or fault.get("count", 1) <= 0:
                continue
            if not _concerns(fault, operation, resource_group, name):
                continue
            if fault.get("skip", 0) > 0:
                fault["skip"] -= 1
                continue
            if self._random.random() >= fault.get("probability", 1):
                continue
            if "count" in fault:
                fault["count"] -= 1
            return fault
        return None


def _kind(fault: Mapping[str, Any]) -> str:
    return next((kind for kind in (_REFUSAL, _DELAY) if kind in fault), _MISBEHAVIOUR)


def _problem(fault: Any) -> str | None:
    if not isinstance(fault, dict) or fault.get("operation") not in OPERATIONS:
        return f"A fault needs an operation: one of {', '.join(sorted(OPERATIONS))}."
    if "status" in fault and "delaySeconds" in fault:
        return "A fault has either a status or delaySeconds."
    if "status" in fault:
        status = fault["status"]
        is_error = isinstance(status, int) and 400 <= status <= 599  # noqa: PLR2004  # HTTP's
        return None if is_error else "A fault's status needs to be 400 to 599."
    if "delaySeconds" in fault:
        seconds = fault["delaySeconds"]
        is_delay = isinstance(seconds, int | float) and seconds > 0
        return None if is_delay else "A fault's delaySeconds needs to be above 0."
    known = BEHAVIOURS.get(fault["operation"], frozenset())
    if "code" in fault and fault["code"] not in known:
        return f"'{fault['code']}' is no behaviour of {fault['operation']}; an error needs status."
    return None


def _concerns(fault: Mapping[str, Any], operation: str, resource_group: str, name: str) -> bool:
    return (
        fault["operation"] in (operation, "*")
        and fault.get("resourceGroup", resource_group).lower() == resource_group.lower()
        and fault.get("name", name).lower() == name.lower()
        and name.lower().startswith(fault.get("namePrefix", "").lower())
    )
