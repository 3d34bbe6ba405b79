"""Schemathesis asks every route for what the API's description allows, and for what it does not.

In this process and with fakes, so that a scan that is accepted starts nothing. API_EXAMPLES=n asks
n times per route and way, at random; by default it is the same few each time.
"""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.routes import COMPLETED, FUNCTIONS, RUNNING, app_with_scans
from tests.fuzz.wsgi import Application
from tests.unit.asking import DESCRIBED

pytestmark = pytest.mark.xdist_group("described-api")
USUAL_EXAMPLES = 15
EXAMPLES = int(os.environ.get("API_EXAMPLES") or USUAL_EXAMPLES)
# Keys and methods are the host's. What a cursor, an image or a group's name is, the description
# tells in words: a text that is none is refused, with a 400 that it tells of.
LEFT_OUT = ("ignored_auth", "unsupported_method", "positive_data_acceptance")


@dataclass
class Api:
    """The API as Schemathesis sees it, a rescan that it has, and how often it answered what."""

    schema: Any
    left_out: list[Any]
    rescan_id: str
    answers: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)

    def ask(self, route: tuple[str, str], case: Any) -> None:
        """Fails where the reply is not one that is described, or is a 500."""
        reply = case.call()
        self.answers.setdefault(route, Counter())[reply.status_code] += 1
        case.validate_response(reply, excluded_checks=self.left_out)


@pytest.fixture(scope="module")
def api() -> Api:
    """Imported here: it takes half a second, which only who runs these tests has to wait."""
    import schemathesis  # noqa: PLC0415
    from schemathesis.checks import CHECKS, load_all_checks  # noqa: PLC0415

    load_all_checks()
    application = Application(app_with_scans())
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    asked = schema["/rescans"]["POST"].Case(body={}, media_type="application/json").call()
    left_out = [CHECKS.get_one(name) for name in LEFT_OUT]
    return Api(schema, left_out, asked.json()["rescanId"])


def operation(route: tuple[str, str]) -> Mapping[str, Any]:
    method, path = route
    described: Mapping[str, Any] = DESCRIBED["paths"][path][method]
    return described


def has(route: tuple[str, str], place: str) -> bool:
    return any(one["in"] == place for one in operation(route).get("parameters", ()))


def cases(api: Api, route: tuple[str, str], mode: str) -> st.SearchStrategy[Any]:
    """Requests to a route, of which some name a scan or rescan that there is."""
    from schemathesis import GenerationMode  # noqa: PLC0415

    known_ids = {"scanId": (RUNNING, COMPLETED), "rescanId": (api.rescan_id,)}
    asked, wanted = api.schema[route[1]][route[0].upper()], GenerationMode(mode)
    ids = [
        {one["name"]: known}
        for one in operation(route).get("parameters", ())
        if one["in"] == "path" and (mode == "positive" or has(route, "query"))
        for known in known_ids[one["name"]]
    ]
    named = [asked.as_strategy(generation_mode=wanted, path_parameters=one) for one in ids]
    return st.one_of(asked.as_strategy(generation_mode=wanted), *named)


WAYS = [(route, "positive") for route in FUNCTIONS]
WAYS += [
    (route, "negative")
    for route in FUNCTIONS
    if operation(route).get("parameters") or "requestBody" in operation(route)
]


@pytest.mark.parametrize(("route", "mode"), WAYS, ids=[f"{' '.join(r)} {m}" for r, m in WAYS])
def test_every_reply_is_one_that_is_described(api: Api, route: tuple[str, str], mode: str) -> None:
    """No 500; status, headers, content type and body as told; what is not allowed is refused."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=EXAMPLES == USUAL_EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(api, route, mode))
    def ask(case: Any) -> None:
        api.ask(route, case)

    ask()

    assert mode == "negative" or any(status < 400 for status in api.answers[route])
