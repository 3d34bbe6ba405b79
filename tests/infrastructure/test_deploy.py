"""deploy.sh: what it does in which order, what it keeps to itself, and how it fails."""

import re

import pytest

from tests.infrastructure.compiler import OTHER_SUBSCRIPTION, ROOT, SUBSCRIPTION
from tests.infrastructure.scripts import (
    APP,
    BASE,
    BY_TOKEN,
    KEY,
    RESCAN,
    SCAN,
    TOKEN,
    URL,
    WHOLE,
    Machine,
    after,
    before,
    shown_commands,
)

PASSWORD = """it's a "secret" $HOME `id` \\ {}; rm -rf"""
ORIGINAL = [*BASE, "-n", "a user", "-w", PASSWORD, "--deploy-function"]
FIRST_TIME = [
    "version", "account show", "bicep install",
    "provider list", *["provider register"] * 6,
    "functionapp list-flexconsumption-locations", "rest",
    "group exists", "keyvault list-deleted",
    "deployment sub create",
    "functionapp deployment source config-zip", "functionapp function list",
    "functionapp config appsettings list",
    "eventgrid system-topic list", "deployment sub create",
    "functionapp keys list",
]  # fmt: skip


LOOKING = {
    "version", "account show", "bicep install", "provider list", "rest", "group exists",
    "functionapp list-flexconsumption-locations",
    "keyvault list-deleted", "deployment sub what-if",
}  # fmt: skip


def test_all_is_done_in_the_order_that_azure_wants(machine: Machine) -> None:
    """Event Grid wants the function to exist, so the code comes before what is watched."""
    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert (ran.status, ran.err) == (0, "")
    assert ran.commands == FIRST_TIME
    main, watch = (call for call in ran.calls if call.command == "deployment sub create")
    assert "main.bicepparam" in " ".join(main.words)
    assert "watch.bicepparam" in " ".join(watch.words)
    assert f"scan {SCAN} has begun" in ran.out
    assert f"{URL}/api/rescans/{RESCAN}" in ran.out
    assert f"{URL}/api/scans?limit=10" in ran.out


def test_registered_providers_are_left_alone_however_azure_spells_them(machine: Machine) -> None:
    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    registered = [call.words for call in ran.calls if call.command == "provider register"]
    assert not any("Microsoft.Insights" in words for words in registered)
    assert any("Microsoft.Web" in words for words in registered)


def test_the_parameters_are_handed_over_in_the_environment(machine: Machine) -> None:
    ran = machine.run("deploy.sh", *WHOLE, "--setting", "SCAN_TIMEOUT= 3600", **TOKEN)

    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert told["SETTINGS"].splitlines() == [
        "SCAN_TIMEOUT= 3600",
        "QUALYS_POD=US1",
        f"WATCHED_SUBSCRIPTIONS={SUBSCRIPTION}",
        "MAX_CONCURRENT_SCANS=20",
    ]
    assert told["SECRET_SETTINGS"].split() == ["QUALYS_ACCESS_TOKEN"]
    assert told["QUALYS_ACCESS_TOKEN"] == TOKEN["QUALYS_ACCESS_TOKEN"]


def test_the_predecessors_line_deploys_the_legacy_profile_and_says_what_is_better(
    machine: Machine,
) -> None:
    """Its options mean what they meant; a password arrives as it was given."""
    ran = machine.run("deploy.sh", *ORIGINAL)

    assert (ran.status, ran.err) == (0, "")
    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert (told["QUALYS_USERNAME"], told["QUALYS_PASSWORD"]) == ("a user", PASSWORD)
    assert told["SECRET_SETTINGS"].split() == ["QUALYS_USERNAME", "QUALYS_PASSWORD"]
    assert "wants --pod and --access-token" in ran.out
    assert "A password in a command shows in lists of processes" in ran.out


