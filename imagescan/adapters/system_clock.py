"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """See `Clock`."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)
