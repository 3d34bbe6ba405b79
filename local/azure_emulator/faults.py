"""Faults on demand, as `PUT /emulator/faults` says: a list that replaces the one before.

    {"operation": "put|get|list|delete|logs|patch|start|stop|restart|usages|operation|revisions|*",
                                                  which requests; the first fault that fits acts
     "resourceGroup", "name", "namePrefix",       whom it concerns (default: everybody)
     "count": 3, "skip": 1, "probability": 0.5,   how often, after how many, how likely
     ...}

The list may stand as `faults` in an object with a `seed`: what is probable happens again alike.

An error: `code` is a name in `known_errors`, or any with a `status` of its own; `message`, `status`
and `retryAfterSeconds` go before what is known. With `"applied": true` the request takes effect
first, as when a 500 comes after the deed.

With `delaySeconds` the request takes effect and the reply is held back so long. With code "lost"
too there is none in the end (the request takes effect, but for `"applied": false`): to the client
it timed out.

Without saying so:

    put     "provisioningFailed": accepted, and ends as Failed without running anything; where
            `seconds` are told it runs after all, so long after it has failed
            "pullFails": the image is tried for, for 30 minutes, then provisioning has failed
            "slow": the pull takes `seconds`, or 30 to 90; beyond 30 minutes it has failed too
            "restarts": the platform moves the group and starts its containers over, `seconds` (30)
            after they started; "maintenance": it only stops them, with exit code 7147
    get     "noInstanceView": nothing is said of how the containers are
    delete  "fails": the operation ends as Failed, and the group goes on running
            "stuck": says that it succeeded, and the group goes on running
            "immortal": and so does every later one, until the group is put again
            "slow": takes `seconds`, or 30 to 90
            "atOnce": the group is gone when the reply comes, which is 200 and not 202
    logs    "truncateHeadBytes": n, "dropLinesContaining": text, "empty": content is null

What goes wrong with a put goes wrong with a container app's too, where its new revision is pulled:
it is slow, or never ready.

Sources: azure-docs, container-state (provisioning, a delete that fails); support articles
"container-group-restart-killing-event-interruption" (restarts, maintenance) and
"aci-still-running-after-stop-delete-command" (stuck, immortal); the specification's own examples
(200 for a delete, a group that runs without instanceView); DoWhiz #1503 (deletes of 30 to 90 s);
airflow #34516 (null content), azure-cli #5163 and azure-sdk-for-java #30152 (heads missing).
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.azure_emulator.known_errors import KNOWN_ERRORS, known_error
from local.azure_emulator.messages import Response, arm_error

OPERATIONS = frozenset(
    {"put", "get", "list", "delete", "logs", "patch", "start", "stop", "restart", "usages",
     "operation", "revisions", "*"}
)  # fmt: skip
LOST = "lost"
BEHAVIOURS = {
    "put": frozenset({"provisioningFailed", "pullFails", "slow", "restarts", "maintenance"}),
    "get": frozenset({"noInstanceView"}),
    "delete": frozenset({"fails", "stuck", "immortal", "slow", "atOnce"}),
    "logs": frozenset({"empty"}),
}
# Deletes have been seen to take this long, and so have pulls of large images.
SLOW_SECONDS = (30, 90)
_REFUSAL, _DELAY, _MISBEHAVIOUR = "refusal", "delay", "misbehaviour"


@dataclass(frozen=True)
class Refusal:
    """An error, or nothing, instead of the reply; where `applied` the request takes effect."""

    response: Response
    applied: bool


class Faults:
    """The faults in force."""

    def __init__(self, chance: random.Random | None = None) -> None:
        """Start with none; `chance` decides what is probable, by default alike every time."""
        self._faults: list[dict[str, Any]] = []
        self._chance = chance or random.Random(0)  # noqa: S311  # repeatable on purpose

    def set(self, told: Any) -> str | None:
        """Replace all faults, [] clears; what is wrong with them, in which case none changes."""
        faults = told.get("faults") if isinstance(told, dict) else told
        if not isinstance(faults, list):
            return "A list of faults is needed."
        for fault in faults:
            problem = _problem(fault)
            if problem:
                return problem
        self._faults = [dict(fault) for fault in faults]
        if isinstance(told, dict) and "seed" in told:
            self._chance.seed(str(told["seed"]))
        return None

    def refusal(self, operation: str, resource_group: str, name: str) -> Refusal | None:
        """How this request is refused or its reply lost, or None."""
        fault = self._take(operation, resource_group, name, _REFUSAL)
        if fault is None:
            return None
        if fault.get("code") == LOST:
            lost = Response(0, delay_seconds=float(fault.get("delaySeconds", 0)), is_lost=True)
            return Refusal(lost, bool(fault.get("applied", True)))
        return Refusal(_error(fault), bool(fault.get("applied")))

    def misbehaviour(self, operation: str, resource_group: str, name: str) -> Mapping[str, Any]:
        """How this operation goes wrong without saying so; empty where it does not.

        What is slow says for how many `seconds`.
        """
        fault = self._take(operation, resource_group, name, _MISBEHAVIOUR) or {}
        if fault.get("code") == "slow" and "seconds" not in fault:
            return {**fault, "seconds": self._chance.uniform(*SLOW_SECONDS)}
        return fault

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
            if self._chance.random() >= fault.get("probability", 1):
                continue
            if "count" in fault:
                fault["count"] -= 1
            return fault
        return None


def _kind(fault: Mapping[str, Any]) -> str:
    code = fault.get("code")
    if "status" in fault or code == LOST or code in KNOWN_ERRORS:
        return _REFUSAL
    return _DELAY if "delaySeconds" in fault else _MISBEHAVIOUR


def _error(fault: Mapping[str, Any]) -> Response:
    code = str(fault.get("code", "InternalServerError"))
    known = known_error(code) if code in KNOWN_ERRORS else None
    body = known.body["error"] if known else {}
    message = body.get("message", f"A fault that was asked for: {code}.")
    after = KNOWN_ERRORS[code].retry_after_seconds if known else None
    return arm_error(
        int(fault.get("status") or (known.status if known else 0)),
        body.get("code", code),
        str(fault.get("message", message)),
        fault.get("retryAfterSeconds", after),
    )


def _problem(fault: Any) -> str | None:
    if not isinstance(fault, dict) or fault.get("operation") not in OPERATIONS:
        return f"A fault needs an operation: one of {', '.join(sorted(OPERATIONS))}."
    for name in ("count", "skip", "probability", "seconds", "retryAfterSeconds", "delaySeconds"):
        value = fault.get(name, 0)
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            return f"A fault's {name} needs to be a number of at least 0."
    if "status" in fault and "delaySeconds" in fault:
        return "A fault has either a status or delaySeconds."
    if "status" in fault:
        status = fault["status"]
        is_error = isinstance(status, int) and 400 <= status <= 599  # noqa: PLR2004  # HTTP's
        return None if is_error else "A fault's status needs to be 400 to 599."
    if fault.get("delaySeconds", 1) <= 0:
        return "A fault's delaySeconds needs to be above 0."
    behaviours = BEHAVIOURS.get(fault["operation"], frozenset())
    if "code" in fault and fault["code"] not in (*behaviours, LOST, *KNOWN_ERRORS):
        return f"'{fault['code']}' is no behaviour of {fault['operation']}; an error needs status."
    return None


def _concerns(fault: Mapping[str, Any], operation: str, resource_group: str, name: str) -> bool:
    return (
        fault["operation"] in (operation, "*")
        and fault.get("resourceGroup", resource_group).lower() == resource_group.lower()
        and fault.get("name", name).lower() == name.lower()
        and name.lower().startswith(fault.get("namePrefix", "").lower())
    )
