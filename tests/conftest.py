"""How the workers of `make test` share its time."""

import pytest

WAITS = ("e2e", "conformance", "waits")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what mostly waits for processes and timers: the rest computes meanwhile.

    One worker alone keeps the order of the files.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in WAITS))
