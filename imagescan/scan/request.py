"""What a scan is asked to do: the input of its orchestration, and of each of its steps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from imagescan.admission import Priority
from imagescan.image_reference import parse_image_reference
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


# The first flow of a scan knew no digests, and gave its claim up before its end was written down.
FIRST_FLOW, FLOW = 1, 2


@dataclass(frozen=True)
class Policy:
    """The settings that an orchestration goes by, frozen when it starts.

    `timeout_seconds` bounds one container group from its creation to the end of its scanner;
    `expected_seconds` is how long a scan is expected to take: the first look comes then.
    `flow` is the version of the flow by which it was started: its history replays as it was.
    """

    timeout_seconds: int
    expected_seconds: int
    max_attempts: int = 3
    profile: Profile = Profile.QSCANNER
    flow: int = FIRST_FLOW

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(**{**data, "profile": _profile(data)})


@dataclass(frozen=True)
class ScanRequest:
    """One image to scan; `image` is in normal form, `scan_id` the orchestration's instance id.

    `force` passes over results that are fresh, but for those that finished since `fresh_since`
    (ISO-8601 UTC). `digest` is what the image stood for on linux/amd64 when it was resolved.
    """

    scan_id: str
    image: str
    source: Source
    policy: Policy
    force: bool = False
    fresh_since: str | None = None
    digest: str | None = None

    @property
    def target(self) -> str:
        """What the scanner is given: the digest that was resolved, else the reference."""
        if self.digest is None:
            return self.image
        return f"{parse_image_reference(self.image).name}@{self.digest}"

    @property
    def claim_key(self) -> str:
        """See `claim_key`."""
        return claim_key(self.image, self.digest)

    def attempt(self, number: int, group: str) -> "Attempt":
        """The attempt of that number, in a container group of that name."""
        profile = self.policy.profile
        return Attempt(self.scan_id, self.target, number, group, profile, self.claim_key)

    def resolved_to(self, digest: str | None) -> Self:
        """The same request, with what its image stands for; None where that is not known."""
        return replace(self, digest=digest)

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
            fresh_since=data["fresh_since"],
            digest=data["digest"],
        )


def claim_key(image: str, digest: str | None) -> str:
    """What is scanned once at a time: a digest, whatever it is called, else the reference."""
    return digest or image.partition("@")[2] or image


@dataclass(frozen=True)
class Attempt:
    """One container group of a scan: what every step on it needs to know.

    `image` is what the scanner is given. `scan_id` and `number` together are the fencing token: a
    step acts only while the claim on `claim_key` is still held by them.
    """

    scan_id: str
    image: str
    number: int
    group: str
    profile: Profile = Profile.QSCANNER
    claimed: str | None = None

    @property
    def claim_key(self) -> str:
        """What the claim is on: what was claimed for it, else its image."""
        return self.claimed or self.image

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; further keys are left alone."""
        return cls(
            data["scan_id"],
            data["image"],
            data["number"],
            data["group"],
            _profile(data),
            data.get("claimed"),
        )


def _profile(data: Mapping[str, Any]) -> Profile:
    """Scans that were accepted before there were profiles name none."""
    return Profile(data.get("profile", Profile.QSCANNER))