def test_no_secret_stands_in_an_argument_or_in_the_output(machine: Machine) -> None:
    """Lists of processes and logs of pipelines show both."""
    secrets = {
        "NOTIFY_WEBHOOK_URL": "https://hooks.example.com/a-secret",
        "REGISTRY_CREDENTIALS": '{"r.example.com": {"username": "u", "password": "p4ssw0rd"}}',
    }

    ran = machine.run("deploy.sh", *ORIGINAL, **secrets)

    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert {name: told[name] for name in secrets} == secrets
    words = str([call.words for call in ran.calls]) + machine.curl_words() + ran.out + ran.err
    for secret in (PASSWORD, *secrets.values(), KEY, "p4ssw0rd"):
        assert secret not in words
    assert f"x-functions-key: {KEY}" in machine.curl_input()


def test_only_the_deployment_is_told_secrets(machine: Machine) -> None:
    """Nothing else that is started finds them in its environment."""
    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    told = [
        " ".join(call.words) for call in ran.calls if call.environment.get("QUALYS_ACCESS_TOKEN")
    ]
    assert [("main.bicepparam" in words) for words in told] == [True]


def test_a_second_run_keeps_what_is_set_and_asks_for_no_secret(machine: Machine) -> None:
    """It is safe to repeat: what a person has set on the app stays."""
    machine.az.is_deployed = True

    ran = machine.run("deploy.sh", *BASE, "--deploy-function")

    assert (ran.status, ran.err) == (0, "")
    told = ran.call("deployment sub create", "main.bicepparam").environment
    kept = after()["functionapp config appsettings list"]
    assert '"SCAN_TIMEOUT"' in told["KEPT_SETTINGS"]
    assert kept[1]["value"].replace('"', '\\"') in told["KEPT_SETTINGS"]
    assert "QUALYS_ACCESS_TOKEN" not in told["KEPT_SETTINGS"]
    assert told["SECRET_SETTINGS"].split() == ["QUALYS_ACCESS_TOKEN"]
    assert "MAX_CONCURRENT_SCANS" not in told["SETTINGS"]
    assert (told["ALERT_EMAIL"], told["ALWAYS_READY_INSTANCES"]) == ("ops@example.com", "2")
    watched = ran.call("deployment sub create", "watch.bicepparam").environment["WATCHED"]
    assert SUBSCRIPTION in watched
    assert OTHER_SUBSCRIPTION in watched
    assert "keyvault list-deleted" not in ran.commands


def test_user_name_and_password_replace_a_token_that_was_kept(machine: Machine) -> None:
    """Else the app would go on with the token."""
    machine.az.is_deployed = True

    ran = machine.run("deploy.sh", *ORIGINAL)

    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert told["SECRET_SETTINGS"].split() == ["QUALYS_USERNAME", "QUALYS_PASSWORD"]


def test_a_subscription_that_is_left_out_is_watched_no_more(machine: Machine) -> None:
    """Else its deployments would be scanned, and paid for, without end."""
    machine.az.is_deployed = True

    ran = machine.run("deploy.sh", *BASE, "--watch-subscription", SUBSCRIPTION, "--deploy-function")

    assert (ran.status, ran.err) == (0, "")
    removed = [call for call in ran.calls if call.command.endswith("delete")]
    assert {call.option("--subscription") for call in removed} == {OTHER_SUBSCRIPTION}
    assert [call.command for call in removed] == [
        "eventgrid system-topic event-subscription delete",
        "monitor metrics alert delete",
        "role assignment delete",
        "role definition delete",
    ]


def test_a_secret_that_is_renewed_is_read_at_once(machine: Machine) -> None:
    """By itself Azure looks into the vault once a day; the first time there is nothing to renew."""
    machine.az.is_deployed = True

    ran = machine.run("deploy.sh", *BASE, "--access-token", **TOKEN)

    assert (ran.status, ran.err) == (0, "")
    [call] = [one for one in ran.calls if one.command == "rest" and "post" in one.words]
    assert f"/sites/{APP}/config/configreferences/appsettings/refresh?" in call.option("--url")
    assert ran.calls.index(call) > ran.commands.index("deployment sub create")


def test_a_token_in_the_environment_is_used_only_where_it_is_asked_for(machine: Machine) -> None:
    """Else the predecessor's line would mean something else on some machines."""
    ran = machine.run("deploy.sh", *ORIGINAL, **TOKEN)

    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert told["SECRET_SETTINGS"].split() == ["QUALYS_USERNAME", "QUALYS_PASSWORD"]
    assert "QUALYS_ACCESS_TOKEN" not in told or told["QUALYS_ACCESS_TOKEN"] == ""


