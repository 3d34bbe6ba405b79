"""HTTP: what a scan found, as JSON in pages, or whole for other tools."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from imagescan.bootstrap import app
from imagescan.errors import InvalidInput
from imagescan.export.sarif import to_sarif
from imagescan.export.spreadsheet import to_csv
from imagescan.report.findings import FindingType, Severity
from imagescan.scan.record import ScanRecord
from imagescan.scan.status import Status
from triggers.http_queries import read_choice, read_cursor, read_limit, write_cursor
from triggers.http_replies import error, reply
from triggers.http_scans import find

bp = df.Blueprint()

CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.IGNORECASE | re.ASCII)


class Format(StrEnum):
    """How findings are told."""

    JSON = "json"
    CSV = "csv"
    SARIF = "sarif"


@dataclass(frozen=True)
class Wanted:
    """Which findings, and how."""

    where: dict[str, str]
    cve: str | None
    format: Format
    after: str | None
    limit: int


@bp.route(route="scans/{scanId}/findings", methods=["GET"])
def get_findings(req: func.HttpRequest) -> func.HttpResponse:
    """200 with findings, the most severe first; 400, 404, 409 while there are none to be told."""
    record = find(req.route_params["scanId"])
    if record is None:
        return error(404, "scan_not_found", "There is no scan of this id.")
    if not record.status.is_terminal:
        return error(409, "scan_under_way", "This scan has no findings yet.")
    try:
        wanted = read_wanted(req)
    except InvalidInput as invalid:
        return error(400, invalid.code, invalid.message)
    if wanted.format is Format.JSON:
        return reply(_page(record, wanted))
    if not _is_whole(record):
        message = "This scan did not complete: a document without findings would look clean."
        return error(409, "scan_not_completed", message)
    return _document(record, wanted)


def read_wanted(req: func.HttpRequest) -> Wanted:
    """The query; raises `InvalidInput`."""
    cve = req.params.get("cve") or None
    if cve and not CVE.fullmatch(cve):
        raise InvalidInput("invalid_cve", "cve must be an id such as CVE-2024-1234.")
    where = {
        "severity": read_choice(req, "severity", Severity),
        "type": read_choice(req, "type", FindingType),
        "package": req.params.get("package"),
    }
    return Wanted(
        where={name: str(value) for name, value in where.items() if value},
        cve=cve,
        format=read_choice(req, "format", Format) or Format.JSON,
        after=read_cursor(req),
        limit=read_limit(req, default=100, most=1000),
    )


def _page(record: ScanRecord, wanted: Wanted) -> dict[str, Any]:
    """Of half a scan nothing is shown, though findings of it may have been stored.

    `isWhole` tells such a page from that of an image in which nothing was found.
    """
    if not _is_whole(record):
        return {"scanId": record.scan_id, "isWhole": False, "findings": [], "cursor": None}
    found, cursor = app().findings.search(
        _shown(record), wanted.where, wanted.cve, wanted.after, wanted.limit
    )
    page = {"findings": found, "cursor": write_cursor(cursor)}
    return {"scanId": record.scan_id, "isWhole": True, **page}


def _document(record: ScanRecord, wanted: Wanted) -> func.HttpResponse:
    """All of it in one: these formats know no pages."""
    found = app().findings.every(_shown(record), wanted.where, wanted.cve)
    if wanted.format is Format.CSV:
        body, kind = to_csv(found).encode(errors="replace"), "text/csv"
    else:
        body, kind = json.dumps(to_sarif(record, found)).encode(), "application/sarif+json"
    name = f'attachment; filename="{record.scan_id}.{wanted.format}"'
    headers = {"Content-Disposition": name, "X-Content-Type-Options": "nosniff"}
    return func.HttpResponse(body, mimetype=kind, headers=headers)


def _is_whole(record: ScanRecord) -> bool:
    return Status.COMPLETED in (record.status, record.joined_status)


def _shown(record: ScanRecord) -> str:
    """A scan that joined another one shows that one's findings."""
    return record.joined_scan_id or record.scan_id
