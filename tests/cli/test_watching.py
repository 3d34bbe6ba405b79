"""Waiting for an end: what is shown meanwhile, and what an interrupt leaves alone."""

import json
import re
import signal
import socket
from typing import Any

import pytest

from cli.addresses import AppAddress
from cli.api import Api, Reply
from cli.exit_codes import Failure
from cli.progress import View, look_at_rescan
from cli.screen import Screen
from cli.watching import follow, patient
from imagescan.rescan import RescanStatus
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.status import Status
from tests.cli.app_stand_in import KEY, Answer, AppStandIn, error
from tests.cli.bodies import IMAGE, NOW, RESCAN_ID, SCAN_ID, completed, item, outcome, rescan, scan
from tests.cli.conftest import Run
from tests.cli.terminal import Terminal

CLEAN = outcome(Status.COMPLETED)
FAILED = Outcome.failed(ReasonCode.REGISTRY_DENIED, "The registry said no.")
RUNNING = rescan(RescanStatus.SCANNING, item(CLEAN), item(FAILED, 1), item(None, 2))


def test_looks_come_every_second_at_first_and_then_as_the_app_says() -> None:
    """Until the app says that it is over."""
    replies = [Reply({"look": n}, is_final=n == 12, retry_after_seconds=5) for n in range(13)]
    looks, seen, pauses = iter(replies), list[dict[str, Any]](), list[float]()

    last = follow(lambda: next(looks), seen.append, pauses.append)

    assert last == {"look": 12}
    assert seen == [{"look": n} for n in range(13)]
    assert pauses == [1] * 10 + [5, 5]


@pytest.mark.parametrize("variable", ["COLUMNS", "FORCE_COLOR"])
def test_a_log_gets_a_line_for_each_change_and_each_failure_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """No bar where there is no terminal, though there may be colours."""
    monkeypatch.setenv(variable, "80")
    with View(Screen(as_json=True), look_at_rescan) as view:
        for body in (rescan(RescanStatus.GATHERING), RUNNING, RUNNING):
            view.tell(body)

    told = capsys.readouterr()
    assert told.out == ""
    lines = re.sub(r"\x1b\[\d*m", "", told.err).splitlines()
    gathering, failure, scanning = lines
    assert gathering == "  gathering"
    assert failure.startswith(f"  failed  {IMAGE}: registry_denied: ")
    assert scanning == "  scanning: 1 completed, 1 failed, 1 running"


def test_a_cancelled_image_is_told_as_cancelled_and_once() -> None:
    """And one that joined a scan that failed has no reason of its own."""
    cancelled = Outcome(Status.CANCELLED, reason=Reason(ReasonCode.CANCELLED))
    joined = Outcome(Status.SKIPPED, joined_status=Status.FAILED)
    body = rescan(RescanStatus.CANCELLED, item(cancelled), item(joined, 1))

    look = look_at_rescan(body, NOW)

    assert look.failures == (f"cancelled  {IMAGE}: The scan was cancelled.", f"skipped  {IMAGE}")


def test_a_host_that_is_restarted_while_something_is_watched_is_borne(
    app: AppStandIn, imagescan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For longer than a single request is tried; and said once."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    away = [Answer(503, "")] * 20
    app.answers("POST", "/scans", Answer(202, {**scan(), "joined": False}))
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(202, scan()), *away, Answer(200, completed()))

    told = imagescan("scan", IMAGE, "--watch")

    assert told.code == 0
    assert told.err.count("It is asked again for a minute.") == 1


def test_an_app_that_stays_away_is_waited_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing listens any more, after all that a single request is tried."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    said, clock = list[str](), [0.0]

    def pause(seconds: float) -> None:
        clock[0] += seconds

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        api = Api(AppAddress(f"http://127.0.0.1:{bound.getsockname()[1]}", KEY))
        with pytest.raises(Failure, match="Nothing answers"):
            patient(lambda: api.get("/scans"), said.append, pause, lambda: clock[0])

    assert clock == [60]
    assert len(said) == 1


def test_an_interrupt_leaves_a_rescan_running_and_says_how_to_come_back(app: AppStandIn) -> None:
    """At a real terminal, with a bar, by a real signal; nothing is cancelled."""
    app.answers("GET", f"/scans/{RESCAN_ID}", error(404, "scan_not_found"))
    app.answers("GET", f"/rescans/{RESCAN_ID}", Answer(202, RUNNING))
    environment = {"IMAGESCAN_URL": app.url, "IMAGESCAN_KEY": KEY}
    terminal = Terminal("status", RESCAN_ID, "--watch", environment=environment)
    terminal.wait_for("2/3")

    terminal.interrupt()

    assert terminal.ended() == 130
    assert "1 running" in terminal.told
    assert "registry_denied" in terminal.told
    assert "The rescan goes on." in terminal.told
    assert f"imagescan status {RESCAN_ID} --watch" in terminal.told
    assert f"imagescan cancel {RESCAN_ID}" in terminal.told
    assert "\x1b[?25h" in terminal.told  # the cursor is back
    assert {one.method for one in app.asked} == {"GET"}


def interrupt() -> None:
    """Ctrl-C, while the main thread waits for a reply: the first thing that it notices then."""
    signal.raise_signal(signal.SIGINT)


def test_an_interrupt_is_told_to_scripts_with_the_id_to_come_back_to(
    app: AppStandIn, imagescan: Run
) -> None:
    app.answers("POST", "/scans", Answer(202, {**scan(), "joined": False}))
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(202, scan(), before=interrupt))

    told = imagescan("scan", IMAGE, "--fail-on", "high", "--json")

    assert told.code == 130
    error = json.loads(told.out)["error"]
    assert (error["code"], error["details"]) == ("interrupted", {"id": SCAN_ID})


def test_who_interrupts_a_request_is_told_that_it_may_have_been_accepted(
    app: AppStandIn, imagescan: Run
) -> None:
    app.answers("POST", "/scans", Answer(202, {**scan(), "joined": False}, before=interrupt))

    told = imagescan("scan", IMAGE)

    assert (told.code, len(app.asked)) == (130, 1)
    assert "may have been accepted" in told.err


def test_who_loses_the_app_while_watching_is_told_how_to_come_back(
    app: AppStandIn, imagescan: Run
) -> None:
    """The scan goes on, whatever became of the connection."""
    app.answers("POST", "/scans", Answer(202, {**scan(), "joined": False}))
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(500, ""))

    told = imagescan("scan", IMAGE, "--watch")

    assert told.code == 4
    assert f"imagescan status {SCAN_ID} --watch" in told.err
