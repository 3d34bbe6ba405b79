"""The webhook: it takes time, fails, and remembers what it was told."""

from collections.abc import Mapping
from typing import Any

from tests.simulation.outside import Requests


class SlowNotifier:
    """See `Notifier`."""

    def __init__(self, requests: Requests) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self._requests = requests

    def send(self, message: Mapping[str, Any]) -> None:
        self._requests.make("webhook", "notify", lambda: self.sent.append(message))
