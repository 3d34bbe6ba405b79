"""What the host can be told when it is started."""

import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from local.functions_host.clock import iso
from local.functions_host.durable.records import Instance, Status
from local.functions_host.durable.store import Store
from local.functions_host.keys import KEY_SETTING, given_key
from tests.local_host.host_process import APPS, KEY, ROOT, HostProcess, serving, start

APP = APPS / "client"
SETTINGS = {"EVERY": "0 0 0 1 1 *"}
LONG_AGO = iso(datetime(2020, 1, 1, tzinfo=UTC))
TIMEOUT_SECONDS = 30


def status_of(host: HostProcess, path: str, key: str = KEY) -> int:
    headers = {"x-functions-key": key}
    return requests.get(host.url + path, headers=headers, timeout=TIMEOUT_SECONDS).status_code


def test_without_a_key_the_host_makes_one_and_keeps_it_for_its_owner_alone(tmp_path: Path) -> None:
    file, keys = tmp_path / "key", []
    for _ in range(2):
        with serving(APP, tmp_path, SETTINGS, key=None) as host:
            keys.append(file.read_text())
            assert status_of(host, "/admin/host/status", keys[-1]) == 200
            assert status_of(host, "/admin/host/status", "") == 401
            assert keys[-1] not in host.log.read_text()

    assert file.stat().st_mode & 0o777 == 0o600
    assert keys[0] == keys[1]
    assert len(keys[0]) >= 32


def test_a_key_in_the_environment_is_the_hosts(tmp_path: Path) -> None:
    """It is on no command line, and in no file."""
    seen = SETTINGS | {KEY_SETTING: "from-the-environment"}
    with serving(APP, tmp_path, seen, key=None) as host:
        assert status_of(host, "/admin/host/status", "from-the-environment") == 200
        assert status_of(host, "/admin/host/status", "") == 401
    assert not (tmp_path / "key").exists()


def test_the_app_does_not_find_the_key_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_SETTING, "of-the-host")

    assert given_key() == "of-the-host"
    assert KEY_SETTING not in os.environ


def test_make_puts_the_key_on_no_command_line() -> None:
    """Of what it runs; its own is the caller's."""
    asked = ["make", "--dry-run", "host"]
    environment = os.environ | {"KEY": "of-the-host"}

    shown = subprocess.run(
        asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout

    assert "local.functions_host" in shown
    assert "of-the-host" not in shown


@pytest.mark.parametrize(
    ("options", "status"), [([], 404), (["--keep-days", "0"], 200), (["--keep-days", "36500"], 200)]
)
def test_an_instance_that_ended_years_ago_is_kept_only_on_demand(
    tmp_path: Path, options: Sequence[str], status: int
) -> None:
    store = Store(tmp_path / "durable.sqlite")
    place = (None, None, None, LONG_AGO, LONG_AGO, None)
    store.put(Instance("old", "greet", "e", Status.COMPLETED, *place))
    store.close()

    with serving(APP, tmp_path, SETTINGS, options) as host:
        assert status_of(host, "/runtime/webhooks/durabletask/instances/old") == status


@pytest.mark.parametrize("days", ["-1", "1.5", "often", "99999"])
def test_days_that_are_none_are_refused(tmp_path: Path, days: str) -> None:
    log = tmp_path / "host.log"

    process = start(APP, tmp_path, log, SETTINGS, [f"--keep-days={days}"])

    output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    assert (process.returncode, output) == (2, "")
    assert "--keep-days: whole days, 0 to 36500" in log.read_text()
