"""A host that is killed goes on where it was."""

import json
import sqlite3
from pathlib import Path

import requests

from tests.local_host.host_process import APPS, KEY, HostProcess, serving

INSTANCES = 20
KILLS = 6
TIMEOUT_SECONDS = 30
BASE = "/runtime/webhooks/durabletask"
WITH_KEY = {"x-functions-key": KEY}


def start_all(host: HostProcess) -> None:
    for number in range(INSTANCES):
        url = f"{host.url}{BASE}/orchestrators/add_up/{number}"
        body = json.dumps(json.dumps(number))
        headers = WITH_KEY | {"Content-Type": "application/json"}
        requests.post(url, data=body, headers=headers, timeout=TIMEOUT_SECONDS).raise_for_status()


def statuses(host: HostProcess) -> dict[str, tuple[str, object]]:
    """Status and output of each instance that was started here; children have ids of their own."""
    url = f"{host.url}{BASE}/instances?top=500"
    found = requests.get(url, headers=WITH_KEY, timeout=TIMEOUT_SECONDS).json()
    return {
        one["instanceId"]: (one["runtimeStatus"], one["output"])
        for one in found
        if one["instanceId"].isdigit()
    }


def lines(trace: Path) -> int:
    return trace.read_text().count("\n") if trace.exists() else 0


def test_whatever_is_killed_every_orchestration_completes_with_the_right_output(
    tmp_path: Path,
) -> None:
    """Killed while activities run, again and again; nothing is lost, no result is used twice."""
    trace = tmp_path / "trace.txt"
    settings = {"TRACE_FILE": str(trace)}
    for kill in range(KILLS):
        with serving(APPS / "crash", tmp_path, settings) as host:
            if kill == 0:
                start_all(host)
            more = lines(trace) + 7
            while lines(trace) < more and not is_done(host):
                pass
            host.kill()

    with serving(APPS / "crash", tmp_path, settings) as host:
        while not is_done(host):
            pass
        found = statuses(host)
        assert host.stop() == 0

    # (n+1) + 1 and (n+1) + 2, together 2n+5, doubled, and one more
    assert found == {str(n): ("Completed", 4 * n + 11) for n in range(INSTANCES)}
    check = sqlite3.connect(tmp_path / "durable.sqlite")
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert check.execute(
        "SELECT (SELECT COUNT(*) FROM work), COUNT(*) FROM messages"
    ).fetchone() == (0, 0)
    check.close()


def is_done(host: HostProcess) -> bool:
    return all(status == "Completed" for status, _ in statuses(host).values())
