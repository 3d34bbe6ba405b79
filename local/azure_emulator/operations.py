"""Asynchronous operations: what the SDK's pollers ask after a PUT or DELETE.

A reply carries the address in Azure-AsyncOperation; the operation ends when the resource does what
was asked. The SDK takes a Retry-After of 0 for its default of 30 s, so it is 1.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.azure_emulator.clock import iso
from local.azure_emulator.group_life import Group

HEADERS = {"Retry-After": "1"}


@dataclass(frozen=True)
class Operation:
    """A PUT or DELETE under way; `ends_as` where it says at once that it has ended so."""

    operation_id: str
    group: Group
    is_delete: bool
    started_at: datetime
    ends_as: str | None = None

    def address(self, base_url: str, subscription: str) -> str:
        """Where its status is asked for."""
        location = str(self.group.body.get("location") or "global").replace(" ", "").lower()
        provider = "providers/Microsoft.ContainerInstance"
        place = f"{base_url}/subscriptions/{subscription}/{provider}/locations/{location}"
        return f"{place}/operations/{self.operation_id}?api-version=2023-05-01"

    def to_arm(self, path: str, now: datetime) -> dict[str, Any]:
        """The status as ARM writes it."""
        times = {"startTime": iso(self.started_at)}
        return {"id": path, "name": self.operation_id, "status": self._status(now), **times}

    def _status(self, now: datetime) -> str:
        if self.ends_as is not None:
            return self.ends_as
        if self.is_delete:
            return "Succeeded" if self.group.is_gone else "InProgress"
        if self.group.deleting_since is not None:
            return "Canceled"  # azure-sdk-for-java #13378: deleted while it was created
        state = self.group.provisioning_state(now)
        return state if state in ("Succeeded", "Failed") else "InProgress"
