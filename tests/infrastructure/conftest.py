"""What would be deployed, compiled once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infrastructure.checks import app_settings
from tests.infrastructure.compiler import (
    OTHER_SUBSCRIPTION,
    SUBSCRIPTION,
    Resource,
    copied_to,
    snapshot,
)
from tests.infrastructure.known import SECRETS
from tests.infrastructure.recorded import Run
from tests.infrastructure.scripts import Machine

MAIN = {
    "LOCATION": "westeurope",
    "RESOURCE_GROUP": "scanner-rg",
    "SCAN_RESOURCE_GROUP": "scanner-rg-scans",
    "SETTINGS": "QUALYS_POD=US1\nSCAN_TIMEOUT=3600",
    "KEPT_SETTINGS": json.dumps(
        [{"name": "SCAN_TIMEOUT", "value": "60"}, {"name": "QSCANNER_CPU", "value": "1"}]
    ),
    "SECRET_SETTINGS": "QUALYS_ACCESS_TOKEN REGISTRY_CREDENTIALS NOTIFY_WEBHOOK_URL",
    **SECRETS,
}
REGISTRY_ID = (
    f"/subscriptions/{OTHER_SUBSCRIPTION}/resourceGroups/their-rg/providers"
    "/Microsoft.ContainerRegistry/registries/theirs"
)
NETWORK = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/network-rg/providers"
    "/Microsoft.Network/virtualNetworks/spoke/subnets"
)
WITH_OPTIONS = MAIN | {
    "REGISTRY_IDS": f" {REGISTRY_ID}",
    "MIRRORS_IMAGES": "true",
    "APP_SUBNET_ID": f"{NETWORK}/app",
    "SCAN_SUBNET_ID": f"{NETWORK}/scans",
}
LEGACY = MAIN | {
    "SETTINGS": "",
    "SECRET_SETTINGS": "QUALYS_USERNAME QUALYS_PASSWORD",
}
OURS = {
    "subscriptionId": SUBSCRIPTION,
    "topicResourceGroupName": "scanner-rg-events",
    "topicName": "imagescan",
    "topicExists": False,
}
THEIRS = {
    "subscriptionId": OTHER_SUBSCRIPTION,
    "topicResourceGroupName": "central",
    "topicName": "their-topic",
    "topicExists": True,
}
WATCH = {
    "LOCATION": "westeurope",
    "RESOURCE_GROUP": "scanner-rg",
    "SCAN_RESOURCE_GROUP": "scanner-rg-scans",
    "WATCHED": json.dumps([OURS, THEIRS]),
    "FUNCTION_APP": "imagescan-app",
    "STORAGE_ACCOUNT": "imagescanstorage",
    "APP_PRINCIPAL_ID": "00000000-0000-4000-8000-0000000000bb",
}


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which the compiler may write."""
    return copied_to(tmp_path_factory.mktemp("bicep"))


@pytest.fixture(scope="session")
def main(templates: Path) -> list[Resource]:
    """The app and all it needs."""
    return snapshot(templates, "main", MAIN)


@pytest.fixture(scope="session")
def with_options(templates: Path) -> list[Resource]:
    """With a user's registry, one of its own for the scanner's image, and subnets."""
    return snapshot(templates, "main", WITH_OPTIONS)


@pytest.fixture(scope="session")
def legacy(templates: Path) -> list[Resource]:
    """The app with a user name and a password, as its predecessor was deployed."""
    return snapshot(templates, "main", LEGACY)


@pytest.fixture(scope="session")
def watch(templates: Path) -> list[Resource]:
    """What is watched: the app's own subscription, and one with a topic of somebody else's."""
    return snapshot(templates, "watch", WATCH)


@pytest.fixture(scope="session")
def run(main: list[Resource]) -> Run:
    """What the app does to Azure, and which events there are."""
    return Run(app_settings(main))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Where the scripts run."""
    machine = Machine(tmp_path)
    yield machine
    machine.close()
