"""Whatever a request holds, every route answers as described, and with no error of its own."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.routes import COMPLETED, FUNCTIONS, RUNNING, app_with_scans, ask
from tests.unit.asking import DESCRIBED
from tests.unit.reports import ANYTHING

APP = app_with_scans()
NAMES = st.sampled_from(
    ["limit", "cursor", "severity", "type", "cve", "package", "format", "status", "image",
     "resourceGroup", "subscriptionId", "force", "dryRun", "code"]
)  # fmt: skip
TEXTS = st.text(max_size=60) | st.sampled_from(
    ["", "0", "1", "-1", "٣", "99999999999999999999", "1e3", " 5", "high", "HIGH", "secret",
     "json", "csv", "sarif", "CVE-2021-44228", "nginx:1", "x' or 'a' eq 'a", "%00", "\x00", "é",
     "a" * 5000, "..", "true", "null", COMPLETED, "MC0xMjM", "MDAwMA==", "\ud800"]
)  # fmt: skip
IDS = st.sampled_from([RUNNING, COMPLETED, COMPLETED.replace("-", ""), f"{{{COMPLETED}}}"]) | TEXTS
FIELDS = st.sampled_from(
    ["image", "force", "resourceGroup", "subscriptionId", "dryRun", "Image", "tag"]
)
VALUES = ANYTHING | TEXTS | st.booleans()
BODIES = (
    st.dictionaries(FIELDS, VALUES, max_size=4).map(lambda body: json.dumps(body).encode())
    | ANYTHING.map(lambda body: json.dumps(body).encode())
    | st.binary(max_size=60)
    | st.sampled_from([b"", b"[" * 100_000, b'{"image":' * 50_000, b"9" * 5000, b"\xef\xbb\xbf{}"])
)


def test_every_described_route_is_tried() -> None:
    """A new one is to be added here."""
    described = {(how, path) for path, item in DESCRIBED["paths"].items() for how in item}

    assert described == set(FUNCTIONS)


@pytest.mark.parametrize("route", FUNCTIONS, ids=" ".join)
@settings(deadline=None)
@given(query=st.dictionaries(NAMES, TEXTS, max_size=4), route_id=IDS, body=BODIES)
def test_any_request_has_a_reply_that_the_api_describes(
    route: tuple[str, str], query: dict[str, str], route_id: str, body: bytes
) -> None:
    """No exception, which would be a 500, and no status or shape that is not told."""
    ask(APP, route, query, route_id, body)


@given(limit=st.integers(-5, 2000), severity=st.sampled_from(["critical", "low", "x"]))
def test_what_is_asked_well_is_found(limit: int, severity: str) -> None:
    """The requests above are not all turned away at the door."""
    query = {"limit": str(limit), "severity": severity}
    route = ("get", "/scans/{scanId}/findings")

    is_valid = 1 <= limit <= 1000 and severity != "x"
    assert ask(APP, route, query, COMPLETED, b"") == (200 if is_valid else 400)


def images() -> Any:
    return st.sampled_from(["nginx", "nginx:1.27", "ghcr.io/o/app@sha256:" + "a" * 64])


@given(image=images(), force=st.booleans())
def test_a_scan_that_is_asked_for_well_is_accepted(image: str, force: bool) -> None:
    """202, and a record."""
    body = json.dumps({"image": image, "force": force}).encode()

    assert ask(APP, ("post", "/scans"), {}, "", body) == 202
