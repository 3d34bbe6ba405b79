"""The app is put together once, however many functions begin at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from imagescan.adapters.application_insights import InsightsHandler
from imagescan.bootstrap import App, app, use
from imagescan.telemetry import LOGGER, scan_log
from tests.telemetry.conftest import Flushed
from tests.telemetry.ingestion import MESSAGE, Ingestion
from tests.unit.environment import COMPLETE

AT_A_TIME = 8


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, insights: Ingestion) -> None:
    """Settings as on Azure, read at the first use."""
    told = {"APPLICATIONINSIGHTS_CONNECTION_STRING": insights.connection_string}
    for name, value in (COMPLETE | told).items():
        monkeypatch.setenv(name, value)
    use(None)


@pytest.mark.usefixtures("connected")
def test_functions_that_begin_at_once_share_one_app_and_one_log(flushed: Flushed) -> None:
    """A worker runs its first functions on several threads; a second log would tell all twice."""
    begin = threading.Barrier(AT_A_TIME)

    def first_use(_: int) -> App:
        begin.wait()
        return app()

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        apps = list(threads.map(first_use, range(AT_A_TIME)))
    scan_log().info("Once")

    assert len({id(one) for one in apps}) == 1
    assert len([one for one in LOGGER.handlers if isinstance(one, InsightsHandler)]) == 1
    assert len(flushed().of_type(MESSAGE)) == 1


@pytest.mark.usefixtures("connected")
def test_an_app_that_is_put_together_anew_keeps_its_log(flushed: Flushed) -> None:
    app()
    use(None)
    app()
    scan_log().info("Once")

    assert len(flushed().of_type(MESSAGE)) == 1
