"""verify.sh: what it looks at, and that it finds what is wrong."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.infrastructure.compiler import SUBSCRIPTION
from tests.infrastructure.scripts import KEY, SCAN, SITE, URL, Machine, after, shown_commands

WORDS = ["-s", SUBSCRIPTION, "-r", "scanner-rg"]
SECRETS = f"https://management.azure.com{SITE}/config/configreferences/appsettings"
LOG = "https://api.applicationinsights.io/v1/apps/its-insights/query"
# Nothing but a scan is asked for: no other command changes anything.
LOOKING = {
    "functionapp list", "functionapp show", "functionapp config appsettings list", "rest",
    "functionapp function list", "functionapp keys list", "identity list", "role assignment list",
    "eventgrid system-topic list", "eventgrid system-topic event-subscription list",
    "resource list", "resource show", "container list",
}  # fmt: skip


@pytest.fixture(autouse=True)
def deployed(machine: Machine) -> None:
    machine.az.is_deployed, machine.scan_status = True, "completed"


def test_an_app_that_works_is_said_to(machine: Machine) -> None:
    ran = machine.run("verify.sh", *WORDS)

    assert (ran.status, ran.err) == (0, "")
    assert "NO " not in ran.out
    assert ran.out.count("  yes  ") == 15
    assert "15 of 15 are as they should be." in ran.out
    assert set(ran.commands) == LOOKING
    assert f"{URL}/api/scans/{SCAN}" in ran.out


def test_the_key_stands_in_no_argument_and_in_no_output(machine: Machine) -> None:
    ran = machine.run("verify.sh", *WORDS)

    assert KEY not in str([call.words for call in ran.calls]) + machine.curl_words() + ran.out
    assert f"x-functions-key: {KEY}" in machine.curl_input()


Damage = Callable[[dict[str, Any]], Any]


def a_key(world: dict[str, Any]) -> None:
    key = {"name": "Injected", "value": "DefaultEndpointsProtocol=https;AccountKey=abc"}
    world["functionapp config appsettings list"].append(key)


def an_unread_secret(world: dict[str, Any]) -> None:
    world["rest"][SECRETS]["value"][0]["properties"]["status"] = "AccessToKeyVaultDenied"


def no_filter(world: dict[str, Any]) -> None:
    [ours] = world["eventgrid system-topic event-subscription list"]
    ours["filter"] = {"advancedFilters": None}


def a_group_that_stays(world: dict[str, Any]) -> None:
    world["container list"].append({"name": "qscanner-x", "tags": {"scan-id": SCAN}})


WRONG: list[tuple[Damage, str]] = [
    (a_key, "no storage key stands among the settings"),
    (an_unread_secret, "every secret is read from the vault"),
    (lambda world: world.update({"functionapp function list": []}), "found the functions"),
    (lambda world: world.update({"role assignment list": []}), "the app may read what runs"),
    (no_filter, "Event Grid tells of deployments"),
    (lambda world: world.update({"resource list": []}), "alert rules are there"),
    (a_group_that_stays, "Azure says so too"),
    (lambda world: world["rest"].update({LOG: {"tables": [{"rows": [[0]]}]}}), "its log arrives"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "sentence"), WRONG)
def test_what_is_wrong_is_found_and_the_rest_is_looked_at_all_the_same(
    machine: Machine, damage: Damage, sentence: str
) -> None:
    world = after()
    damage(world)
    machine.az.after = world

    ran = machine.run("verify.sh", *WORDS)

    assert ran.status == 1
    [first, *others] = re.findall(r"  NO   (.+):\n       (\S.*)", ran.out)
    assert sentence in first[0]
    assert all(sentence in other[0] for other in others)  # one for each watched subscription
    assert "Look for the scan in Application Insights" in ran.out
    assert "Stopped at" not in ran.err


@pytest.mark.parametrize(
    ("status", "cleanup", "sentence"),
    [
        ("failed", "confirmed", "the scan completes"),
        ("completed", "pending", "it says that its container group is gone"),
    ],
)
def test_a_scan_that_ends_otherwise_is_found(
    machine: Machine, status: str, cleanup: str, sentence: str
) -> None:
    machine.scan_status, machine.scan_cleanup = status, cleanup

    ran = machine.run("verify.sh", *WORDS)

    assert ran.status == 1
    assert re.findall(r"  NO   (.+):\n", ran.out) == [sentence]


def test_a_dry_run_looks_at_nothing_and_says_so(machine: Machine) -> None:
    ran = machine.run("verify.sh", *WORDS, "--dry-run")

    assert (ran.status, ran.err, ran.calls) == (0, "", [])
    assert set(shown_commands(ran.out)) == LOOKING
    assert "Nothing was looked at and nothing was done" in ran.out
    assert " yes " not in ran.out
    assert not machine.curl_words()


def test_where_there_is_no_app_it_says_so(machine: Machine) -> None:
    machine.az.after = after() | {"functionapp list": []}

    ran = machine.run("verify.sh", *WORDS)

    assert ran.status == 1
    assert "There is no app of deploy.sh in scanner-rg" in ran.err
