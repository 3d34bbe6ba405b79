"""The app's settings: read from the environment once, validated together, secrets never shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from imagescan.cost import UnitPrices, second_usd
from imagescan.errors import ConfigurationError, InvalidInput
from imagescan.image_reference import parse_image_reference
from imagescan.registry.credentials import Credentials, read_credentials
from imagescan.registry.hosts import RegistryHost, parse_host
from imagescan.registry.urls import Url, parse_url
from imagescan.scan.profile import Profile

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
RESOURCE_GROUP = re.compile(r"[\w().-]{0,89}[\w()-]")
POD = re.compile(r"[A-Z]{2,3}\d{1,2}|https://[A-Za-z0-9.-]+(:\d+)?/?")
# Qualys' own rule for its access tokens.
ACCESS_TOKEN = re.compile(r"[a-zA-Z0-9_.-]{20,}")
# Shorter ones could not be told from ordinary text when they are taken out of what is stored.
LOGIN = re.compile(r"[^\x00-\x1f\x7f]{4,200}")
REGION = re.compile(r"[a-z0-9]{2,40}")
INSIGHTS = re.compile(rf"InstrumentationKey={GUID.pattern}(;|$)")
ENDPOINT = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?")
SUBNET = re.compile(
    r"/subscriptions/[0-9a-f-]{36}/resourcegroups/[^/]{1,90}"
    r"/providers/microsoft\.network/virtualnetworks/[\w.-]{2,64}/subnets/[\w.-]{1,80}",
    re.IGNORECASE,
)
IDENTITY = re.compile(
    r"/subscriptions/[0-9a-f-]{36}/resourcegroups/[^/]{1,90}"
    r"/providers/microsoft\.managedidentity/userassignedidentities/[\w-]{3,128}",
    re.IGNORECASE,
)
# A shorter password would, when it is redacted, tear ordinary words out of reports.
SHORTEST_REDACTED = 8
# List prices of Linux container groups in East US as known in November 2026, from memory and not
# confirmed: $0.0405 for a vCPU and $0.00445 for a GB of memory, by the hour.
VCPU_SECOND_USD, GB_SECOND_USD = 0.00001125, 0.00000124


@dataclass(frozen=True)
class QualysCredentials:
    """Qualys' credentials: those that the profile needs are there, others may be empty."""

    access_token: str = field(repr=False)
    pod: str
    username: str = field(repr=False)
    password: str = field(repr=False)

    def missing(self, profile: Profile) -> list[str]:
        """One problem for each that the profile needs; a half that is there says which is meant."""
        if profile is Profile.LEGACY:
            needed = {"QUALYS_USERNAME": self.username, "QUALYS_PASSWORD": self.password}
            why = " for the profile legacy (the profile qscanner takes QUALYS_ACCESS_TOKEN)"
        else:
            needed = {"QUALYS_ACCESS_TOKEN": self.access_token, "QUALYS_POD": self.pod}
            why = ""
        return [f"{name} is missing{why}." for name, value in needed.items() if not value]


