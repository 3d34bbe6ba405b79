"""What the core needs from outside, as narrow as it is used.

Each port has an adapter on the real Azure SDK and a fake in tests/fakes; one contract suite
(tests/contract) holds both to the promises written here. Every method raises `TransientError` for
failures that a later attempt may not meet; everything else that can be expected is a value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from imagescan.deployment import ResourceKind, Scope
from imagescan.image_reference import ImageReference

Value = str | int | float | bool | datetime
"""What a table column holds; times are aware UTC. A column that is None is not stored."""


class TableName(StrEnum):
    """The tables of the app."""

    INBOX = "Inbox"
    SCANS = "Scans"
    SCANS_BY_TIME = "ScansByTime"
    FINDINGS = "Findings"
    IMAGES = "Images"
    DEPLOYMENTS = "Deployments"
    CLAIMS = "Claims"
    ADMISSION = "Admission"
    RESCANS = "Rescans"
    RESCAN_ITEMS = "RescanItems"
    CONTAINER_GROUPS = "ContainerGroups"


@dataclass(frozen=True)
class Row:
    """A stored row as it was read; `etag` stands for exactly this version."""

    partition: str
    key: str
    values: Mapping[str, Value]
    etag: str


class Table(Protocol):
    """One table. Keys hold no / \\ # ? % or control characters and at most 512 characters."""

    def insert(self, partition: str, key: str, values: Mapping[str, Value]) -> bool:
        """Add a row; False, and nothing changed, when the key exists."""

    def get(self, partition: str, key: str) -> Row | None:
        """The row, or None."""

    def replace(self, row: Row, values: Mapping[str, Value]) -> bool:
        """Put `values` in the place of all columns; False when the row is no longer as read."""

    def put(self, partition: str, key: str, values: Mapping[str, Value]) -> None:
        """Insert or replace, whatever is there."""

    def put_many(self, partition: str, rows: Sequence[tuple[str, Mapping[str, Value]]]) -> None:
        """`put` for many rows of one partition, atomic per 100; safe to repeat."""

    def delete(self, row: Row) -> bool:
        """Remove the row; False when it is no longer as read, True when it is gone already."""

    def query(
        self,
        partition: str,
        *,
        where: Mapping[str, Value] | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> list[Row]:
        """At most `limit` rows of a partition by ascending key.

        Rows come whose columns equal all of `where` and whose key is greater than `after`; fewer
        than `limit` rows mean that there are no more.
        """


class Blobs(Protocol):
    """Documents by name, in one private container."""

    def put(self, name: str, content: bytes) -> None:
        """Store or replace."""

    def get(self, name: str) -> bytes | None:
        """The content, or None."""


@dataclass(frozen=True)
class Refusal:
    """Azure said no. Decisions go by `code`: HTTP statuses are overloaded (409 most of all)."""

    code: str
    message: str
    status: int
    retry_after_seconds: int | None = None


@dataclass(frozen=True)
class ContainerState:
    """A container's currentState as ACI tells it; `state` is Waiting, Running or Terminated."""

    state: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class GroupShape:
    """What no later PUT may change of a group; CPU and memory (GB) are those of all containers."""

    location: str
    cpu: float
    memory_gb: float
    subnet_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupState:
    """A container group as a GET tells it; containers without an instanceView are absent.

    Lists tell of no instanceView at all, so of neither `state` nor `containers`. `pulling_at` is
    when its first event told of a pull.
    """

    name: str
    provisioning_state: str
    state: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    containers: Mapping[str, ContainerState] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    shape: GroupShape | None = None
    pulling_at: datetime | None = None


class ContainerGroups(Protocol):
    """The container groups of QSCANNER_RESOURCE_GROUP. No method waits for Azure to finish."""

    def create(self, name: str, body: Mapping[str, Any]) -> Refusal | None:
        """Ask for the group; `body` is the ARM request body. None: Azure took the request."""

    def get(self, name: str) -> GroupState | None:
        """The group, or None for a 404."""

    def list(self) -> Sequence[GroupState] | Refusal:
        """Every group that there is, of all pages; never a part of them."""

    def log(self, name: str, container: str) -> str | None:
        """What ACI still has of a container's log; None while it has none to give."""

    def delete(self, name: str) -> Refusal | None:
        """Ask for deletion; a group that is not there is deleted. None: Azure took it."""


@dataclass(frozen=True)
class Deployed:
    """The images that a deployed resource runs, init containers included, as written there."""

    images: tuple[str, ...]


@dataclass(frozen=True)
class NotThere:
    """The resource does not exist (any more)."""


LONGEST_CONTINUATION = 4000


@dataclass(frozen=True)
class ListedResource:
    """A resource as a list tells of it; `images` is None where only `read` can tell."""

    resource_id: str
    images: tuple[str, ...] | None


@dataclass(frozen=True)
class ResourcePage:
    """Resources, and where their list goes on: for the same scope and kind, None at its end.

    `continuation` is text of at most LONGEST_CONTINUATION characters that holds no secret.
    """

    resources: tuple[ListedResource, ...]
    continuation: str | None = None


class DeployedResources(Protocol):
    """Container groups, container apps and jobs wherever they were deployed."""

    def read(self, resource_id: str) -> Deployed | NotThere | Refusal:
        """The images that run now, init containers included; Refusal when it may not be read.

        Of a container app those of its active revisions, and of its latest one even where Azure
        does not show it as a revision yet.
        """

    def list_page(
        self, scope: Scope, kind: ResourceKind, continuation: str | None
    ) -> ResourcePage | NotThere | Refusal:
        """One page, as Azure cuts them; NotThere for a resource group that does not exist."""


@dataclass(frozen=True)
class Resolved:
    """What a reference stands for now, checked by hashing what the registry gave.

    `digest` is the manifest that runs on linux/amd64; `index_digest` the index that it was picked
    from, None where the image has none.
    """

    digest: str
    index_digest: str | None = None


class ResolveProblem(StrEnum):
    """Why a reference could not be resolved, by what a person can do about it."""

    NOT_FOUND = "not_found"  # the registry has no such image
    DENIED = "denied"  # it refused us, or asks for a credential that is not configured
    UNAVAILABLE = "unavailable"  # no answer, or none that can be believed; later it may differ
    FORBIDDEN_ADDRESS = "forbidden_address"  # its name leads where names from outside may not
    NO_PLATFORM = "no_platform"  # nothing in it runs on linux/amd64


@dataclass(frozen=True)
class Unresolved:
    """The reference stays as it is; `message` is a sentence without any secret."""

    problem: ResolveProblem
    message: str
    retry_after_seconds: int | None = None


class Registries(Protocol):
    """The registries that deployed images come from."""

    def resolve(self, image: ImageReference) -> Resolved | Unresolved:
        """Ask the image's registry; takes at most 20 seconds whatever that does.

        Unlike other ports it never raises `TransientError`: registries are not ours, and one that
        does not answer must delay its own image only.
        """


class Notifier(Protocol):
    """Where the end of a scan is told."""

    def send(self, message: Mapping[str, Any]) -> None:
        """Deliver at least once; the receiver tells repeats by `scanId`."""


class Clock(Protocol):
    """The time, for everything that is not an orchestrator."""

    def now(self) -> datetime:
        """Aware UTC."""
