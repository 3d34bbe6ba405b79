"""Which scans nobody carries on, and the sweep that reaps them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import azure.durable_functions as df
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from imagescan import function_names as names
from imagescan.bootstrap import App
from imagescan.reaping.turn import (
    LOOKS_PER_LIST,
    OpenList,
    Suspect,
    Turn,
    hand_over,
    next_turn,
)
from imagescan.records.inbox import Starter, key_of_event, key_of_scan
from imagescan.scan.record import ScanRecord
from imagescan.telemetry import scan_log
from triggers.instances import Life, life_of, read_life

REAPER = "reaper"
# A sweep takes minutes, an hour at the very most where every step fails as often as it may.
STUCK_AFTER = timedelta(hours=2)
# What was accepted is started within seconds, or by the next run of `restart_accepted`.
STARTED_WITHIN = timedelta(minutes=10)


async def start_sweep(app: App, client: df.DurableOrchestrationClient) -> None:
    """Start a sweep unless one is running; raises where Durable does not answer clearly."""
    last, now = await client.get_status(REAPER), app.clock.now()
    if read_life(last, REAPER) is Life.RUNNING:
        await _end_if_stuck(client, last, now)
        return
    turn = next_turn(last.output, last.last_updated_time, now)
    suspects = await asyncio.to_thread(read_suspects, app, turn)
    abandoned = await find_abandoned(app, client, suspects)
    handed, following = hand_over(turn, suspects, abandoned)
    data = {"abandoned": handed, "turn": following.to_dict(), "before": turn.to_dict()}
    try:
        await client.start_new(names.REAP_CONTAINER_GROUPS, REAPER, data)
    except Exception:  # refused with 409 where another run of the timer was faster
        if (await client.get_status(REAPER)).created_time == last.created_time:
            raise


async def _end_if_stuck(
    client: df.DurableOrchestrationClient, sweep: DurableOrchestrationStatus, now: datetime
) -> None:
    """End a sweep that hangs: there would never be another one. Its children go on."""
    if now - sweep.created_time > STUCK_AFTER:
        scan_log().error("The reaper has hung since %s and is started anew", sweep.created_time)
        await client.terminate(REAPER, "It hung.")


def read_suspects(app: App, turn: Turn) -> list[Suspect]:
    """Scans with something open, those with container groups first."""
    lists = {OpenList.GROUPS: app.ledger.open_scans, OpenList.SCANS: app.scans.open_scans}
    return [
        Suspect(name, cursor, scan_id)
        for name, read in lists.items()
        for cursor, scan_id in read(turn.after.get(name), LOOKS_PER_LIST)
    ]


async def find_abandoned(
    app: App, client: df.DurableOrchestrationClient, suspects: Sequence[Suspect]
) -> set[str]:
    """Those that nobody carries on; raises where Durable does not answer clearly for all."""
    scan_ids = list({suspect.scan_id: None for suspect in suspects})
    answers = await asyncio.gather(*(is_abandoned(app, client, one) for one in scan_ids))
    return {scan_id for scan_id, answer in zip(scan_ids, answers, strict=True) if answer}


async def is_abandoned(app: App, client: df.DurableOrchestrationClient, scan_id: str) -> bool:
    """Whether the scan's orchestration is over, or is not there and nobody will start it."""
    match await life_of(client, scan_id):
        case Life.RUNNING:
            return False
        case Life.OVER:
            return True
        case Life.UNKNOWN:
            return not await _may_be_started(app, client, scan_id)


async def _may_be_started(app: App, client: df.DurableOrchestrationClient, scan_id: str) -> bool:
    """Whether it was accepted lately, waits in the inbox, or its deployment is still at work."""
    record = await asyncio.to_thread(app.scans.get, scan_id)
    if record is None:
        return False
    if app.clock.now() < record.created_at + STARTED_WITHIN:
        return True
    starter = await asyncio.to_thread(_starter, app, record)
    if starter is None or not starter.is_started:
        return starter is not None
    return await life_of(client, starter.instance_id) is Life.RUNNING


def _starter(app: App, record: ScanRecord) -> Starter | None:
    source = record.source
    key = key_of_event(source.event_id) if source.event_id else key_of_scan(record.scan_id)
    return app.inbox.starter(key)