@dataclass(frozen=True)
class Settings:
    """Valid settings. Durations in seconds, memory in GB (10^9 bytes, as ACI counts it)."""

    subscription_id: str
    scan_resource_group: str
    region: str
    profile: Profile
    qualys: QualysCredentials
    scanner_image: str
    courier_image: str
    scan_timeout_seconds: int
    expected_scan_seconds: int
    scan_cache_hours: float
    max_concurrent_scans: int
    cpu: float
    memory_gb: float
    arm_endpoint: str
    storage_account_name: str | None
    storage_connection_string: str | None = field(repr=False)
    notify_webhook_url: str | None = field(repr=False)
    insights_connection_string: str | None = field(repr=False)
    watched_subscriptions: tuple[str, ...]
    scan_identity_id: str | None
    subnet_id: str | None
    registry_credentials: Credentials = field(repr=False)
    allowed_registries: frozenset[RegistryHost]
    registry_mirror: Url | None
    token_warning_days: float
    unit_prices: UnitPrices

    @property
    def group_second_usd(self) -> float:
        """What a second of one scan's container group costs, in US dollars."""
        return second_usd(self.cpu, self.memory_gb, self.unit_prices)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never appear in a record, log or reply."""
        passwords = [known.password for known in self.registry_credentials.values()]
        candidates = (
            self.qualys.access_token,
            self.qualys.username,
            self.qualys.password,
            self.storage_connection_string,
            *(password for password in passwords if len(password) >= SHORTEST_REDACTED),
        )
        return tuple(value for value in candidates if value)


class _Reader:
    """Reads one environment and gathers what is wrong with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self.environment.get(name, "").strip() or default
        if value is None:
            self.problems.append(f"{name} is missing.")
            return ""
        return value

    def optional(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or None

    def matching(
        self, name: str, pattern: re.Pattern[str], expected: str, default: str | None = None
    ) -> str:
        value = self.text(name, default)
        if value and not pattern.fullmatch(value):
            self.problems.append(f"{name} must be {expected}.")
        return value

    def image(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            parse_image_reference(value)
        except InvalidInput:
            self.problems.append(f"{name} must be an image reference.")
        return value

    def resource(self, name: str, pattern: re.Pattern[str], kind: str) -> str | None:
        value = self.optional(name)
        if value and not pattern.fullmatch(value):
            self.problems.append(f"{name} must be the resource id of a {kind}.")
        return value

    def credentials(self, name: str) -> Credentials:
        try:
            return read_credentials(self.text(name, "{}"))
        except ValueError as problem:
            self.problems.append(f"{name} {problem}.")
            return {}

    def profile(self) -> Profile:
        """As named, else by the credentials that are there."""
        has_login = self.optional("QUALYS_USERNAME") or self.optional("QUALYS_PASSWORD")
        has_token = self.optional("QUALYS_ACCESS_TOKEN")
        usual = Profile.LEGACY if has_login and not has_token else Profile.QSCANNER
        named = self.text("QSCANNER_PROFILE", usual)
        if named not in set(Profile):
            self.problems.append("QSCANNER_PROFILE must be qscanner or legacy.")
            return usual
        return Profile(named)

    def subscriptions(self, name: str, default: str) -> tuple[str, ...]:
        """Each id once, in lower case; where none is given, what another setting holds."""
        given = self.optional(name)
        listed = given or self.environment.get(default, "")
        found = dict.fromkeys(one.strip().lower() for one in listed.split(",") if one.strip())
        if given and not (found and all(GUID.fullmatch(one) for one in found)):
            self.problems.append(f"{name} must be subscription ids (GUIDs), commas between them.")
        return tuple(found)

    def registries(self, name: str) -> frozenset[RegistryHost]:
        texts = [text.strip() for text in (self.optional(name) or "").split(",")]
        hosts = [parse_host(text) for text in texts if text]
        if None in hosts:
            self.problems.append(f"{name} must be a comma list of host[:port].")
        return frozenset(host for host in hosts if host)

    def address(self, name: str) -> Url | None:
        value = self.optional(name)
        url = parse_url(value) if value else None
        if value and (url is None or url.target != "/"):
            self.problems.append(f"{name} must be an http(s) address without a path.")
        return url

    def insights(self, name: str) -> str | None:
        value = self.optional(name)
        if value and not INSIGHTS.match(value):
            self.problems.append(f"{name} must be Application Insights' connection string.")
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        text = self.text(name, str(default))
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self.problems.append(f"{name} must be a number from {low:g} to {high:g}.")
            return default
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.number(name, default, low, high)
        if value != int(value):
            self.problems.append(f"{name} must be a whole number.")
        return int(value)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read every setting; raises `ConfigurationError` naming all that is missing or malformed."""
    reader = _Reader(environment)
    profile = reader.profile()
    usual_cpu, usual_memory_gb = (1, 2) if profile is Profile.LEGACY else (2, 4)
    settings = Settings(
        subscription_id=reader.matching("AZURE_SUBSCRIPTION_ID", GUID, "a GUID"),
        scan_resource_group=reader.matching(
            "QSCANNER_RESOURCE_GROUP", RESOURCE_GROUP, "a resource group's name"
        ),
        region=reader.matching("AZURE_REGION", REGION, "a region such as westeurope"),
        profile=profile,
        qualys=_read_qualys(reader),
        scanner_image=reader.image("QSCANNER_IMAGE", "qualys/qscanner:latest"),
        courier_image=reader.image("COURIER_IMAGE", "mcr.microsoft.com/azurelinux/busybox:1.36"),
        scan_timeout_seconds=reader.whole("SCAN_TIMEOUT", 1800, 10, 86400),
        expected_scan_seconds=reader.whole("EXPECTED_SCAN_SECONDS", 60, 2, 3600),
        scan_cache_hours=reader.number("SCAN_CACHE_HOURS", 24, 0, 8760),
        max_concurrent_scans=reader.whole("MAX_CONCURRENT_SCANS", 20, 1, 100),
        cpu=reader.number("QSCANNER_CPU", usual_cpu, 1, 4),
        memory_gb=reader.number("QSCANNER_MEMORY_GB", usual_memory_gb, 1, 16),
        arm_endpoint=reader.matching(
            "ARM_ENDPOINT", ENDPOINT, "an http(s) address", "https://management.azure.com"
        ),
        storage_account_name=reader.optional("STORAGE_ACCOUNT_NAME"),
        storage_connection_string=reader.optional("STORAGE_CONNECTION_STRING"),
        notify_webhook_url=reader.optional("NOTIFY_WEBHOOK_URL"),
        insights_connection_string=reader.insights("APPLICATIONINSIGHTS_CONNECTION_STRING"),
        watched_subscriptions=reader.subscriptions(
            "WATCHED_SUBSCRIPTIONS", default="AZURE_SUBSCRIPTION_ID"
        ),
        scan_identity_id=reader.resource("SCAN_IDENTITY_ID", IDENTITY, "user-assigned identity"),
        subnet_id=reader.resource("SUBNET_ID", SUBNET, "subnet"),
        registry_credentials=reader.credentials("REGISTRY_CREDENTIALS"),
        allowed_registries=reader.registries("ALLOWED_REGISTRIES"),
        registry_mirror=reader.address("REGISTRY_MIRROR"),
        token_warning_days=reader.number("ACCESS_TOKEN_WARNING_DAYS", 14, 0, 365),
        unit_prices=_read_prices(reader),
    )
    _check_together(settings, reader.problems)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return settings


def _read_qualys(reader: _Reader) -> QualysCredentials:
    """Any of them; which of them have to be there depends on the profile."""
    return QualysCredentials(
        access_token=reader.matching(
            "QUALYS_ACCESS_TOKEN", ACCESS_TOKEN, "an access token as Qualys issues them", default=""
        ),
        pod=reader.matching("QUALYS_POD", POD, "a pod such as US1, or a gateway URL", default=""),
        username=reader.matching(
            "QUALYS_USERNAME", LOGIN, "a user name of 4 to 200 characters", default=""
        ),
        password=reader.matching(
            "QUALYS_PASSWORD", LOGIN, "a password of 4 to 200 characters", default=""
        ),
    )


def _read_prices(reader: _Reader) -> UnitPrices:
    return UnitPrices(
        vcpu_second_usd=reader.number("VCPU_SECOND_USD", VCPU_SECOND_USD, 0, 1),
        gb_second_usd=reader.number("GB_SECOND_USD", GB_SECOND_USD, 0, 1),
    )


def _check_together(settings: Settings, problems: list[str]) -> None:
    """Rules that concern more than one setting, or that a pattern cannot tell."""
    problems += settings.qualys.missing(settings.profile)
    if not (settings.storage_account_name or settings.storage_connection_string):
        problems.append("STORAGE_ACCOUNT_NAME (or STORAGE_CONNECTION_STRING) is missing.")
    webhook = settings.notify_webhook_url
    if webhook and not webhook.startswith(("https://", "http://127.0.0.1:")):
        problems.append("NOTIFY_WEBHOOK_URL must be an https address.")
