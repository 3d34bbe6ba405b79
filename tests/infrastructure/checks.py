"""What must hold of everything that would be deployed: each check returns a sentence per breach."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from imagescan.deployment import read_event
from imagescan.errors import ConfigurationError
from imagescan.settings import read_settings
from tests.infrastructure.compiler import Resource
from tests.infrastructure.filtering import delivers
from tests.infrastructure.known import (
    INSIGHTS,
    OF_THE_PLATFORM,
    ROLES,
    SECRETS,
    settings_read_by_the_app,
)
from tests.infrastructure.recorded import SCAN_GROUP, Run

Check = Callable[[list[Resource]], list[str]]
REGISTRY = "Microsoft.ContainerRegistry/registries"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
ROLE_DEFINITION = "Microsoft.Authorization/roleDefinitions"
ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
KEY_VAULT_REFERENCE = re.compile(r"@Microsoft\.KeyVault\(VaultName=([\w-]+);SecretName=([\w-]+)\)")


def of_type(resources: list[Resource], kind: str) -> list[Resource]:
    """Every resource of a type."""
    return [one for one in resources if one["type"] == kind]


def only(resources: list[Resource], kind: str) -> Resource:
    """The one resource of a type."""
    [found] = of_type(resources, kind)
    return found


def app_settings(resources: list[Resource]) -> dict[str, str]:
    """The app's settings; those that only a running deployment knows are expressions."""
    site = only(resources, "Microsoft.Web/sites")
    return {one["name"]: one["value"] for one in site["properties"]["siteConfig"]["appSettings"]}


def nobody_has_a_key(resources: list[Resource]) -> list[str]:
    """Storage, vault, telemetry and publishing go by identity, over TLS 1.2 or later."""
    wanted = [
        ("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", False),
        ("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", False),
        ("Microsoft.Storage/storageAccounts", "minimumTlsVersion", "TLS1_2"),
        ("Microsoft.Storage/storageAccounts", "supportsHttpsTrafficOnly", True),
        ("Microsoft.KeyVault/vaults", "enableRbacAuthorization", True),
        ("Microsoft.KeyVault/vaults", "enablePurgeProtection", True),
        ("Microsoft.Insights/components", "DisableLocalAuth", True),
        ("Microsoft.Web/sites", "httpsOnly", True),
        ("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", False),
    ]
    wrong = [
        f"{one['name']}: {name} is not {value}"
        for kind, name, value in wanted
        for one in of_type(resources, kind) or [{"name": f"no {kind}", "properties": {}}]
        if one["properties"].get(name) != value
    ]
    config = only(resources, "Microsoft.Web/sites")["properties"]["siteConfig"]
    if (config["minTlsVersion"], config["ftpsState"]) != ("1.2", "Disabled"):
        wrong.append("the app takes less than TLS 1.2, or FTP")
    keys = ("AccountKey=", "SharedAccessSignature=", "listKeys(", "sig=")
    text = str(resources)
    return wrong + [f"{key} stands in the templates" for key in keys if key in text]


def the_app_has_one_identity_for_everything(resources: list[Resource]) -> list[str]:
    """Vault references and the code's container are reached by the identity that the app has."""
    site = only(resources, "Microsoft.Web/sites")
    [identity] = site["identity"]["userAssignedIdentities"]
    storage = site["properties"]["functionAppConfig"]["deployment"]["storage"]["authentication"]
    uses = {
        "keyVaultReferenceIdentity": site["properties"].get("keyVaultReferenceIdentity"),
        "the deployment container": storage.get("userAssignedIdentityResourceId"),
    }
    return [
        f"{what} is not reached by the app's identity" for what in uses if uses[what] != identity
    ]


def the_app_starts_with_its_settings(resources: list[Resource]) -> list[str]:
    """The app's own reader finds nothing wrong with them, vault references resolved."""
    environment = {
        name: told_on_azure(name, value)
        for name, value in app_settings(resources).items()
        if name in settings_read_by_the_app()
    }
    try:
        read_settings(environment)
    except ConfigurationError as configuration:
        return configuration.problems
    return []


def told_on_azure(name: str, value: str) -> str:
    """What the app reads: secrets from the vault, and what only a running deployment knows."""
    if value.startswith("@Microsoft.KeyVault"):
        return SECRETS.get(name, "")
    return INSIGHTS if value.endswith("outputs.connectionString.value]") else value


def every_setting_is_read_by_somebody(resources: list[Resource]) -> list[str]:
    """A misspelt setting is one that nobody reads."""
    known = settings_read_by_the_app() | OF_THE_PLATFORM
    return [f"{name} is read by nobody" for name in app_settings(resources) if name not in known]


def every_setting_of_the_platform_is_there(resources: list[Resource]) -> list[str]:
    """Host storage, telemetry and the app's identity."""
    return [f"{name} is missing" for name in OF_THE_PLATFORM - set(app_settings(resources))]


def vault_references_lead_somewhere(resources: list[Resource]) -> list[str]:
    """Vault and secret exist; a secret's value is a secure parameter, never a text."""
    secrets = {one["name"]: one for one in of_type(resources, "Microsoft.KeyVault/vaults/secrets")}
    wrong = [
        f"{name} is a secret and no vault reference"
        for name, value in app_settings(resources).items()
        if name in SECRETS and not KEY_VAULT_REFERENCE.fullmatch(value)
    ]
    for name, value in app_settings(resources).items():
        reference = KEY_VAULT_REFERENCE.fullmatch(value)
        if reference and f"{reference[1]}/{reference[2]}" not in secrets:
            wrong.append(f"{name} refers to a secret that is not there")
    for name, secret in secrets.items():
        value = secret["properties"]["value"]
        if not re.fullmatch(r"\[parameters\('secrets'\)\.\w+\]", value):
            wrong.append(f"{name} has its value in the template")
    return wrong


