"""Templates and code agree: settings, roles, events."""

import json

import pytest

from tests.infrastructure import checks
from tests.infrastructure.compiler import ROOT, Resource, needs_bicep
from tests.infrastructure.filtering import delivers
from tests.infrastructure.recorded import Run

pytestmark = [needs_bicep, pytest.mark.xdist_group("bicep")]


OF_THE_APP = [
    checks.nobody_has_a_key,
    checks.the_app_has_one_identity_for_everything,
    checks.the_app_starts_with_its_settings,
    checks.every_setting_is_read_by_somebody,
    checks.every_setting_of_the_platform_is_there,
    checks.vault_references_lead_somewhere,
    checks.the_app_has_its_built_in_roles,
]


@pytest.mark.parametrize("check", OF_THE_APP, ids=lambda check: check.__name__)
def test_of_the_app_it_holds_that(check: checks.Check, main: list[Resource]) -> None:
    assert check(main) == []


@pytest.mark.parametrize("check", OF_THE_APP, ids=lambda check: check.__name__)
def test_of_the_legacy_app_it_holds_that(check: checks.Check, legacy: list[Resource]) -> None:
    assert check(legacy) == []


def test_what_the_app_does_to_azure_is_granted_to_it_and_nothing_else(
    main: list[Resource], watch: list[Resource], run: Run
) -> None:
    """Actions are derived from the requests of a run on the emulator, scopes from their paths."""
    assert len(run.operations) > 8
    assert checks.what_the_app_does_is_granted_and_no_more(main + watch, run) == []


def test_the_identity_of_scans_may_be_given_to_their_groups(main: list[Resource], run: Run) -> None:
    """The app sets it on a group that pulls from an Azure registry."""
    assert len(run.identities) == 1
    assert checks.identities_of_scans_may_be_assigned(main, run) == []


def test_scans_and_the_app_may_pull_from_registries(with_options: list[Resource]) -> None:
    """The app resolves references in users' registries, and ACI pulls the scanner from its own."""
    assert checks.pulls(with_options) == {
        ("theirs", "scanPrincipalId"),
        ("theirs", "appPrincipalId"),
        (checks.only(with_options, checks.REGISTRY)["name"], "scanPrincipalId"),
    }


def test_a_mirrored_scanner_comes_from_the_registry_that_is_made(
    with_options: list[Resource],
) -> None:
    """Under the names that deploy.sh copies to; nobody has a password for it."""
    registry = checks.only(with_options, checks.REGISTRY)
    settings = checks.app_settings(with_options)

    assert registry["properties"]["adminUserEnabled"] is False
    assert settings["QSCANNER_IMAGE"] == f"{registry['name']}.azurecr.io/qualys/qscanner:latest"
    assert settings["COURIER_IMAGE"] == f"{registry['name']}.azurecr.io/azurelinux/busybox:1.36"
    assert checks.the_app_starts_with_its_settings(with_options) == []


def test_deployments_are_delivered_and_scans_are_not(watch: list[Resource], run: Run) -> None:
    """By the events of a run on the emulator, in both subscriptions."""
    scans = [event for event in run.events if "scanner-rg-scans" in event["subject"]]

    assert len(scans) > 1
    assert len(run.events) > len(scans) + 6
    assert checks.only_deployments_are_delivered(watch, run) == []


def test_a_scan_group_of_the_same_name_elsewhere_is_delivered(
    watch: list[Resource], run: Run
) -> None:
    """Only the scans' own resource group is left out, however its id is spelt."""
    scan = next(event for event in run.events if "scanner-rg-scans" in event["subject"])
    ours, theirs = checks.of_type(watch, "Microsoft.EventGrid/systemTopics/eventSubscriptions")
    other = theirs["id"].split("/")[2]
    elsewhere = scan | {"subject": scan["subject"].replace(scan["subject"].split("/")[2], other)}
    shouted = scan | {"subject": scan["subject"].upper()}

    assert delivers(theirs, elsewhere)
    assert not delivers(ours, shouted)


def test_events_that_cannot_be_delivered_are_kept(watch: list[Resource]) -> None:
    assert checks.undelivered_events_are_kept(watch) == []


def test_a_worker_holds_no_more_messages_than_its_instances_have_threads(
    main: list[Resource],
) -> None:
    """An instance of 2,048 MB has one core, and a Python worker cores + 4 threads (azure-docs)."""
    site = checks.only(main, "Microsoft.Web/sites")["properties"]
    host = json.loads((ROOT / "host.json").read_text())["extensions"]["durableTask"]

    assert site["functionAppConfig"]["scaleAndConcurrency"]["instanceMemoryMB"] == 2048
    assert host["maxConcurrentActivityFunctions"] <= 1 + 4
    assert host["maxConcurrentOrchestratorFunctions"] <= 1 + 4
