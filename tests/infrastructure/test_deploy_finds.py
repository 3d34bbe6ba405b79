"""deploy.sh: what it finds in the subscription, and how it goes by it."""

import pytest

from tests.infrastructure.compiler import OTHER_SUBSCRIPTION, SUBSCRIPTION
from tests.infrastructure.scripts import (
    BASE,
    BY_TOKEN,
    TOKEN,
    WHOLE,
    Machine,
    after,
    before,
)


def subnet(name: str, subscription: str = SUBSCRIPTION) -> str:
    """The id of a subnet."""
    network = "/providers/Microsoft.Network/virtualNetworks/spoke"
    return f"/subscriptions/{subscription}/resourceGroups/network-rg{network}/subnets/{name}"


ELSEWHERE = subnet("scans", OTHER_SUBSCRIPTION)
DELEGATED = {"delegations": [{"serviceName": "Microsoft.ContainerInstance/containerGroups"}]}


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


def test_a_region_without_flex_consumption_stops_it(machine: Machine) -> None:
    machine.az.before = before() | {"functionapp list-flexconsumption-locations": []}

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 1
    assert "no Flex Consumption in westeurope" in ran.err
    assert "deployment sub create" not in ran.commands


def test_a_quota_too_small_for_one_scan_stops_it(machine: Machine) -> None:
    now = before()
    [usages] = now["rest"].values()
    usages["value"][1]["limit"] = 2
    machine.az.before, machine.az.after = now, after()

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 1
    assert "What to do: Ask for StandardCores" in ran.err
    assert ran.commands[-1] == "rest"


@pytest.mark.parametrize("version", ["2.59.1", "1.99.0", "", "preview"])
def test_an_az_that_knows_no_flex_consumption_stops_it(machine: Machine, version: str) -> None:
    machine.az.before = before() | {"version": {"azure-cli": version}}

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 1
    assert "is older than 2.60" in ran.err
    assert ran.commands == ["version"]


def test_a_python_that_cannot_build_the_package_stops_it(machine: Machine) -> None:
    machine.program("python3", "#!/bin/sh\nexit 1\n")

    ran = machine.run("deploy.sh", *WHOLE, **TOKEN)

    assert ran.status == 1
    assert "python3 is older than 3.11" in ran.err
    assert ran.commands == []


def test_a_subscription_that_is_given_twice_is_watched_once(machine: Machine) -> None:
    """Azure refuses a template that names a resource twice."""
    twice = [
        "--watch-subscription",
        OTHER_SUBSCRIPTION,
        "--watch-subscription=" + OTHER_SUBSCRIPTION,
    ]

    ran = machine.run("deploy.sh", *BASE, *BY_TOKEN, *twice, **TOKEN)

    told = ran.call("deployment sub create").environment["SETTINGS"]
    assert f"WATCHED_SUBSCRIPTIONS={OTHER_SUBSCRIPTION}\n" in told


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
        ([*BASE, "--app-subnet", "scans"], "--app-subnet wants the id of a subnet"),
        ([*BASE, "--scan-subnet", "/subscriptions/x"], "--scan-subnet wants the id of a subnet"),
        ([*BASE, "--scan-subnet", ELSEWHERE], "and so must their subnet"),
        ([*BASE, "--always-ready", "many"], "--always-ready wants a number"),
        ([*BASE, "--setting", "ARM_ENDPOINT=x"], "ARM_ENDPOINT is none of the settings to choose"),
        ([*BASE, "--setting", "SCAN_TIMEOUT"], "--setting wants NAME=VALUE"),
        ([*BASE, "--sku", "Y1"], "--sku is unknown"),
        ([*BASE, "-w"], "-w is unknown, or wants a value"),
        ([*BASE, "word"], "What is meant by 'word'?"),
        ([*BASE, "--access-token"], "set QUALYS_ACCESS_TOKEN"),
        ([*BASE, "--dry-run=yes"], "--dry-run is unknown, or takes no value"),
        ([*BASE, "-n", "user"], "A user name wants the password too"),
        ([*BASE, "-w", "password"], "A password wants the user name too"),
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
        (["--pod", "US1"], TOKEN, "give --pod and --access-token to have it used"),
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


@pytest.mark.parametrize(
    ("gateway", "is_warned"), [({"natGateway": {"id": "/gateway"}}, False), ({}, True)]
)
def test_scans_run_in_a_subnet_that_is_delegated_to_them(
    machine: Machine, gateway: dict[str, object], is_warned: bool
) -> None:
    """A way out may be another one than Azure asks for, so its want is told and no more."""
    machine.az.before = before() | {"network vnet subnet show": DELEGATED | gateway}

    ran = machine.run("deploy.sh", *WHOLE, "--scan-subnet", subnet("scans"), **TOKEN)

    assert (ran.status, ran.err) == (0, "")
    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert (told["SCAN_SUBNET_ID"], told["APP_SUBNET_ID"]) == (subnet("scans"), "")
    assert ("It has no NAT gateway" in ran.out) == is_warned


def test_a_subnet_that_is_delegated_to_something_else_stops_it(machine: Machine) -> None:
    machine.az.before = before() | {"network vnet subnet show": DELEGATED}

    ran = machine.run("deploy.sh", *WHOLE, "--app-subnet", subnet("app"), **TOKEN)

    assert ran.status == 1
    assert "and has to be to Microsoft.App/environments" in ran.err
    assert "--delegations Microsoft.App/environments" in ran.err
    assert "deployment sub create" not in ran.commands


@pytest.mark.parametrize(("words", "kept"), [([], True), (["--scan-subnet", "none"], False)])
def test_subnets_stay_until_they_are_given_up(
    machine: Machine, words: list[str], kept: bool
) -> None:
    """As every setting does: the same command without them takes the app out of no network."""
    there = after() | {"network vnet subnet show": DELEGATED}
    there["functionapp config appsettings list"].append(
        {"name": "SUBNET_ID", "value": subnet("scans")}
    )
    machine.az.is_deployed, machine.az.after = True, there

    ran = machine.run("deploy.sh", *BASE, *words)

    told = ran.call("deployment sub create", "main.bicepparam").environment
    assert told["SCAN_SUBNET_ID"] == (subnet("scans") if kept else "")
    assert "SUBNET_ID" not in told["KEPT_SETTINGS"]
