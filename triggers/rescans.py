"""Accepting and starting a rescan, whoever asks for it."""

import asyncio
import uuid
from datetime import datetime

import azure.durable_functions as df

from imagescan import function_names as names
from imagescan.bootstrap import App
from imagescan.deployment import Scope
from imagescan.records.inbox import Accepted
from imagescan.rescan import Rescan, RescanRequest
from triggers.starting import start


async def accept_and_start(
    app: App,
    client: df.DurableOrchestrationClient,
    scopes: list[Scope],
    force: bool,
    dry_run: bool,
    rescan_id: str | None = None,
) -> Rescan:
    """Write the rescan down and start it; with an id of the caller's own it may be repeated."""
    rescan = Rescan(rescan_id or str(uuid.uuid4()), tuple(scopes), force, dry_run, app.clock.now())
    request = RescanRequest(
        rescan.rescan_id,
        rescan.scopes,
        app.policy,
        app.settings.max_concurrent_scans,
        force,
        dry_run,
        rescan.created_at.isoformat() if force else None,
    )
    accepted = Accepted(
        f"rescan/{rescan.rescan_id}", names.RESCAN, rescan.rescan_id, request.to_dict()
    )
    await asyncio.to_thread(_write_down, app, rescan, accepted)
    await start(app, client, accepted)
    return rescan


def _write_down(app: App, rescan: Rescan, accepted: Accepted) -> None:
    """The record first: the orchestration, which the inbox starts, reads it."""
    app.rescans.open(rescan)
    app.inbox.accept(accepted, app.clock.now())


def rescan_id_of(moment: datetime) -> str:
    """The same for one minute: the schedule of a host that dies meanwhile runs once more."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"rescan/{moment:%Y-%m-%dT%H:%M}"))
