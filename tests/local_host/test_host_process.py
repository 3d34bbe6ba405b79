"""The host as its users meet it: a process that serves an app."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from local.functions_host.durable.store import Store
from tests.local_host.host_process import APPS, KEY, HostProcess, serving, start

pytestmark = pytest.mark.xdist_group("host-process")  # one host serves most of them
SETTINGS = {"EVERY": "0 0 0 1 1 *"}
WITH_KEY = {"x-functions-key": KEY}
TIMEOUT_SECONDS = 30


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    state = tmp_path_factory.mktemp("host")
    settings = SETTINGS | {"FIRED_FILE": str(state / "fired.txt")}
    with serving(APPS / "client", state, settings) as process:
        yield process


def call(host: HostProcess, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(method, host.url + path, timeout=TIMEOUT_SECONDS, **more)


def eventually(host: HostProcess, done: Callable[[], bool]) -> bool:
    """Whether it comes about while the host answers a few thousand questions."""
    return any(ask_for_status(host) and done() for _ in range(3_000))


def ask_for_status(host: HostProcess) -> bool:
    return call(host, "GET", "/admin/host/status", headers=WITH_KEY).ok


def test_the_sdks_client_takes_an_instance_through_its_life(host: HostProcess) -> None:
    """start, suspend, resume, raise, terminate, query, purge: the SDK speaks to the host."""
    seen = call(host, "GET", "/api/use-client", headers=WITH_KEY).json()

    assert "already exists" in seen.pop("second start")
    assert seen == {
        "id": "one",
        "suspended": "Suspended",
        "resumed": "Running",
        "completed": "Completed",
        "output": 'hello "you"',
        "input": '{"a": 1}',
        "terminated": "Terminated",
        "found": ["two"],
        "all": 2,
        "purged": 1,
        "gone": None,
    }


def test_the_links_that_the_sdk_gives_out_work(host: HostProcess) -> None:
    answer = call(host, "POST", "/api/check/it", headers=WITH_KEY)

    links = answer.json()
    status = requests.get(links["statusQueryGetUri"], timeout=TIMEOUT_SECONDS)
    assert answer.status_code == status.status_code == 202
    assert status.json()["instanceId"] == links["id"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/items/red", 201),
        ("/api/items/red/7", 201),
        ("/api/items/red/seven", 404),
        ("/api/items/7", 404),
        ("/api/nothing", 404),
    ],
)
def test_a_route_is_matched_with_its_constraints(host: HostProcess, path: str, status: int) -> None:
    assert call(host, "GET", path, headers=WITH_KEY).status_code == status


def test_a_function_is_handed_the_request_and_its_reply_is_sent_as_it_is(
    host: HostProcess,
) -> None:
    headers = WITH_KEY | {"X-Given": "yes"}
    answer = call(host, "GET", "/api/items/red/7", params={"a": "b c"}, headers=headers)

    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Seen"] == "yes"
    assert answer.json()["route"] == {"kind": "red", "number": "7"}
    assert answer.json()["query"] == {"a": "b c"}
    assert answer.json()["url"].startswith(f"{host.url}/api/items/red/7?")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/items/red"),
        ("GET", "/runtime/webhooks/durabletask/instances"),
        ("POST", "/runtime/webhooks/EventGrid?functionName=x"),
        ("GET", "/admin/host/status"),
        ("POST", "/admin/functions/nobody"),
    ],
)
def test_nothing_answers_without_the_key_but_what_is_anonymous(
    host: HostProcess, method: str, path: str
) -> None:
    assert call(host, method, path).status_code == 401
    assert call(host, method, path, headers={"x-functions-key": "no"}).status_code == 401
    assert call(host, method, path, params={"code": KEY}).status_code != 401
    anonymous = call(host, "POST", "/api/open", data="ü".encode())
    assert (anonymous.status_code, anonymous.text) == (200, "open_to_all ü")


def test_a_function_that_raises_is_logged_once_with_name_and_invocation(
    host: HostProcess,
) -> None:
    assert call(host, "GET", "/api/fails", headers=WITH_KEY).status_code == 500

    lines = re.findall(r"fails failed \(invocation [0-9a-f-]{36}\)", host.log.read_text())
    assert len(lines) == 1
    assert host.log.read_text().count("LookupError: lost\n") == 1


def test_log_lines_of_the_app_name_the_function_that_wrote_them(host: HostProcess) -> None:
    base = "/runtime/webhooks/durabletask"
    links = call(host, "POST", f"{base}/orchestrators/greet", headers=WITH_KEY).json()
    event = f"{base}/instances/{links['id']}/raiseEvent/name"
    assert call(host, "POST", event, headers=WITH_KEY, json="you").status_code == 202

    pattern = re.compile(r"INFO \[say [0-9a-f-]{36}\] saying hello")
    assert eventually(host, lambda: bool(pattern.search(host.log.read_text())))


def test_a_timer_is_fired_by_hand_whatever_its_schedule(host: HostProcess) -> None:
    fired = host.log.parent / "fired.txt"

    assert call(host, "POST", "/admin/functions/tick", headers=WITH_KEY, json={}).status_code == 202
    assert call(host, "POST", "/admin/functions/nobody", headers=WITH_KEY).status_code == 404

    assert eventually(host, lambda: fired.exists() and fired.read_text() == "False\n")


def test_a_run_that_was_missed_is_made_up_for_once_at_start(tmp_path: Path) -> None:
    """The last run is kept with the durable state; the function is told that it is late."""
    fired = tmp_path / "fired.txt"
    store = Store(tmp_path / "durable.sqlite")
    store.note_run("tick", datetime(2020, 1, 1, tzinfo=UTC))
    store.close()

    with serving(APPS / "client", tmp_path, SETTINGS | {"FIRED_FILE": str(fired)}) as host:
        assert eventually(host, fired.exists)
        assert host.stop() == 0

    assert fired.read_text() == "True\n"


def test_a_timer_runs_on_its_schedule(tmp_path: Path) -> None:
    fired = tmp_path / "fired.txt"
    settings = {"EVERY": "* * * * * *", "FIRED_FILE": str(fired)}

    with serving(APPS / "client", tmp_path, settings) as host:
        assert eventually(host, lambda: fired.exists() and fired.read_text().count("False") > 1)


@pytest.mark.parametrize("verb", ["rewind", "restart"])
def test_what_is_not_supported_is_refused_by_name(host: HostProcess, verb: str) -> None:
    path = f"/runtime/webhooks/durabletask/instances/one/{verb}"

    answer = call(host, "POST", path, headers=WITH_KEY)

    assert answer.status_code == 501
    assert verb in answer.json()["Message"]


@pytest.mark.parametrize(
    ("app", "settings", "message"),
    [
        ("broken", {}, "RuntimeError: a setting is missing"),
        ("queue", {}, "on_message has bindings that the local host does not serve"),
        ("client", {}, "The schedule of tick: the setting EVERY is missing. Put it into"),
        ("client", {}, "local.settings.example.json, copy that."),
        ("client", {"EVERY": "often"}, "The schedule of tick, EVERY: A schedule has six fields"),
        ("nowhere", {}, "holds no host.json"),
    ],
)
def test_an_app_that_cannot_be_served_is_refused_in_a_sentence(
    tmp_path: Path, app: str, settings: dict[str, str], message: str
) -> None:
    log = tmp_path / "host.log"

    process = start(APPS / app, tmp_path, log, settings)
    output, _ = process.communicate(timeout=TIMEOUT_SECONDS)

    assert (process.returncode, output) == (1, "")
    assert message in log.read_text()
    assert "Traceback" not in log.read_text()


def test_lists_come_in_pages_that_a_token_joins(host: HostProcess) -> None:
    base = "/runtime/webhooks/durabletask"
    for name in ("page-a", "page-b", "page-c"):
        call(host, "POST", f"{base}/orchestrators/greet/{name}", headers=WITH_KEY)
    asked = f"{base}/instances?instanceIdPrefix=page-&top=2"

    first = call(host, "GET", asked, headers=WITH_KEY)
    token = {"x-ms-continuation-token": first.headers["x-ms-continuation-token"]}
    second = call(host, "GET", asked, headers=WITH_KEY | token)

    assert [one["instanceId"] for one in first.json() + second.json()] == [
        "page-a",
        "page-b",
        "page-c",
    ]
    assert second.headers["x-ms-continuation-token"] == ""
    assert json.loads(first.text)[0]["runtimeStatus"] in ("Pending", "Running")
