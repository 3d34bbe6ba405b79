"""What the app is asked for, and what has to come of it."""

from collections.abc import Mapping

EVENT = "told"
# The output of every orchestration names one token of each of these steps, in this order.
STEPS: Mapping[str, tuple[str, ...]] = {
    "chain": ("a", "b", "c"),
    "fan_out": ("a", "b0", "b1", "b2", "b3", "b4"),
    "nested": ("a", "child", "grandchild", "after-child", "b"),
    "retried": ("a", "flaky", "flaky-child", "b"),
    "timed": ("a", "race", "b"),
    "again": ("round-0", "round-1", "round-2", "last"),
    "waiting": ("a", "b"),
}


def instance(number: int) -> tuple[str, str]:
    """Kind and id of the orchestration of that number: the kinds by turns."""
    kind = list(STEPS)[number % len(STEPS)]
    return kind, f"{kind}-{number}"


def kind_of(instance: str) -> str:
    """The kind of an instance that was started here; empty for a child's."""
    kind = instance.rpartition("-")[0]
    return kind if kind in STEPS else ""


def labels(instance: str) -> list[str]:
    """What the tokens in its output begin with."""
    return [f"{instance}/{step}" for step in STEPS[kind_of(instance)]]
