"""Never a secret out: what a run leaves behind and tells is searched for all that was planted."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.system.hosts import LOCAL
from tests.e2e.deploying import random_image
from tests.e2e.planting import (
    Planted,
    deployed_group,
    left_behind,
    planted_system,
    receiving,
    telemetry,
)
from tests.e2e.system import DURABLE, System, eventually
from tests.e2e.test_registries import image as registry_image
from tests.leaks.places import Place
from tests.leaks.search import Leak, search

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif("E2E_RUN" in os.environ, reason="The running system's secrets are its own."),
]
PLANTED = Planted()
LEAKING_HOST = str(Path(__file__).with_name("leaking_host.py"))
# Where a secret has to be: what the system is started with, and the stand-in's script.
KEPT_ON_PURPOSE = {
    "secrets.json": {"function_key", "token"},
    "registry/access.json": {"registry_password"},
    "emulator/images.json": {
        "image_password",
        "image_address",
        "token",
        "username",
        "password",
        "found",
    },
}


def all_replies(system: System, scans: dict[str, str]) -> dict[str, bytes]:
    """Of every route, and all that Durable tells of every instance."""
    paths = ["/api/scans?limit=200", "/api/images", "/api/coverage", "/api/openapi.json",
             "/api/health", "/api/scans?limit=x", f"{DURABLE}/instances?showInput=true",
             *(f"/api/scans/{one}" for one in scans.values()),
             *(f"/api/scans/{one}/findings?format={kind}"
               for one in scans.values() for kind in ("json", "csv", "sarif"))]  # fmt: skip
    rescan = system.call("POST", "/api/rescans", json={"dryRun": True})
    eventually(lambda: system.call("GET", rescan.headers["Location"]).status_code == 200)
    paths.append(rescan.headers["Location"])
    shown = "showInput=true&showHistory=true&showHistoryOutput=true"
    instances = system.call("GET", f"{DURABLE}/instances").json()
    paths += [f"{DURABLE}/instances/{one['instanceId']}?{shown}" for one in instances]
    named = {"image": f"robot:{PLANTED.image_address}@registry.example.com/team/app:1"}
    replies = {path: system.call("GET", path) for path in paths}
    replies["refused"] = system.call("POST", "/api/scans", json=named)
    assert len(replies) > 30
    told = {
        path: str(dict(reply.headers)).encode() + reply.content for path, reply in replies.items()
    }
    return told | {"the emulator's books": json.dumps(system.books()).encode()}


def scan_in_every_way(system: System) -> dict[str, str]:
    """One that completes, one that fails, one of no image, one that is cancelled; their ids."""
    private = registry_image(system, "private/alpine:3.20")
    missing = registry_image(system, "private/none:1")
    failing, slow = random_image(), random_image()
    system.tell("images", {private: PLANTED.given_away | {"seconds": 0.2},
                           failing: PLANTED.given_away | {"seconds": 0.2, "exitCode": 1},
                           slow: {"seconds": 300}})  # fmt: skip
    asked = {
        image: system.call("POST", "/api/scans", json={"image": image}).json()["scanId"]
        for image in (slow, private, missing)
    }
    system.deploy("planted", deployed_group(PLANTED, failing))
    cancelled = f"/api/scans/{asked[slow]}"
    eventually(lambda: system.call("GET", cancelled).json()["status"] == "scanning")
    seen_while_it_runs(system, asked[slow])
    system.call("DELETE", cancelled)
    ended = {image: system.ended_scan_of(image, 150) for image in (private, failing, missing, slow)}
    ends = [one["status"] for one in ended.values()]
    assert ends == ["completed", "failed", "failed", "cancelled"]
    assert len(ended[failing]["logTail"]) > 5
    return {image: one["scanId"] for image, one in ended.items()}


def seen_while_it_runs(system: System, scan_id: str) -> None:
    """What Azure shows of a group, and command lines, which anybody on the machine may read."""
    [group] = system.scan_groups_of(scan_id)
    shown = json.dumps([group, system.arm.container_groups.get(
        group["resourceGroup"], group["name"]).serialize(keep_readonly=True)])  # fmt: skip
    lines = [Place("command line", line) for line in command_lines()]
    known = {"account_key", "found"}  # all over the world
    if system.where.host != LOCAL:
        known.add("function_key")  # any other program is called with --key
    secrets = {
        name: secret for name, secret in PLANTED.by_name(system.folder).items() if name not in known
    }

    assert "QUALYS_ACCESS_TOKEN" in shown
    assert not search([Place("group", shown.encode()), *lines], secrets)


def command_lines() -> Iterator[bytes]:
    """Of all processes that there are; none where the system does not tell."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield file.read_bytes()
        except OSError:
            continue  # it has ended


def test_no_secret_is_left_behind_or_told_but_where_it_has_to_be() -> None:
    """In files, databases, logs, replies and notifications, after a stop."""
    with receiving() as receiver, telemetry() as insights:
        with planted_system(PLANTED, receiver) as system:
            replies = all_replies(system, scan_in_every_way(system))
            eventually(lambda: len(receiver.told) >= 5)
            assert stat.S_IMODE(system.run_json.stat().st_mode) == 0o600
        assert len(insights.sent) > 5
        replies["the log in Application Insights"] = json.dumps(insights.sent).encode()
        replies |= {f"to the webhook {n}": body for n, body in enumerate(receiver.told)}

    leaks = search(left_behind(system.folder, replies), PLANTED.by_name(system.folder))

    on_purpose = {Leak(one, place) for place, known in KEPT_ON_PURPOSE.items() for one in known}
    assert leaks == on_purpose
    for place in KEPT_ON_PURPOSE:
        assert stat.S_IMODE((system.folder / place).stat().st_mode) == 0o600


def test_an_app_that_gives_secrets_away_is_caught_in_each_place() -> None:
    """The raw report kept, a token logged, a password in the input of orchestrations."""
    if os.environ.get("E2E_HOST"):
        pytest.skip("The broken variant is of the local host.")
    with receiving() as receiver, planted_system(PLANTED, receiver, LEAKING_HOST) as system:
        private = registry_image(system, "private/alpine:3.20")
        system.tell("images", {private: PLANTED.given_away | {"seconds": 0.2}})
        assert system.ended_scan({"image": private})["status"] == "completed"

    leaks = search(left_behind(system.folder, {}), PLANTED.by_name(system.folder))

    caught = {leak for leak in leaks if leak.place not in KEPT_ON_PURPOSE}
    blobs = {place for name, place in caught if name == "found"}
    assert len(blobs) == 1
    assert blobs.pop().startswith("azurite/__blobstorage__/")
    assert {place for name, place in caught if name == "token"} >= {"logs/functions-host.log"}
    passwords = {place for name, place in caught if name == "registry_password"}
    assert {"host/durable.sqlite", "azurite/__azurite_db_table__.json"} <= passwords
