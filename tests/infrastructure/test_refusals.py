"""What the scripts refuse before they begin: what the app would refuse, and a missing az."""

import shutil

import pytest

from tests.infrastructure.compiler import INFRASTRUCTURE, SUBSCRIPTION
from tests.infrastructure.scripts import BASE, BY_TOKEN, TOKEN, WHOLE, Machine

HERE = ["-s", SUBSCRIPTION, "-r", "scanner-rg"]
BY_PASSWORD = ["-n", "a user", "-w", "a password"]
TOKEN_RULE = "QUALYS_ACCESS_TOKEN must be an access token as Qualys issues them."


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (["-n", "a user", "-w", "x?x"], {}, "QUALYS_PASSWORD must be a password of 4 to 200"),
        (["-n", "x?x", "-w", "a password"], {}, "QUALYS_USERNAME must be a user name"),
        ([*BY_PASSWORD, "--setting", "SCAN_TIMEOUT=x?x"], {}, "SCAN_TIMEOUT must be a number"),
        (["--pod", "x?x", "--access-token"], TOKEN, "QUALYS_POD must be a pod such as US1"),
        (BY_TOKEN, {"QUALYS_ACCESS_TOKEN": "x?x"}, TOKEN_RULE),
        (BY_PASSWORD, {"NOTIFY_WEBHOOK_URL": "x?x"}, "NOTIFY_WEBHOOK_URL must be an https"),
        (BY_PASSWORD, {"REGISTRY_CREDENTIALS": "x?x"}, "REGISTRY_CREDENTIALS "),
    ],
)
def test_a_setting_that_the_app_would_refuse_is_named_before_anything_is_made(
    machine: Machine,
    words: list[str],
    environment: dict[str, str],
    sentence: str,
    more: list[str],
) -> None:
    """The rules are the app's own; the value, which may be a secret, is not said."""
    ran = machine.run("deploy.sh", *BASE, *words, *more, **environment)

    assert (ran.status, ran.calls, ran.out) == (2, [], "")
    assert ran.err.startswith(f"error: {sentence}")
    assert ran.err.count("\n") == 1
    assert "x?x" not in ran.err


def test_credentials_that_will_not_be_used_are_not_looked_at(machine: Machine) -> None:
    """A token is taken before a user name and a password, which may be left from before."""
    left = {"QUALYS_USERNAME": "x", "QUALYS_PASSWORD": "x"}

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN, **left)

    assert (ran.status, ran.err) == (0, "")


def test_a_dry_run_without_python_says_that_settings_were_not_checked(machine: Machine) -> None:
    machine.program("python3", "#!/bin/sh\nexit 1\n")

    ran = machine.run("deploy.sh", *BASE, "-n", "a user", "-w", "x", "--dry-run")

    assert (ran.status, ran.calls) == (0, [])
    assert "The settings were not checked" in ran.out


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("deploy.sh", [*BASE, *BY_PASSWORD]),
        ("teardown.sh", [*HERE, "--yes"]),
        ("teardown.sh", HERE),
        ("verify.sh", HERE),
    ],
)
def test_without_az_each_script_says_where_it_comes_from(
    machine: Machine, script: str, words: list[str]
) -> None:
    (machine.bin / "az").unlink()
    if shutil.which("az", path="/usr/bin:/bin"):
        pytest.skip("az is installed beside the shell itself, and cannot be taken away")

    ran = machine.run(script, *words)

    assert ran.status == 2
    assert "az is missing: https://learn.microsoft.com/cli/azure/install" in ran.err
    assert "command not found" not in ran.err
    assert "Stopped at" not in ran.err


@pytest.mark.parametrize("script", ["deploy.sh", "teardown.sh", "verify.sh"])
def test_help_says_that_a_subscription_is_given_by_its_id(machine: Machine, script: str) -> None:
    ran = machine.run(script, "--help")

    assert "its id, a GUID" in ran.out
    assert f"./{script} -s SUBSCRIPTION-ID" in (INFRASTRUCTURE / "README.md").read_text()
