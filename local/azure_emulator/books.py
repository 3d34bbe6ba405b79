"""The emulator's own books: every container group there ever was, whatever clients were told."""

from datetime import datetime
from typing import Any

from local.azure_emulator.clock import iso
from local.azure_emulator.group_life import Group


def entry(group: Group, now: datetime) -> dict[str, Any]:
    """One group's entry.

    `deletedAt` is when it was really gone, `confirmedAt` when a GET first answered 404 after that
    (null: nobody looked), `runningSeconds` from the first container's start to the last one's end.
    """
    return {
        "name": group.name,
        "resourceGroup": group.resource_group,
        "id": group.resource_id,
        "tags": group.body.get("tags") or {},
        "states": [{"state": state, "at": iso(at)} for state, at in group.states],
        "runningSeconds": round(group.running_seconds(now), 3),
        "createdAt": iso(group.created_at),
        "deletedAt": iso(group.deleted_at),
        "confirmedAt": iso(group.confirmed_at),
        "containers": [container.to_book() for container in group.containers],
    }
