"""What is asked again where the connection fails or the app is busy, and what is not."""

import time

import pytest
from urllib3 import HTTPResponse

from cli.api import RETRY
from tests.cli.app_stand_in import CUT, Answer, AppStandIn
from tests.cli.bodies import IMAGE, SCAN_ID, completed, scan
from tests.cli.conftest import Run

PATH = f"/scans/{SCAN_ID}"


def test_what_changes_nothing_is_asked_again(app: AppStandIn, imagescan: Run) -> None:
    """After a connection that broke, and not before the time that a busy app names."""
    busy = Answer(503, "", {"Retry-After": "1"})
    app.answers("GET", PATH, CUT, busy, Answer(200, completed()))
    began = time.monotonic()

    assert imagescan("status", SCAN_ID).code == 0
    assert time.monotonic() - began >= 1
    assert [one.method for one in app.asked] == ["GET"] * 3


def test_a_cancel_is_asked_again(app: AppStandIn, imagescan: Run) -> None:
    """Twice is as good as once."""
    app.answers("DELETE", PATH, CUT, Answer(202, scan(cancel_requested=True)))

    assert imagescan("cancel", SCAN_ID).code == 0


def test_a_scan_is_asked_for_once(app: AppStandIn, imagescan: Run) -> None:
    """The app may have accepted it before the connection broke."""
    app.answers("POST", "/scans", CUT)

    told = imagescan("scan", IMAGE)

    assert (told.code, len(app.asked)) == (4, 1)
    assert "may have been accepted" in told.err


def test_an_app_may_ask_for_a_minute_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a command could be made to wait for hours."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)

    RETRY.sleep(HTTPResponse(status=503, headers={"Retry-After": "36000"}))

    assert waited == [60]
