"""The composition root: puts settings, adapters and records together, once per process."""

import os
from dataclasses import dataclass
from functools import cache

from imagescan.adapters.blobs import AzureBlobs
from imagescan.adapters.container_instances import AzureContainerGroups
from imagescan.adapters.deployed_resources import AzureDeployedResources
from imagescan.adapters.system_clock import SystemClock
from imagescan.adapters.tables import AzureTable
from imagescan.adapters.webhook import WebhookNotifier
from imagescan.ports import Blobs, Clock, ContainerGroups, DeployedResources, Notifier, TableName
from imagescan.records.claims import Claims
from imagescan.records.findings import StoredFindings
from imagescan.records.images import Images
from imagescan.records.inbox import Inbox
from imagescan.records.ledger import Ledger
from imagescan.records.scans import Scans
from imagescan.scan.request import Policy
from imagescan.settings import Settings, read_settings


@dataclass(frozen=True)
class App:
    """Everything that activities and triggers work with; a test builds one from fakes."""

    settings: Settings
    clock: Clock
    groups: ContainerGroups
    resources: DeployedResources
    blobs: Blobs
    notifier: Notifier | None
    inbox: Inbox
    scans: Scans
    findings: StoredFindings
    images: Images
    claims: Claims
    ledger: Ledger

    @property
    def policy(self) -> Policy:
        """The settings that an orchestration is started with."""
        return Policy(self.settings.scan_timeout_seconds, self.settings.expected_scan_seconds)


@cache
def app() -> App:
    """The app on Azure, as the environment describes it.

    Raises `ConfigurationError` naming every problem; called by functions and never at import, for
    a Functions app that raises while it is indexed shows no function and no reason.
    """
    return build(read_settings(os.environ))


def build(settings: Settings) -> App:
    """Put the adapters together; nothing is contacted yet."""
    storage = (settings.storage_account_name, settings.storage_connection_string)

    def table(name: TableName) -> AzureTable:
        return AzureTable(name.value, *storage)

    return App(
        settings=settings,
        clock=SystemClock(),
        groups=AzureContainerGroups(
            settings.arm_endpoint, settings.subscription_id, settings.scan_resource_group
        ),
        resources=AzureDeployedResources(settings.arm_endpoint),
        blobs=AzureBlobs("reports", *storage),
        notifier=WebhookNotifier(settings.notify_webhook_url)
        if settings.notify_webhook_url
        else None,
        inbox=Inbox(table(TableName.INBOX)),
        scans=Scans(table(TableName.SCANS), table(TableName.SCANS_BY_TIME)),
        findings=StoredFindings(table(TableName.FINDINGS)),
        images=Images(table(TableName.IMAGES)),
        claims=Claims(table(TableName.CLAIMS)),
        ledger=Ledger(table(TableName.CONTAINER_GROUPS)),
    )
