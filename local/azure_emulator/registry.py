"""Every container group there is or was, and what happens to them with time."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from local.azure_emulator.books import entry
from local.azure_emulator.clock import Clock
from local.azure_emulator.events import Publish, resource_event
from local.azure_emulator.group_life import GROUP_TYPE, Group
from local.azure_emulator.messages import Request
from local.azure_emulator.operations import HEADERS, Operation
from local.azure_emulator.provisioning import Timings
from local.azure_emulator.runtime import Runtime

Part = Mapping[str, str]


class Registry:
    """Groups by id, compared without regard to case, as in ARM."""

    def __init__(
        self,
        clock: Clock,
        runtime: Runtime,
        publish: Publish,
        timings: Timings,
        new_id: Callable[[], str],
    ) -> None:
        """Start with no group."""
        self._clock, self.runtime, self._publish = clock, runtime, publish
        self.timings, self._new_id = timings, new_id
        self._live: dict[str, Group] = {}
        self._ever: list[Group] = []
        self._unconfirmed: dict[str, list[Group]] = {}
        self._operations: dict[str, Operation] = {}

    @property
    def now(self) -> datetime:
        """The emulator's time."""
        return self._clock.now()

    def advance(self) -> None:
        """Let everything happen that is due by now."""
        now = self.now
        for group in list(self._live.values()):
            group.advance(now, self.runtime)
            if group.is_gone:
                self.remove(group)

    def next_due_at(self) -> datetime | None:
        """When something happens of itself next, a container's own end aside."""
        now, busy = self.now, (group for group in self._live.values() if not group.is_settled)
        return min((at for group in busy for at in group.due() if at > now), default=None)

    def close(self) -> None:
        """End every container."""
        for group in self._live.values():
            group.kill(self.now)

    def books(self) -> list[dict[str, Any]]:
        """Every group ever, oldest first."""
        return [entry(group, self.now) for group in self._ever]

    def all(self) -> list[Group]:
        """Those there are, oldest first."""
        return list(self._live.values())

    def find(self, part: Part) -> Group | None:
        """The group that a path names, if there is one."""
        return self._live.get(resource_id(part).lower())

    def add(self, part: Part, location: str) -> Group:
        """A new group, as yet without containers."""
        path = resource_id(part)
        # Unique per creation: volumes of a group that was there before under this name are gone.
        key = hashlib.sha256(f"{path.lower()} {len(self._ever)}".encode()).hexdigest()[:16]
        group = Group(key, path, self.timings, self.now, {"location": location})
        self._live[path.lower()] = group
        self._ever.append(group)
        return group

    def remove(self, group: Group) -> None:
        """Take away a group that is gone."""
        path = group.resource_id.lower()
        del self._live[path]
        self._unconfirmed.setdefault(path, []).append(group)
        self.announce(group, "Delete", "DELETE")

    def confirm_gone(self, path: str) -> None:
        """Somebody was told that it is not there: written down in the books, the first time."""
        for group in self._unconfirmed.pop(path.lower(), []):
            group.confirmed_at = self.now

    def announce(self, group: Group, verb: str, method: str | None, action: str = "") -> None:
        """Publish what was done to it; see `resource_event`."""
        self._publish(resource_event(
            group.resource_id, GROUP_TYPE, verb, self.now, self._new_id, method, action
        ))  # fmt: skip

    def begin(
        self, request: Request, part: Part, group: Group, *,
        is_delete: bool = False, ends_as: str | None = None,
    ) -> dict[str, str]:  # fmt: skip
        """Begin an asynchronous operation; the headers that tell where to ask for it."""
        operation = Operation(self._new_id(), group, is_delete, self.now, ends_as)
        self._operations[operation.operation_id] = operation
        address = operation.address(request.base_url, part["subscription"])
        return {"Azure-AsyncOperation": address, **HEADERS}

    def operation(self, operation_id: str) -> Operation | None:
        """An operation that was begun."""
        return self._operations.get(operation_id)


def resource_id(part: Part) -> str:
    """The id of the container group that a path names."""
    group = f"/subscriptions/{part['subscription']}/resourceGroups/{part['group']}"
    return f"{group}/providers/{GROUP_TYPE}/{part['name']}"
