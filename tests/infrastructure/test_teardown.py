"""teardown.sh: what it removes, in which order, and that it asks."""

import re

import pytest

from tests.infrastructure.compiler import OTHER_SUBSCRIPTION, SUBSCRIPTION
from tests.infrastructure.scripts import Machine, after, before, shown_commands

WORDS = ["-s", SUBSCRIPTION, "-r", "scanner-rg"]
OF_ONE_SUBSCRIPTION = [
    "eventgrid system-topic list",
    "eventgrid system-topic event-subscription list",
    "eventgrid system-topic event-subscription delete",
    "monitor metrics alert list", "monitor metrics alert delete",
    "group exists", "group delete",
    "role assignment list", "role assignment delete", "role definition delete",
    "role assignment list", "role assignment delete",
]  # fmt: skip
ALL = [
    "group exists", "functionapp list", "identity list", "functionapp config appsettings list",
    "functionapp stop",
    *OF_ONE_SUBSCRIPTION,
    *OF_ONE_SUBSCRIPTION,
    "group exists", "container list", "container delete", "container delete", "container list",
    "group exists", "group delete",
    "group exists", "group delete",
]  # fmt: skip


@pytest.fixture(autouse=True)
def deployed(machine: Machine) -> None:
    machine.az.is_deployed = True


def test_all_is_removed_and_scans_before_the_identity_that_they_carry(machine: Machine) -> None:
    """A group whose identity is gone cannot be deleted; the app goes last, which knows the rest."""
    ran = machine.run("teardown.sh", *WORDS, "--yes")

    assert (ran.status, ran.err) == (0, "")
    assert ran.commands == ALL
    deleted = [
        (words[words.index("--subscription") + 1], words[words.index("--name") + 1])
        for call in ran.calls
        if call.command == "group delete"
        for words in [call.words]
    ]
    assert deleted == [
        (SUBSCRIPTION, "scanner-rg-events"),
        (OTHER_SUBSCRIPTION, "scanner-rg-events"),
        (SUBSCRIPTION, "scanner-rg-scans"),
        (SUBSCRIPTION, "scanner-rg"),
    ]


THEIRS = {"name": "theirs", "destination": {"resourceId": "/x/sites/other/functions/f"}}


def test_only_what_was_made_for_the_app_is_removed(machine: Machine) -> None:
    """Rights on registries too, which live elsewhere; built-in roles stay."""
    ran = machine.run("teardown.sh", *WORDS, "--yes")

    words = [" ".join(call.words) for call in ran.calls if call.command.endswith("delete")]
    assert any("--name imagescan-1 " in one for one in words)
    assert any("--name imagescan-dead-letters-1 " in one for one in words)
    assert any("--ids /assignment/1" in one for one in words)
    assert any("--ids /assignment/2" in one for one in words)
    assert any(f"--name r1 --scope /subscriptions/{SUBSCRIPTION} " in one for one in words)
    assert not any("somebody-elses" in one or "--name r2" in one for one in words)


def test_a_topic_that_serves_others_stays(machine: Machine) -> None:
    """Azure allows one for a subscription: another app, or anybody, may be told by ours."""
    there = after()
    there["eventgrid system-topic event-subscription list"].append(THEIRS)
    machine.az.after = there

    ran = machine.run("teardown.sh", *WORDS, "--yes")

    assert (ran.status, ran.err) == (0, "")
    deleted = [call for call in ran.calls if call.command.endswith("delete")]
    names = {call.option("--name") for call in deleted if "--name" in call.words}
    assert "imagescan-1" in names
    assert not {"theirs", "scanner-rg-events"} & names
    assert (
        f"stays, with the topic that others use, in: {SUBSCRIPTION} {OTHER_SUBSCRIPTION}" in ran.out
    )


@pytest.mark.parametrize("typed", ["", "yes\n", "other-rg\n"])
def test_nothing_is_deleted_unless_the_groups_name_is_typed(machine: Machine, typed: str) -> None:
    ran = machine.run("teardown.sh", *WORDS, text=typed)

    assert (ran.status, ran.calls) == (2, [])
    assert "Type scanner-rg to go on: " in ran.err
    assert "it wants scanner-rg typed, or --yes where nobody can be asked" in ran.err
    assert "Stopped at" not in ran.err


def test_the_name_typed_is_enough(machine: Machine) -> None:
    ran = machine.run("teardown.sh", *WORDS, text="scanner-rg\n")

    assert ran.status == 0
    assert ran.commands == ALL


def test_what_is_gone_already_is_no_error(machine: Machine) -> None:
    """It can be given again after it was interrupted, or finished."""
    machine.az.before, machine.az.after = before(), before()

    ran = machine.run("teardown.sh", *WORDS, "--yes")

    assert (ran.status, ran.err) == (0, "")
    assert not any(command.endswith("delete") for command in ran.commands)


@pytest.mark.parametrize("number", [1, 2, 5, 8, 12, 13, 14, 25, 29, len(ALL)])
def test_where_a_command_fails_it_stops_and_says_what_to_do(machine: Machine, number: int) -> None:
    machine.az.fails_at = number

    ran = machine.run("teardown.sh", *WORDS, "--yes")

    assert ran.status != 0
    assert ran.commands == ALL[:number]
    assert re.search(r"^Stopped at: \w.+\nWhat to do: \w.+\nThen give", ran.err, re.MULTILINE)


def test_scans_that_do_not_go_keep_their_identity(machine: Machine) -> None:
    """It waits for ten minutes, and stops before it deletes anything else."""
    machine.az.scans_stay = True

    ran = machine.run("teardown.sh", *WORDS, "--yes")

    assert ran.status == 1
    assert "Delete the container groups of scans" in ran.err
    assert ran.commands.count("group delete") == 2


def test_a_dry_run_calls_nothing_and_shows_everything(machine: Machine) -> None:
    ran = machine.run("teardown.sh", *WORDS, "--dry-run")

    assert (ran.status, ran.err, ran.calls) == (0, "", [])
    assert set(shown_commands(ran.out)) == set(ALL)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "-s and -r are needed"),
        (["-s", "x", "-r", "y"], "'x' is not the id of a subscription"),
        ([*WORDS, "--all"], "--all is unknown"),
    ],
)
def test_what_cannot_be_meant_is_refused(machine: Machine, words: list[str], sentence: str) -> None:
    ran = machine.run("teardown.sh", *words)

    assert (ran.status, ran.calls) == (2, [])
    assert sentence in ran.err
