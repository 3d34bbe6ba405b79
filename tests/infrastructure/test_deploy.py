"""deploy.sh: what it does in which order, what it keeps to itself, and how it fails."""

import re

import pytest

from tests.infrastructure.compiler import INFRASTRUCTURE, OTHER_SUBSCRIPTION, SUBSCRIPTION
from tests.infrastructure.known import settings_read_by_the_app
from tests.infrastructure.scripts import (
    BASE,
    BY_TOKEN,
    KEY,
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
    "account show", "bicep install",
    "provider list", *["provider register"] * 6,
    "rest",
    "group exists", "keyvault list-deleted",
    "deployment sub create",
    "functionapp deployment source config-zip", "functionapp function list",
    "functionapp config appsettings list",
    "eventgrid system-topic list", "deployment sub create",
    "functionapp keys list",
]  # fmt: skip


def test_all_is_done_in_the_order_that_azure_wants(machine: Machine) -> None:
    """Event Grid wants the function to exist, so the code comes before what is watched."""
    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert (ran.status, ran.err) == (0, "")
    assert ran.commands == FIRST_TIME
    main, watch = (call for call in ran.calls if call.command == "deployment sub create")
    assert "main.bicepparam" in " ".join(main.words)
    assert "watch.bicepparam" in " ".join(watch.words)
    assert f"scan {SCAN} has begun" in ran.out
    assert f"{URL}/api/scans?limit=10" in ran.out


def test_registered_providers_are_left_alone_however_azure_spells_them(machine: Machine) -> None:
    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    registered = [call.words for call in ran.calls if call.command == "provider register"]
    assert not any("Microsoft.Insights" in words for words in registered)
    assert any("Microsoft.Web" in words for words in registered)


