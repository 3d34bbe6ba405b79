"""What a scan is asked to do: the input of its orchestration, and of each of its steps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from imagescan.admission import Priority
from imagescan.scan.profile import Profile


@dataclass(frozen=True)
class Source:
    """Who asked: `kind` is deployment, request or rescan."""

    kind: str
    resource_id: str | None = None
    event_id: str | None = None
    rescan_id: str | None = None

    def to_wire(self) -> dict[str, Any]:
        """As the HTTP API shows it."""
        return {
            "kind": self.kind,
            "resourceId": self.resource_id,
            "eventId": self.event_id,
            "rescanId": self.rescan_id,
        }


@dataclass(frozen=True)
class Policy:
    """The settings that an orchestration goes by, frozen when it starts.

    `timeout_seconds` bounds one container group from its creation to the end of its scanner;
    `expected_seconds` is how long a scan is expected to take: the first look comes then.
    """

    timeout_seconds: int
    expected_seconds: int
    max_attempts: int = 3
    profile: Profile = Profile.QSCANNER

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(**{**data, "profile": _profile(data)})


@dataclass(frozen=True)
class ScanRequest:
    """One image to scan; `image` is in normal form, `scan_id` the orchestration's instance id."""

    scan_id: str
    image: str
    source: Source
    policy: Policy
    force: bool = False

    @property
    def priority(self) -> Priority:
        """Deployments, and whoever waits at a desk, go before rescans."""
        return Priority.RESCAN if self.source.kind == "rescan" else Priority.DEPLOYMENT

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(
            scan_id=data["scan_id"],
            image=data["image"],
            source=Source(**data["source"]),
            policy=Policy.from_dict(data["policy"]),
            force=data["force"],
        )


@dataclass(frozen=True)
class Attempt:
    """One container group of a scan: what every step on it needs to know.

    `scan_id` and `number` together are the fencing token: a step acts only while the claim on
    `image` is still held by them.
    """

    scan_id: str
    image: str
    number: int
    group: str
    profile: Profile = Profile.QSCANNER

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; further keys are left alone."""
        return cls(data["scan_id"], data["image"], data["number"], data["group"], _profile(data))


def _profile(data: Mapping[str, Any]) -> Profile:
    """Scans that were accepted before there were profiles name none."""
    return Profile(data.get("profile", Profile.QSCANNER))
