"""The store of orchestrations, which remembers how long their histories ever were."""

from collections.abc import Sequence
from pathlib import Path

from local.functions_host.durable.history import Event
from local.functions_host.durable.store import Store


class MeasuredStore(Store):
    """See `Store`. A history ends where its instance continues as new: that one counts anew."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.longest: dict[str, int] = {}
        self._lengths: dict[str, int] = {}

    def append(self, instance: str, events: Sequence[Event]) -> None:
        super().append(instance, events)
        length = self._lengths.get(instance, 0) + len(events)
        self._lengths[instance] = length
        self.longest[instance] = max(length, self.longest.get(instance, 0))

    def clear(self, instance: str) -> None:
        super().clear(instance)
        self._lengths.pop(instance, None)
