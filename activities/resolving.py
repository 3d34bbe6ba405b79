"""From the name of an image to the digest that it stands for now."""

from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.container_group.registry_access import is_read_by_identity
from imagescan.image_reference import parse_image_reference
from imagescan.ports import Resolved, Unresolved
from imagescan.scan.outcome import Outcome
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import ScanRequest
from imagescan.scan.status import Status
from imagescan.scan.unresolved import why_not_scanned

bp = df.Blueprint()


@bp.activity_trigger(input_name="step")
def resolve_image(step: dict) -> dict:
    """See `resolve`."""
    return resolve(app(), ScanRequest.from_dict(step))


def resolve(app: App, request: ScanRequest) -> dict[str, Any]:
    """Ask the image's registry what is to be scanned; returns {digest, outcome}.

    `outcome` says why a scan would be in vain; with neither of both the reference itself is
    scanned, and the record says why. What was written down first counts: a tag may move before
    this step comes again, and a record never names a digest that was not scanned.
    """
    now = app.clock.now()
    app.scans.open(ScanRecord(request.scan_id, request.image, request.source, now))
    record = app.scans.change(request.scan_id, lambda known: known.moved_to(Status.QUEUED, now))
    if record.status.is_terminal or record.is_target_known:
        return {"digest": record.digest, "outcome": None}
    answer = app.registries.resolve(parse_image_reference(request.image))
    if isinstance(answer, Unresolved):
        by_identity = is_read_by_identity(request.image, app.settings)
        reason = why_not_scanned(answer, is_read_by_identity=by_identity)
        if reason:
            return {"digest": None, "outcome": Outcome.because(reason).to_dict()}
    return {"digest": _written_down(app, request.scan_id, answer), "outcome": None}


def _written_down(app: App, scan_id: str, answer: Resolved | Unresolved) -> str | None:
    """The digest that the record holds then, which a run of this step before may have found."""

    def changed(known: ScanRecord) -> ScanRecord:
        if isinstance(answer, Resolved):
            return known.resolved_to(answer.digest, answer.index_digest)
        return known.not_resolved(answer.message)

    return app.scans.change(scan_id, changed).digest
