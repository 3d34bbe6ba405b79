"""The app's log, sent by the real exporter to an endpoint on loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagescan.adapters.application_insights import send_log
from imagescan.telemetry import LOGGER
from tests.telemetry.ingestion import Ingestion

Flushed = Callable[[], Ingestion]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Flushed]:
    """Call it to have what was sent; the exporter tells Microsoft nothing of itself meanwhile."""
    for switch in ("STATSBEAT_DISABLED_ALL", "CONTROLPLANE_DISABLED", "SDKSTATS_DISABLED"):
        monkeypatch.setenv(f"APPLICATIONINSIGHTS_{switch}", "true")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ingestion = Ingestion()
    before = LOGGER.level, LOGGER.propagate
    handler = send_log(ingestion.connection_string)

    def flushed() -> Ingestion:
        handler.flush()
        return ingestion

    yield flushed
    LOGGER.removeHandler(handler)
    handler.close()
    LOGGER.setLevel(before[0])
    LOGGER.propagate = before[1]
    ingestion.close()
