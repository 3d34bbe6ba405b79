"""Forgets instances that ended long ago: parents and children alike, those that run never.

Nothing waits for what is forgotten: a result is in the history of whoever asked for it, and what a
child brings to a parent that is gone is dropped.
"""

from datetime import datetime, timedelta

from local.functions_host.durable.store import Store

MOST_AT_ONCE = 100  # so that requests need not wait for many


class Retention:
    """An age limit for ended instances; without one (`keep` None) they are kept for ever."""

    def __init__(self, store: Store, keep: timedelta | None) -> None:
        """`keep` counts from an instance's end."""
        self._store, self._keep = store, keep

    def forget_old(self, now: datetime) -> None:
        """Forget the oldest of those that are too old; `next_due` tells when to come again."""
        old = self._store.ended_by(now - self._keep, MOST_AT_ONCE) if self._keep else ()
        if old:
            with self._store.transaction():
                for instance_id in old:
                    self._store.forget(instance_id)

    def next_due(self) -> datetime | None:
        """When the next instance is too old; None where none has ended."""
        oldest = self._store.oldest_end() if self._keep else None
        return oldest + self._keep if oldest and self._keep else None
