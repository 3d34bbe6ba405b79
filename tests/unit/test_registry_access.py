"""What a scan's group is given to get at its images, and what it is not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from imagescan.container_group.body import build_body
from imagescan.scan.request import Attempt
from tests.unit.environment import COMPLETE, settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
IDENTITY = (
    f"/subscriptions/{COMPLETE['AZURE_SUBSCRIPTION_ID']}/resourceGroups/qscanner-rg"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/scan"
)
CREDENTIALS = json.dumps(
    {
        "ghcr.io": {"username": "robot", "password": "ghcr-password"},
        "own.azurecr.io": {"username": "token1", "password": "acr-password"},
        "docker.io": {"username": "hub", "password": "hub-password"},
    }
)


def body(image: str, **changed: str) -> dict[str, Any]:
    known = settings(
        **{
            "QSCANNER_IMAGE": "mcr.microsoft.com/qscanner:1",
            "SCAN_IDENTITY_ID": IDENTITY,
            "REGISTRY_CREDENTIALS": CREDENTIALS,
            **changed,
        }
    )
    return build_body(Attempt("s", image, 1, "qscanner-x"), known, NOW)


def variables(group: dict[str, Any]) -> dict[str, Any]:
    scanner = group["properties"]["containers"][0]["properties"]
    return {one["name"]: one for one in scanner["environmentVariables"]}


def test_an_azure_registry_is_read_with_the_scan_identity_and_no_user_name() -> None:
    """With QSCANNER_REGISTRY_USERNAME set the scanner would not look for an identity."""
    group = body("contoso.azurecr.io/app:1")

    assert group["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    assert "QSCANNER_REGISTRY_USERNAME" not in variables(group)


def test_another_registry_gets_its_credential_as_secure_values_and_no_identity() -> None:
    """ACI gives plain values back to whoever may read the group."""
    group = body("ghcr.io/org/app@sha256:" + "0" * 64)

    assert variables(group)["QSCANNER_REGISTRY_USERNAME"] == {
        "name": "QSCANNER_REGISTRY_USERNAME", "secureValue": "robot",
    }  # fmt: skip
    assert variables(group)["QSCANNER_REGISTRY_PASSWORD"] == {
        "name": "QSCANNER_REGISTRY_PASSWORD", "secureValue": "ghcr-password",
    }  # fmt: skip
    assert "identity" not in group


def test_a_credential_for_one_azure_registry_wins_over_the_identity() -> None:
    """It was configured for exactly this host: a repository token, or another tenant's registry."""
    group = body("own.azurecr.io/app:1")

    assert variables(group)["QSCANNER_REGISTRY_USERNAME"]["secureValue"] == "token1"
    assert "identity" not in group


@pytest.mark.parametrize(
    "image",
    [
        "nowhere.example/app:1",
        "contoso.azurecr.io.evil.com/app:1",
        "evil.com/contoso.azurecr.io/app:1",
        "ghcr.io.evil.com/org/app:1",
        "ghcr.io:8443/org/app:1",
        "evil.com/ghcr.io/org/app:1",
        "[:::]/app:1",
    ],
)
def test_no_other_registry_gets_anything(image: str) -> None:
    """Not a suffix, not a prefix, not another port."""
    group = body(image)

    assert set(variables(group)) == {"QUALYS_ACCESS_TOKEN"}
    assert "identity" not in group
    assert "password" not in json.dumps(group)


def test_a_public_scan_on_default_settings_names_no_registry_access() -> None:
    """Nothing is configured, so nothing is sent."""
    group = body("docker.io/library/nginx:1", SCAN_IDENTITY_ID="", REGISTRY_CREDENTIALS="")

    assert set(variables(group)) == {"QUALYS_ACCESS_TOKEN"}
    assert not {"identity", "imageRegistryCredentials"} & {*group, *group["properties"]}


def test_a_mirrored_scanner_is_pulled_with_the_identity_which_the_group_then_has() -> None:
    """ACI refuses a pull by an identity that the group does not carry."""
    group = body("docker.io/library/nginx:1", QSCANNER_IMAGE="contoso.azurecr.io/qscanner:1")

    pulls = group["properties"]["imageRegistryCredentials"]
    assert pulls == [{"server": "contoso.azurecr.io", "identity": IDENTITY}]
    assert IDENTITY in group["identity"]["userAssignedIdentities"]


def test_a_scanner_on_docker_hub_is_pulled_with_docker_hubs_credential() -> None:
    """Anonymous pulls from Azure's addresses run into Docker Hub's limit."""
    group = body("mcr.microsoft.com/app:1", QSCANNER_IMAGE="qualys/qscanner:4.8.0")

    [pull] = group["properties"]["imageRegistryCredentials"]
    assert pull == {"server": "index.docker.io", "username": "hub", "password": "hub-password"}


def test_the_credential_of_the_scanners_registry_is_not_shown_to_the_target() -> None:
    """Two registries, two credentials."""
    group = body("mcr.microsoft.com/app:1", QSCANNER_IMAGE="qualys/qscanner:4.8.0")

    assert set(variables(group)) == {"QUALYS_ACCESS_TOKEN"}
