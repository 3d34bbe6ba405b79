"""Revisions of a container app: which there are, which are active, and who gets the traffic.

By learn, container-apps/revisions: a change of the template makes a revision, any other change
makes none. In single mode (the default) the old one stays active until the new one is ready, for
good where it never is; in multiple mode all stay active until they are deactivated.
"""

import copy
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.azure_emulator.clock import iso

REVISION_TYPE = "Microsoft.App/containerApps/revisions"
SINGLE, MULTIPLE = "Single", "Multiple"
ALL_TO_THE_LATEST = ({"latestRevision": True, "weight": 100},)


@dataclass
class Revision:
    """One version of an app's template. At `settles_at` it is ready, or it has failed."""

    name: str
    template: Mapping[str, Any]
    created_at: datetime
    settles_at: datetime
    fails: bool
    is_active: bool = True

    def is_ready(self, now: datetime) -> bool:
        """It was provisioned, whether or not it is active still."""
        return now >= self.settles_at and not self.fails

    def provisioning_state(self, now: datetime) -> str:
        """As the REST reference has it."""
        if not self.is_active:
            return "Deprovisioned"
        if now < self.settles_at:
            return "Provisioning"
        return "Failed" if self.fails else "Provisioned"

    def running_state(self, now: datetime) -> str:
        """As the REST reference has it."""
        if not self.is_active:
            return "Stopped"
        if now < self.settles_at:
            return "Processing"
        return "Failed" if self.fails else "Running"

    def health_state(self, now: datetime) -> str:
        """As the REST reference has it; None is a word there."""
        if not self.is_active or now < self.settles_at:
            return "None"
        return "Unhealthy" if self.fails else "Healthy"


@dataclass
class Revisions:
    """All revisions of one app, oldest first."""

    app: str
    mode: str = SINGLE
    traffic: tuple[Mapping[str, Any], ...] = ALL_TO_THE_LATEST
    all: list[Revision] = field(default_factory=list)

    def put(
        self, properties: Mapping[str, Any], now: datetime, settles_at: datetime, *, fails: bool
    ) -> None:
        """Take an app's properties as they were put."""
        self._settle(now)
        configuration = properties.get("configuration") or {}
        ingress = configuration.get("ingress")
        self.mode = configuration.get("activeRevisionsMode") or SINGLE
        self.traffic = tuple((ingress or {}).get("traffic") or ALL_TO_THE_LATEST)
        if self.mode == MULTIPLE and not ingress:
            self.traffic = ()  # nobody can call it
        template = copy.deepcopy(properties.get("template") or {})
        if not self.all or template != self.all[-1].template:
            name = f"{self.app}--{template.get('revisionSuffix') or self._suffix()}"
            self.all.append(Revision(name, template, now, settles_at, fails))
        self._settle(now)

    def seen(self, now: datetime) -> Iterator[tuple[Revision, int]]:
        """Each revision as of now, with its share of the traffic in percent."""
        self._settle(now)
        latest_ready = self._latest_ready(now)
        for revision in self.all:
            yield (
                revision,
                sum(
                    int(share.get("weight") or 0)
                    for share in self.traffic
                    if _is_for(share, revision, is_latest_ready=revision is latest_ready)
                ),
            )

    def named(self, name: str) -> Revision | None:
        """The revision of that name, if there is one."""
        return next((one for one in self.all if one.name.lower() == name.lower()), None)

    def to_app(self, now: datetime) -> dict[str, Any]:
        """What an app's properties say of its revisions; the latest may not be ready."""
        self._settle(now)
        latest, ready = self.all[-1], self._latest_ready(now)
        states = {"Provisioning": "InProgress", "Failed": "Failed"}
        shown = {
            "provisioningState": states.get(latest.provisioning_state(now), "Succeeded"),
            "latestRevisionName": latest.name,
        }
        return shown | ({"latestReadyRevisionName": ready.name} if ready else {})

    def _latest_ready(self, now: datetime) -> Revision | None:
        return next((one for one in reversed(self.all) if one.is_ready(now)), None)

    def _settle(self, now: datetime) -> None:
        """In single mode a revision that is ready ends those before it."""
        ready = self._latest_ready(now)
        if self.mode == SINGLE and ready:
            for older in self.all[: self.all.index(ready)]:
                older.is_active = False

    def _suffix(self) -> str:
        """Seven letters and digits, as Azure makes one up; here always the same."""
        return hashlib.sha256(f"{self.app} {len(self.all)}".encode()).hexdigest()[:7]


def revision_to_arm(app_id: str, revision: Revision, weight: int, now: datetime) -> dict[str, Any]:
    """A revision as replies show it (REST reference, 2024-03-01)."""
    is_running = revision.is_active and revision.is_ready(now)
    return {
        "id": f"{app_id}/revisions/{revision.name}",
        "name": revision.name,
        "type": REVISION_TYPE,
        "properties": {
            "createdTime": iso(revision.created_at),
            "template": dict(revision.template),
            "active": revision.is_active,
            "replicas": 1 if is_running else 0,
            "trafficWeight": weight,
            "healthState": revision.health_state(now),
            "provisioningState": revision.provisioning_state(now),
            "runningState": revision.running_state(now),
        },
    }


def _is_for(share: Mapping[str, Any], revision: Revision, *, is_latest_ready: bool) -> bool:
    """Whether this share of the traffic goes to that revision."""
    if not revision.is_active:
        return False
    if share.get("latestRevision"):
        return is_latest_ready
    return str(share.get("revisionName", "")).lower() == revision.name.lower()