def the_app_has_its_built_in_roles(resources: list[Resource]) -> list[str]:
    """Each at its own resource, and no other anywhere."""
    given = {
        (_type_of_scope(one["id"]), one["properties"]["roleDefinitionId"].rpartition("/")[2])
        for one in of_type(resources, ROLE_ASSIGNMENT)
    }
    custom = {one["name"] for one in of_type(resources, ROLE_DEFINITION)}
    built_in = {pair for pair in given if pair[1] not in custom}
    wanted = {(kind, guid) for kind, guids in ROLES.items() for guid in guids.values()}
    return [f"{pair} is missing" for pair in sorted(wanted - built_in)] + [
        f"{pair} is too much" for pair in sorted(built_in - wanted)
    ]


def _type_of_scope(assignment_id: str) -> str:
    """The type of the resource that a role is assigned at; empty for groups and subscriptions."""
    scope = assignment_id.partition(f"/providers/{ROLE_ASSIGNMENT}")[0]
    parts = scope.rpartition("/providers/")[2].split("/") if "/providers/" in scope else []
    return "/".join([*parts[:1], *parts[1::2]])


def granted(resources: list[Resource]) -> Iterator[tuple[str, str]]:
    """(scope, action) of every custom role where it is assigned."""
    assignments = of_type(resources, ROLE_ASSIGNMENT)
    for role in of_type(resources, ROLE_DEFINITION):
        for one in assignments:
            if one["properties"]["roleDefinitionId"] == role["id"]:
                scope = one["id"].partition(f"/providers/{ROLE_ASSIGNMENT}")[0]
                [permission] = role["properties"]["permissions"]
                yield from ((scope.lower(), action.lower()) for action in permission["actions"])


def what_the_app_does_is_granted_and_no_more(resources: list[Resource], run: Run) -> list[str]:
    """Every request that was recorded is allowed where it went; every action allowed is used."""
    allowed = set(granted(resources))
    used: set[tuple[str, str]] = set()
    wrong = []
    for operation in run.operations:
        action, path = operation.action.lower(), operation.path.lower()
        by = {
            pair for pair in allowed if pair[1] == action and f"{path}/".startswith(f"{pair[0]}/")
        }
        used |= by
        if not by:
            wrong.append(f"{operation.action} is not granted for {operation.path}")
    return wrong + [f"{action} on {scope} is never used" for scope, action in allowed - used]


def identities_of_scans_may_be_assigned(resources: list[Resource], run: Run) -> list[str]:
    """ARM checks userAssignedIdentities/assign/action on every identity that a group is given."""
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    operator = ROLES[kind]["Managed Identity Operator"]
    assignable = {
        one["id"].partition(f"/providers/{ROLE_ASSIGNMENT}")[0]
        for one in of_type(resources, ROLE_ASSIGNMENT)
        if one["properties"]["roleDefinitionId"].endswith(operator)
    }
    return [f"{one} may not be assigned" for one in run.identities - assignable] + [
        f"{one} need not be assigned" for one in assignable - run.identities
    ]


def pulls(resources: list[Resource]) -> set[tuple[str, str]]:
    """(registry, whose principal) of every assignment of AcrPull."""
    return {
        (one["id"].partition(f"/{REGISTRY}/")[2].split("/")[0], principal[1])
        for one in of_type(resources, ROLE_ASSIGNMENT)
        if one["properties"]["roleDefinitionId"].endswith(ACR_PULL)
        if (principal := re.search(r"outputs\.(\w+)\.value", one["properties"]["principalId"]))
    }


def only_deployments_are_delivered(resources: list[Resource], run: Run) -> list[str]:
    """What the app would act on reaches it, scans and everything else do not."""
    wrong = []
    for one in of_type(resources, "Microsoft.EventGrid/systemTopics/eventSubscriptions"):
        source = one["id"].split("/")[2]
        for event in run.events:
            if not event["subject"].startswith(f"/subscriptions/{source}/"):
                continue
            is_wanted = _is_wanted(event)
            if delivers(one, event) != is_wanted:
                verb = "not delivered" if is_wanted else "delivered"
                wrong.append(f"{event['data']['operationName']} {event['subject']} is {verb}")
    return wrong


def _is_wanted(event: dict[str, Any]) -> bool:
    is_scan = f"/resourcegroups/{SCAN_GROUP}/" in event["subject"].lower()
    read = read_event(event["id"], event["eventType"], event["subject"])
    return read is not None and not is_scan


def undelivered_events_are_kept(resources: list[Resource]) -> list[str]:
    """Retried for a day, then written to the dead letters by the topic's own identity."""
    wrong = []
    for one in of_type(resources, "Microsoft.EventGrid/systemTopics/eventSubscriptions"):
        properties = one["properties"]
        if properties.get("retryPolicy") != {
            "maxDeliveryAttempts": 30, "eventTimeToLiveInMinutes": 1440,
        }:  # fmt: skip
            wrong.append(f"{one['name']} is not retried for a day")
        kept = properties.get("deadLetterWithResourceIdentity", {})
        container = kept.get("deadLetterDestination", {}).get("properties", {})
        topic = one["id"].partition("/eventSubscriptions/")[0]
        if not _may_write(resources, topic, container.get("blobContainerName", "?")):
            wrong.append(f"{one['name']} cannot write its dead letters")
    return wrong


def _may_write(resources: list[Resource], topic: str, container: str) -> bool:
    return any(
        f"reference('{topic}'" in one["properties"]["principalId"]
        and f"/containers/{container}/" in one["id"]
        for one in of_type(resources, ROLE_ASSIGNMENT)
    )