def test_the_parameters_are_handed_over_in_the_environment(machine: Machine) -> None:
    ran = machine.run("deploy.sh", *WHOLE, "--setting", "SCAN_TIMEOUT=3600 s", **TOKEN)

    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert told["SETTINGS"].splitlines() == [
        "SCAN_TIMEOUT=3600 s",
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
    assert "python3 -m local.system.package" in ran.out
    assert TOKEN["QUALYS_ACCESS_TOKEN"] not in ran.out
    assert not machine.curl_words()


def test_what_if_changes_nothing(machine: Machine) -> None:
    ran = machine.run("deploy.sh", *WHOLE, "--what-if", **TOKEN)

    assert ran.status == 0
    assert ran.commands[-1] == "deployment sub what-if"
    assert "deployment sub create" not in ran.commands


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


@pytest.mark.parametrize(
    ("cores", "scans"), [(100, "20"), (60, "20"), (59, "19"), (10, "3"), (3, "1")]
)
def test_the_quota_says_how_many_scans_there_may_be(
    machine: Machine, cores: int, scans: str
) -> None:
    now = before()
    [usages] = now["rest"].values()
    usages["value"][1]["limit"] = cores
    machine.az.before, machine.az.after = now, after()

    ran = machine.run("deploy.sh", *BASE, *BY_TOKEN, **TOKEN)

    told = ran.call("deployment sub create").environment
    assert f"MAX_CONCURRENT_SCANS={scans}\n" in told["SETTINGS"]


def test_a_quota_too_small_for_one_scan_stops_it(machine: Machine) -> None:
    now = before()
    [usages] = now["rest"].values()
    usages["value"][1]["limit"] = 2
    machine.az.before, machine.az.after = now, after()

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 1
    assert "What to do: Ask for StandardCores" in ran.err
    assert ran.commands[-1] == "rest"


def test_a_vault_that_was_deleted_comes_back(machine: Machine) -> None:
    """Its name is taken for 90 days, and it cannot be purged."""
    now = before()
    now["keyvault list-deleted"] = [
        {"name": "other", "properties": {"tags": None, "vaultId": "/resourceGroups/scanner-rg/x"}},
        {
            "name": "imagescan-vault",
            "properties": {
                "tags": {"application": "imagescan"},
                "vaultId": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/scanner-rg/providers/v",
            },
        },
    ]
    machine.az.before, machine.az.after = now, after()

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 0
    assert "imagescan-vault" in ran.call("keyvault recover").words
    assert ran.commands.index("group create") < ran.commands.index("keyvault recover")


def test_a_topic_of_somebody_else_is_used(machine: Machine) -> None:
    """Azure allows one system topic for a subscription."""
    there = after()
    [topic] = there["eventgrid system-topic list"]
    topic |= {"name": "their-topic", "resourceGroup": "central"}
    machine.az.before, machine.az.after = before(), there

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    told = ran.call("deployment sub create", "watch.bicepparam").environment["WATCHED"]
    assert '"topicName":"their-topic","topicExists":true' in told
    assert '"topicResourceGroupName":"central"' in told


def test_a_topic_that_cannot_write_dead_letters_stops_it(machine: Machine) -> None:
    there = after()
    [topic] = there["eventgrid system-topic list"]
    topic |= {"name": "their-topic", "resourceGroup": "central", "identity": None}
    machine.az.before, machine.az.after = before(), there

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 1
    assert "az eventgrid system-topic update" in ran.err
    assert ran.commands.count("deployment sub create") == 1


def test_registries_are_found_and_the_scanners_image_is_copied(machine: Machine) -> None:
    now = before()
    now["acr show"] = {"id": "/subscriptions/x/resourceGroups/y/registries/myregistry"}
    machine.az.before, machine.az.after = now, after()

    ran = machine.run("deploy.sh", *WHOLE, "--registry", "myregistry", "--mirror-images", **TOKEN)

    assert ran.status == 0
    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert told["REGISTRY_IDS"].split() == [
        "/subscriptions/x/resourceGroups/y/registries/myregistry"
    ]
    copied = [call.words for call in ran.calls if call.command == "acr import"]
    assert [words[words.index("--image") + 1] for words in copied] == [
        "qualys/qscanner:latest",
        "azurelinux/busybox:1.36",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-s", SUBSCRIPTION], "-s, -r and -l are needed"),
        ([*BASE, "-s", "not-a-guid"], "-s wants the id of a subscription, not 'not-a-guid'"),
        ([*BASE, "-r", "a group"], "-r wants the name of a resource group"),
        ([*BASE, "-l", "West Europe"], "-l wants a region"),
        ([*BASE, "--watch-subscription", "x"], "--watch-subscription wants the id"),
        ([*BASE, "--registry", "x; rm"], "--registry wants the name"),
        ([*BASE, "--always-ready", "many"], "--always-ready wants a number"),
        ([*BASE, "--setting", "ARM_ENDPOINT=x"], "ARM_ENDPOINT is none of the settings to choose"),
        ([*BASE, "--setting", "SCAN_TIMEOUT"], "--setting wants NAME=VALUE"),
        ([*BASE, "--sku", "Y1"], "--sku is unknown"),
        ([*BASE, "-w"], "-w is unknown, or wants a value"),
        ([*BASE, "word"], "What is meant by 'word'?"),
        ([*BASE, "--access-token"], "set QUALYS_ACCESS_TOKEN"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_before_anything_is_done(
    machine: Machine, words: list[str], sentence: str
) -> None:
    ran = machine.run("deploy.sh", *words)

    assert (ran.status, ran.calls, ran.out) == (2, [], "")
    assert sentence in ran.err
    assert "Stopped at" not in ran.err


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        ([], {}, "Give --pod and --access-token"),
        (["-n", "user"], {}, "Give --pod and --access-token"),
        (["--access-token"], TOKEN, "An access token wants --pod"),
    ],
)
def test_credentials_that_are_missing_are_asked_for_before_anything_changes(
    machine: Machine, words: list[str], environment: dict[str, str], sentence: str
) -> None:
    ran = machine.run("deploy.sh", *BASE, *words, **environment)

    assert ran.status == 2
    assert sentence in ran.err
    assert "deployment sub create" not in ran.commands


STEPS = (INFRASTRUCTURE / "deploy-steps.sh").read_text()
PARAMETERS = "".join(path.read_text() for path in INFRASTRUCTURE.glob("*.bicepparam"))


def listed(name: str) -> set[str]:
    """The words of a list in deploy-steps.sh."""
    found = re.search(rf"^{name}='([^']*)'", STEPS, re.MULTILINE)
    assert found is not None
    return set(found[1].split())


def test_every_setting_of_the_app_is_set_or_left_to_choose() -> None:
    """A setting that nobody can set on Azure would be none."""
    chosen = listed("OPTIONAL_SETTINGS") | listed("DERIVED_SETTINGS")
    templates = (INFRASTRUCTURE / "main.bicep").read_text() + PARAMETERS
    set_by_template = set(re.findall(r"^\s+([A-Z_]+): ", templates, re.MULTILINE))
    only_elsewhere = {"STORAGE_CONNECTION_STRING", "ARM_ENDPOINT"}  # Azurite and the emulator

    assert chosen <= settings_read_by_the_app()
    assert settings_read_by_the_app() - chosen - set_by_template == only_elsewhere


def test_what_the_parameter_files_read_is_what_deploy_sh_hands_over() -> None:
    """A name that only one of them knows is a parameter that never arrives."""
    handed = re.search(r"^with_parameters\(\) .*?^}", STEPS, re.MULTILINE | re.DOTALL)
    assert handed is not None

    read = set(re.findall(r"readEnvironmentVariable\('(\w+)'", PARAMETERS))
    assert set(re.findall(r"\b([A-Z_]+)=", handed[0])) == read