def test_a_verification_that_fails_stops_it(machine: Machine) -> None:
    """Done is said only of what works."""
    machine.scan_status = "failed"

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 1
    assert f"It is failed: {URL}/api/scans/{SCAN}" in ran.out
    assert "The scan was failed; its reason and remedy stand there." in ran.err
    assert "Done." not in ran.out


@pytest.mark.parametrize("number", range(1, len(FIRST_TIME) + 1))
def test_where_a_command_fails_it_stops_and_says_what_to_do(machine: Machine, number: int) -> None:
    machine.az.fails_at = number

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status != 0
    assert ran.commands == FIRST_TIME[:number]
    assert "ERROR: (Forbidden)" in ran.err
    assert re.search(r"^Stopped at: \w.+\nWhat to do: \w.+\nThen give", ran.err, re.MULTILINE)


def test_a_dry_run_calls_nothing_and_prints_what_a_run_would_do(machine: Machine) -> None:
    """But for the providers, of which it cannot know which are registered."""
    ran = machine.run("deploy.sh", *WHOLE, "--dry-run", **TOKEN)

    assert (ran.status, ran.err, ran.calls) == (0, "", [])
    shown = [name for name in shown_commands(ran.out) if name != "provider register"]
    assert shown == [name for name in FIRST_TIME if name != "provider register"]
    package = "python3 -m local.system.package .local/package/imagescan.zip"
    assert f"  (cd {ROOT} && {package})\n" in ran.out
    assert TOKEN["QUALYS_ACCESS_TOKEN"] not in ran.out
    assert not machine.curl_words()


def test_a_dry_run_says_what_it_only_assumes(machine: Machine) -> None:
    """It asks nobody: what it shows as an answer must not be taken for one."""
    ran = machine.run("deploy.sh", *WHOLE, "--dry-run")

    told = [line for line in ran.out.splitlines() if re.search("20 scans|It is |^.*Rescan ", line)]
    assert len(told) == 3
    assert all(line.startswith("Assumed, for a dry run asks nobody: ") for line in told)
    assert "a run asks for the access token" in ran.out
    assert "this was a dry run" in ran.out
    assert "Done." not in ran.out


def test_what_it_says_to_try_names_the_subscription(machine: Machine) -> None:
    """The one that az is set to may be another."""
    elsewhere = ["--watch-subscription", OTHER_SUBSCRIPTION]

    ran = machine.run("deploy.sh", *WHOLE, *elsewhere, **TOKEN)

    hints = re.findall(r"(?:az [a-z ]+|verify.sh) (?:-s|--subscription) (\S+)", ran.out)
    create, others = hints[1], [hints[0], *hints[2:]]
    assert create == OTHER_SUBSCRIPTION
    assert others == [SUBSCRIPTION] * 3


def test_what_if_changes_nothing(machine: Machine) -> None:
    ran = machine.run("deploy.sh", *WHOLE, "--what-if", **TOKEN)

    assert ran.status == 0
    assert ran.commands[-1] == "deployment sub what-if"
    assert set(ran.commands) <= LOOKING
    assert "It would run: az provider register" in ran.out


def test_without_the_code_nothing_is_watched(machine: Machine) -> None:
    ran = machine.run("deploy.sh", *BASE, *BY_TOKEN, **TOKEN)

    assert ran.status == 0
    assert ran.commands.count("deployment sub create") == 1
    assert "--deploy-function" in ran.out


def test_a_storage_key_among_the_settings_stops_it(machine: Machine) -> None:
    """One may be put there beside the identity (azure-functions-host #11796)."""
    there = after()
    key = {"name": "Injected", "value": "DefaultEndpointsProtocol=https;AccountKey=abc"}
    there["functionapp config appsettings list"].append(key)
    machine.az.before, machine.az.after = before(), there

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 1
    assert "These settings hold a key: Injected" in ran.err
    assert "abc" not in ran.err + ran.out
    assert ran.commands[-1] == "functionapp config appsettings list"
