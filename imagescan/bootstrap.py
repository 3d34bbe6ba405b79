"""The composition root: puts settings, adapters and records together, once per process."""

import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from imagescan.access_token import AccessToken, judge
from imagescan.adapters.blobs import AzureBlobs
from imagescan.adapters.container_instances import AzureContainerGroups
from imagescan.adapters.deployed_resources import AzureDeployedResources
from imagescan.adapters.registries import OciRegistries
from imagescan.adapters.registry_http import CheckedHttp
from imagescan.adapters.registry_tokens import Authorizer
from imagescan.adapters.system_clock import SystemClock
from imagescan.adapters.tables import AzureTable
from imagescan.adapters.webhook import WebhookNotifier
from imagescan.cost import Bill, bill
from imagescan.deployment import ResourceId
from imagescan.inventory.pages import Inventory
from imagescan.ports import (
    Blobs,
    Clock,
    ContainerGroups,
    DeployedResources,
    Notifier,
    Registries,
    Table,
    TableName,
)
from imagescan.records.admission import Admission
from imagescan.records.claims import Claims
from imagescan.records.deployments import Deployments
from imagescan.records.findings import StoredFindings
from imagescan.records.images import Images
from imagescan.records.inbox import Inbox
from imagescan.records.ledger import Ledger, LedgerEntry
from imagescan.records.rescans import RescanItems, Rescans
from imagescan.records.scans import Scans
from imagescan.records.standing import why_stopped
from imagescan.scan.profile import Profile
from imagescan.scan.reasons import Reason
from imagescan.scan.request import FLOW, Attempt, Policy
from imagescan.settings import Settings, read_settings


@dataclass(frozen=True)
class App:
    """Everything that activities and triggers work with; a test builds one from fakes."""

    settings: Settings
    clock: Clock
    groups: ContainerGroups
    resources: DeployedResources
    registries: Registries
    blobs: Blobs
    notifier: Notifier | None
    inbox: Inbox
    scans: Scans
    findings: StoredFindings
    images: Images
    deployments: Deployments
    claims: Claims
    admission: Admission
    ledger: Ledger
    rescans: Rescans
    rescan_items: RescanItems

    def why_stopped(self, attempt: Attempt) -> Reason | None:
        """See `imagescan.records.standing`: every step of a scan asks before it acts."""
        return why_stopped(self.claims, self.scans, attempt, self.clock.now())

    @property
    def access_token(self) -> AccessToken | None:
        """What is known of Qualys' access token now; None where the profile takes none."""
        if self.settings.profile is Profile.LEGACY:
            return None
        token, warning_days = self.settings.qualys.access_token, self.settings.token_warning_days
        return judge(token, self.clock.now(), warning_days)

    def why_futile(self) -> Reason | None:
        """Why no scanner can do anything now, asked before a container group is created for it."""
        token = self.access_token
        return token.refusal if token else None

    def bill_of(self, entries: Iterable[LedgerEntry]) -> Bill:
        """What these container groups cost; unknown while one of them may be there."""
        runs = [(None if one.is_open else one.usage, one.deleted_at) for one in entries]
        return bill(runs, self.settings.unit_prices)

    def is_scan_group(self, resource: ResourceId) -> bool:
        """Whether a resource is a scan's own: it lives where scans run, and the ledger knows it.

        A name or a tag exempts nothing, or anybody could hide from scanning.
        """
        settings = self.settings
        is_in_our_place = resource.is_container_group_in(
            settings.subscription_id, settings.scan_resource_group
        )
        return is_in_our_place and self.ledger.knows(resource.name)

    @property
    def inventory(self) -> Inventory:
        """What runs where, but for the scans' own container groups."""
        return Inventory(self.resources, self.is_scan_group)

    @property
    def policy(self) -> Policy:
        """The settings that an orchestration is started with."""
        return Policy(
            timeout_seconds=self.settings.scan_timeout_seconds,
            expected_seconds=self.settings.expected_scan_seconds,
            profile=self.settings.profile,
            flow=FLOW,
        )


@dataclass(frozen=True)
class Outside:
    """What the app reaches outside of itself."""

    clock: Clock
    groups: ContainerGroups
    resources: DeployedResources
    registries: Registries
    blobs: Blobs
    notifier: Notifier | None
    table: Callable[[TableName], Table]


@dataclass
class _Process:
    """What this process has put together so far."""

    app: App | None = None
    builds: threading.Lock = field(default_factory=threading.Lock)


_process = _Process()


def app() -> App:
    """The app that this process works with: as the environment describes it, built at first use.

    Raises `ConfigurationError` naming every problem; called by functions and never at import, for
    a Functions app that raises while it is indexed shows no function and no reason.
    """
    with _process.builds:  # a worker's first functions begin at once, on threads of their own
        if _process.app is None:
            settings = read_settings(os.environ)
            _send_log(settings)
            _process.app = build(settings)
        return _process.app


def _send_log(settings: Settings) -> None:
    """To Application Insights, where there is one."""
    if settings.insights_connection_string:
        # 0.2 s, which a machine without Application Insights does not pay.
        from imagescan.adapters.application_insights import send_log  # noqa: PLC0415

        send_log(settings.insights_connection_string)


def use(app: App | None) -> None:
    """Let functions work with this app from now on, or with the environment's again (None).

    For hosts that bring an outside of their own, as the simulation does.
    """
    _process.app = app


def build(settings: Settings) -> App:
    """Put the app together on Azure; nothing is contacted yet."""
    storage = (settings.storage_account_name, settings.storage_connection_string)
    webhook = settings.notify_webhook_url
    on_azure = Outside(
        clock=SystemClock(),
        groups=AzureContainerGroups(
            settings.arm_endpoint, settings.subscription_id, settings.scan_resource_group
        ),
        resources=AzureDeployedResources(settings.arm_endpoint),
        registries=_registries(settings),
        blobs=AzureBlobs("reports", *storage),
        notifier=WebhookNotifier(webhook) if webhook else None,
        table=lambda name: AzureTable(name.value, *storage),
    )
    return put_together(settings, on_azure)


def put_together(settings: Settings, outside: Outside) -> App:
    """The app on an outside; which table is for what stands here and nowhere else."""
    table = outside.table
    images = Images(table(TableName.IMAGES))
    return App(
        settings=settings,
        clock=outside.clock,
        groups=outside.groups,
        resources=outside.resources,
        registries=outside.registries,
        blobs=outside.blobs,
        notifier=outside.notifier,
        inbox=Inbox(table(TableName.INBOX)),
        scans=Scans(table(TableName.SCANS), table(TableName.SCANS_BY_TIME)),
        findings=StoredFindings(table(TableName.FINDINGS)),
        images=images,
        deployments=Deployments(table(TableName.DEPLOYMENTS), images),
        claims=Claims(table(TableName.CLAIMS)),
        admission=Admission(table(TableName.ADMISSION), settings.max_concurrent_scans),
        ledger=Ledger(table(TableName.CONTAINER_GROUPS)),
        rescans=Rescans(table(TableName.RESCANS)),
        rescan_items=RescanItems(table(TableName.RESCAN_ITEMS)),
    )


def _registries(settings: Settings) -> OciRegistries:
    listed, mirror = settings.allowed_registries, settings.registry_mirror
    http = CheckedHttp(listed | {mirror.host} if mirror else listed)
    authorizer = Authorizer(http, settings.registry_credentials)
    return OciRegistries(http, authorizer, listed=listed, mirror=mirror)
