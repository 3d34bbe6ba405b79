"""The app's log, sent by the real exporter to an endpoint on loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagescan.adapters.application_insights import InsightsHandler, send_log
from imagescan.bootstrap import use
from imagescan.telemetry import LOGGER
from tests.telemetry.ingestion import Ingestion

Flushed = Callable[[], Ingestion]


@pytest.fixture
def insights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Ingestion]:
    """The endpoint; the exporter tells Microsoft nothing of itself, and the log is as it was."""
    for switch in ("STATSBEAT_DISABLED_ALL", "CONTROLPLANE_DISABLED", "SDKSTATS_DISABLED"):
        monkeypatch.setenv(f"APPLICATIONINSIGHTS_{switch}", "true")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ingestion = Ingestion()
    before = LOGGER.level, LOGGER.propagate
    yield ingestion
    for handler in sending():
        LOGGER.removeHandler(handler)
        handler.close()
    LOGGER.setLevel(before[0])
    LOGGER.propagate = before[1]
    ingestion.close()
    use(None)


@pytest.fixture
def flushed(insights: Ingestion) -> Flushed:
    """Call it to have what was sent."""

    def flush() -> Ingestion:
        for handler in sending():
            handler.flush()
        return insights

    return flush


@pytest.fixture
def sent(insights: Ingestion, flushed: Flushed) -> Flushed:
    """The log is sent; call it to have what was."""
    send_log(insights.connection_string)
    return flushed


def sending() -> list[InsightsHandler]:
    """What sends the log now."""
    return [one for one in LOGGER.handlers if isinstance(one, InsightsHandler)]
