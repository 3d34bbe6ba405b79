"""Which events an Event Grid subscription delivers, by its compiled filter.

azure-docs, event-grid/event-filtering: all advanced filters must hold, a filter holds when any of
its values does (for the negative operators: when none does), comparisons ignore case.
"""

from collections.abc import Callable
from typing import Any

OPERATORS: dict[str, Callable[[str, list[str]], bool]] = {
    "StringIn": lambda value, wanted: value in wanted,
    "StringNotBeginsWith": lambda value, unwanted: not value.startswith(tuple(unwanted)),
}


def delivers(subscription: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether this event reaches the subscription's endpoint."""
    chosen = subscription["properties"].get("filter", {})
    types = chosen.get("includedEventTypes")
    if types is not None and event["eventType"] not in types:
        return False
    return all(_holds(one, event) for one in chosen.get("advancedFilters", []))


def _holds(advanced: dict[str, Any], event: dict[str, Any]) -> bool:
    value: Any = event
    for part in advanced["key"].split("."):
        value = value.get(part) if isinstance(value, dict) else None
    wanted = [str(one).lower() for one in advanced["values"]]
    return OPERATORS[advanced["operatorType"]](str(value).lower(), wanted)
