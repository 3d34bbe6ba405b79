"""Waiting for a place among the scans of the region."""

from typing import Any

import azure.durable_functions as df

from imagescan.admission import Priority
from imagescan.bootstrap import App, app
from imagescan.records.ledger import GroupEntry
from imagescan.scan.outcome import Outcome
from imagescan.scan.request import Attempt

bp = df.Blueprint()

MOST_HOLDERS_LOOKED_AT = 5


@bp.activity_trigger(input_name="step")
def admit_scan(step: dict) -> dict:
    """See `admit`."""
    return admit(app(), Attempt.from_dict(step["attempt"]), Priority(step["priority"]))


def admit(app: App, attempt: Attempt, priority: Priority) -> dict[str, Any]:
    """A slot for the attempt's group, or not yet; returns {outcome, waitSeconds}.

    Both are None where the slot is there. `outcome` says that the scan may not go on, or that its
    scanner could do nothing. Whoever waits keeps its claim alive by asking.
    """
    if stopped := app.why_stopped(attempt) or app.why_futile():
        app.admission.free(attempt.group)
        return {"outcome": Outcome.because(stopped).to_dict(), "waitSeconds": None}
    wait = app.admission.admit(attempt.group, priority, app.clock.now())
    if wait is not None and _free_the_forgotten(app):
        wait = app.admission.admit(attempt.group, priority, app.clock.now())
    return {"outcome": None, "waitSeconds": wait and wait.seconds}


def _free_the_forgotten(app: App) -> bool:
    """Give back slots of scans that died before their group could exist, or after it was gone."""
    doubtful = app.admission.doubtful_holders(app.clock.now())[:MOST_HOLDERS_LOOKED_AT]
    forgotten = [
        group for group in doubtful if app.ledger.state_of(group) in (None, GroupEntry.GONE)
    ]
    if forgotten:
        app.admission.free(*forgotten)
    return bool(forgotten)
