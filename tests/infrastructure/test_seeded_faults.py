"""Each check finds the fault that it is for: what finds nothing in a broken template is none."""

import copy
from collections.abc import Callable

import pytest

from tests.infrastructure import checks
from tests.infrastructure.compiler import Resource, needs_bicep
from tests.infrastructure.recorded import Run

pytestmark = [needs_bicep, pytest.mark.xdist_group("bicep")]
Fault = Callable[[list[Resource]], None]


def setting(name: str) -> Fault:
    """A setting is left out."""

    def damage(resources: list[Resource]) -> None:
        site = checks.only(resources, "Microsoft.Web/sites")
        config = site["properties"]["siteConfig"]
        config["appSettings"] = [one for one in config["appSettings"] if one["name"] != name]

    return damage


def value(kind: str, name: str, wrong: object) -> Fault:
    """A property has another value."""

    def damage(resources: list[Resource]) -> None:
        checks.of_type(resources, kind)[0]["properties"][name] = wrong

    return damage


def role(text: str) -> Fault:
    """A role is not assigned."""

    def damage(resources: list[Resource]) -> None:
        resources[:] = [
            one
            for one in resources
            if one["type"] != checks.ROLE_ASSIGNMENT or text not in str(one["properties"])
        ]

    return damage


def misspelt(resources: list[Resource]) -> None:
    """SCAN_TIMEOUT is written otherwise."""
    config = checks.only(resources, "Microsoft.Web/sites")["properties"]["siteConfig"]
    config["appSettings"].append({"name": "SCAN_TIME_OUT", "value": "60"})


FAULTS_OF_THE_APP = [
    (setting("AZURE_REGION"), checks.the_app_starts_with_its_settings),
    (setting("QUALYS_ACCESS_TOKEN"), checks.the_app_starts_with_its_settings),
    (setting("AzureWebJobsStorage__clientId"), checks.every_setting_of_the_platform_is_there),
    (misspelt, checks.every_setting_is_read_by_somebody),
    (
        value("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", wrong=True),
        checks.nobody_has_a_key,
    ),
    (value("Microsoft.Web/sites", "httpsOnly", wrong=False), checks.nobody_has_a_key),
    (
        value("Microsoft.Web/sites", "keyVaultReferenceIdentity", wrong=None),
        checks.the_app_has_one_identity_for_everything,
    ),
    (
        value("Microsoft.KeyVault/vaults/secrets", "value", wrong="a-token"),
        checks.vault_references_lead_somewhere,
    ),
    (role("Storage Queue Data Contributor"), checks.the_app_has_its_built_in_roles),
    (role("Key Vault Secrets User"), checks.the_app_has_its_built_in_roles),
]


@pytest.mark.parametrize(("damage", "check"), FAULTS_OF_THE_APP)
def test_a_fault_of_the_app_is_found(
    damage: Fault, check: checks.Check, main: list[Resource]
) -> None:
    broken = copy.deepcopy(main)
    damage(broken)

    assert check(broken) != []


def without_filter(name: str) -> Fault:
    """Events are not filtered by this."""

    def damage(resources: list[Resource]) -> None:
        for one in checks.of_type(resources, "Microsoft.EventGrid/systemTopics/eventSubscriptions"):
            chosen = one["properties"]["filter"]
            chosen["advancedFilters"] = [
                each for each in chosen["advancedFilters"] if each["key"] != name
            ]

    return damage


@pytest.mark.parametrize("name", ["subject", "data.operationName"])
def test_a_subscription_without_one_of_its_filters_is_found(
    name: str, watch: list[Resource], run: Run
) -> None:
    broken = copy.deepcopy(watch)
    without_filter(name)(broken)

    assert checks.only_deployments_are_delivered(broken, run) != []


def test_a_topic_that_may_not_write_dead_letters_is_found(watch: list[Resource]) -> None:
    broken = copy.deepcopy(watch)
    role("Storage Blob Data Contributor")(broken)

    assert checks.undelivered_events_are_kept(broken) != []


ACTIONS = [
    "Microsoft.ContainerInstance/containerGroups/containers/logs/read",
    "Microsoft.ContainerInstance/containerGroups/delete",
    "Microsoft.App/jobs/read",
]


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_that_is_not_granted_is_found(
    action: str, main: list[Resource], watch: list[Resource], run: Run
) -> None:
    broken = copy.deepcopy(main + watch)
    for one in checks.of_type(broken, checks.ROLE_DEFINITION):
        [permission] = one["properties"]["permissions"]
        permission["actions"] = [each for each in permission["actions"] if each != action]

    assert checks.what_the_app_does_is_granted_and_no_more(broken, run) != []


def test_an_action_too_many_is_found(main: list[Resource], watch: list[Resource], run: Run) -> None:
    """Exec into a container, for one."""
    broken = copy.deepcopy(main + watch)
    [permission] = checks.of_type(broken, checks.ROLE_DEFINITION)[0]["properties"]["permissions"]
    permission["actions"].append(
        "Microsoft.ContainerInstance/containerGroups/containers/exec/action"
    )

    assert checks.what_the_app_does_is_granted_and_no_more(broken, run) != []
