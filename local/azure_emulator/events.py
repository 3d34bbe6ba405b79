"""Event Grid's events for writes, deletes and actions on resources, in the Event Grid schema.

By azure-docs, event-schema-subscriptions. No sample for container groups is published: operation
and provider are put in by analogy. A resource's content is in none of them, and the caller's
claims are personal data, invented here, so that a test can look for them where they must not be.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from local.azure_emulator.clock import iso

Publish = Callable[[dict[str, Any]], None]
TENANT = "00000000-0000-0000-0000-000000000000"
CLAIMS = {
    "name": "Petra Planted",
    "ipaddr": "203.0.113.77",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "petra.planted@example.com",
}


def resource_event(
    subject: str,
    kind: str,
    verb: str,
    now: datetime,
    new_id: Callable[[], str],
    method: str | None = None,
    action: str = "",
) -> dict[str, Any]:
    """The event of what was done to a resource of that kind; `verb` is Write, Delete or Action.

    `method` is given for all but creations: only their events carry an httpRequest. `action` is
    the name of an action, such as restart.
    """
    done = f"{action}/{verb.lower()}" if action else verb.lower()
    return {
        "id": new_id(),
        "topic": "/".join(subject.split("/")[:3]),
        "subject": subject,
        "eventType": f"Microsoft.Resources.Resource{verb}Success",
        "eventTime": iso(now),
        "data": _data(subject, kind, f"{kind}/{done}", new_id, method),
        "dataVersion": "2",
        "metadataVersion": "1",
    }


def _data(
    subject: str, kind: str, action: str, new_id: Callable[[], str], method: str | None
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "authorization": {
            "scope": subject,
            "action": action,
            "evidence": {"role": "Subscription Admin"},
        },
        "claims": CLAIMS,
        "correlationId": new_id(),
        "resourceProvider": kind.partition("/")[0],
        "resourceUri": subject,
        "operationName": action,
        "status": "Succeeded",
        "subscriptionId": subject.split("/")[2],
        "tenantId": TENANT,
    }
    if method:
        data["httpRequest"] = {
            "clientRequestId": new_id(),
            "clientIpAddress": CLAIMS["ipaddr"],
            "method": method,
            "url": f"https://management.azure.com{subject}",
        }
    return data
