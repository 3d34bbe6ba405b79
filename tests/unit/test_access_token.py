"""A token that has expired is told before anything is paid for; all else is no obstacle."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities import admission, container_groups
from imagescan import function_names as names
from imagescan.access_token import TokenState, judge, read_expiry
from imagescan.admission import Priority
from imagescan.bootstrap import App
from imagescan.records.ledger import GroupEntry
from imagescan.scan.request import Attempt
from tests.fakes.app import Fakes, fake_app
from tests.replay.scans import always, request, world
from tests.replay.test_scan_deployment import DEPLOYMENT, page
from tests.unit.asking import get
from tests.unit.environment import LOGIN, settings
from tests.unit.reports import ANYTHING
from tests.unit.test_activities import ATTEMPT, claimed
from tests.unit.tokens import encoded, token_until, token_with
from triggers.http_service import get_health
from triggers.timers import warn_of_token

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
NO_JWT = "made-up.token_for-tests.0123456789"


def with_token(token: str) -> tuple[App, Fakes]:
    app, fakes = claimed()
    return replace(app, settings=settings(QUALYS_ACCESS_TOKEN=token)), fakes


def expired() -> tuple[App, Fakes]:
    return with_token(token_until(NOW))


@pytest.mark.parametrize(
    ("token", "state", "days_left"),
    [
        (token_until(NOW + timedelta(days=14)), TokenState.VALID, 14),
        (token_until(NOW + timedelta(days=14, seconds=-1)), TokenState.EXPIRING, 13),
        (token_until(NOW + timedelta(seconds=1)), TokenState.EXPIRING, 0),
        (token_until(NOW), TokenState.EXPIRED, 0),
        (token_until(NOW - timedelta(seconds=1)), TokenState.EXPIRED, -1),
        (token_with({"exp": NOW.timestamp() + 86_400 * 20 + 0.5}), TokenState.VALID, 20),
        (NO_JWT, TokenState.UNKNOWN, None),
        (token_with({"sub": "acme"}), TokenState.UNKNOWN, None),
    ],
)
def test_a_token_is_judged_by_the_expiry_that_it_names(
    token: str, state: TokenState, days_left: int | None
) -> None:
    """From its last second on it has expired, and it is expiring for the days that are set."""
    judged = judge(token, NOW, warning_days=14)

    assert (judged.state, judged.days_left) == (state, days_left)


HOSTILE = [
    "", ".", "..", "a.b.c", "é.é.é", ".".join("x" * 20_000), f"a.{encoded(b'[' * 9_000)}.c",
    f"a.{encoded(b'9' * 9_000)}.c", "a.===.c", "a.\x00.c", token_with({}),
    token_with([1]), token_with("exp"), token_with({"exp": None}), token_with({"exp": True}),
    token_with({"exp": "1767268800"}), token_with({"exp": 10**400}), token_with({"exp": -(10**18)}),
    token_with({"exp": float("nan")}), token_with({"exp": float("inf")}), token_with({"exp": {}}),
    "a." + encoded(b'{"exp": ' + b"9" * 5_000 + b"}") + ".c", token_with({"exp": 1}) + ".more",
]  # fmt: skip


@pytest.mark.parametrize("token", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_token_with_an_expiry_has_none(token: str) -> None:
    """And raises nothing."""
    assert read_expiry(token) is None


@given(st.text() | ANYTHING.map(token_with) | st.binary().map(lambda raw: f"a.{encoded(raw)}.c"))
def test_any_text_has_an_answer(token: str) -> None:
    """A setting may hold whatever somebody pasted."""
    judge(token, NOW, warning_days=14).to_wire()


@given(st.integers(0, 253_000_000_000), st.text(max_size=9))
def test_the_expiry_of_any_token_is_read_to_the_second(seconds: int, subject: str) -> None:
    """Whatever padding its length asks for, up to the year 9987."""
    token = token_with({"sub": subject, "exp": seconds})

    assert read_expiry(token) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def test_an_expired_token_ends_a_scan_before_it_takes_a_slot_or_a_line_in_the_ledger() -> None:
    """A group would cost money to be told the same."""
    app, _ = expired()
    later = Attempt("s1", ATTEMPT.image, 2, "qscanner-nginx-2")

    answer = admission.admit(app, later, Priority.DEPLOYMENT)

    assert answer["waitSeconds"] is None
    reason = answer["outcome"]["reason"]
    assert (answer["outcome"]["status"], reason["code"]) == ("failed", "scanner_auth_failed")
    assert "2026-01-01T12:00:00Z" in reason["message"]
    assert app.ledger.state_of(later.group) is None


def test_a_token_that_expires_while_the_scan_waits_for_azure_has_no_group_created() -> None:
    """It may have been admitted long before."""
    app, fakes = expired()

    answer = container_groups.create(app, ATTEMPT)

    assert answer["stopped"]["code"] == "scanner_auth_failed"
    assert fakes.groups.created == []


def test_a_group_that_is_there_already_is_taken_whatever_became_of_the_token_since() -> None:
    """Its scanner began with a good one."""
    app, fakes = claimed()
    container_groups.create(app, ATTEMPT)
    late = replace(app, settings=settings(QUALYS_ACCESS_TOKEN=token_until(NOW)))

    assert container_groups.create(late, ATTEMPT)["stopped"] is None
    assert app.ledger.state_of(ATTEMPT.group) is GroupEntry.CREATED
    assert fakes.groups.created == [ATTEMPT.group]


@pytest.mark.parametrize("token", [NO_JWT, token_until(NOW + timedelta(seconds=1))])
def test_scans_go_on_while_the_token_is_good_or_its_expiry_not_known(token: str) -> None:
    """Only Qualys can say whether it is good."""
    app, fakes = with_token(token)

    assert admission.admit(app, ATTEMPT, Priority.DEPLOYMENT)["outcome"] is None
    assert container_groups.create(app, ATTEMPT)["stopped"] is None
    assert fakes.groups.created == [ATTEMPT.group]


def test_the_legacy_profile_takes_no_token() -> None:
    """One that lies about is not its business."""
    app, _ = fake_app()
    legacy = LOGIN | {"QUALYS_ACCESS_TOKEN": token_until(NOW), "QSCANNER_PROFILE": "legacy"}
    app = replace(app, settings=settings(**legacy))

    assert app.why_futile() is None
    assert get(app, get_health, "/health")[1]["accessToken"] is None


@pytest.mark.parametrize(
    ("orchestrator", "data"), [(names.SCAN_IMAGE, request()), (names.SCAN_DEPLOYMENT, DEPLOYMENT)]
)
def test_however_a_scan_was_asked_for_an_expired_token_ends_it_without_a_group(
    orchestrator: str, data: dict[str, Any]
) -> None:
    """The real step in the replayed flow: a record, no intent, no create."""
    app, _ = expired()

    def admit(step: dict[str, Any]) -> dict[str, Any]:
        return admission.admit(app, ATTEMPT, Priority(step["priority"]))

    happened = world(admit_scan=admit, read_deployment=always(page(ATTEMPT.image)))
    happened.run(orchestrator, data)

    [recorded] = [data for name, data in happened.calls if name == names.RECORD_OUTCOME]
    assert recorded["outcome"]["reason"]["code"] == "scanner_auth_failed"
    assert names.RECORD_INTENT not in happened.names()
    assert names.CREATE_CONTAINER_GROUP not in happened.names()


@pytest.mark.parametrize(
    ("days", "status", "state", "told"),
    [(30, 200, "valid", ""), (3, 200, "expiring", "warnings"), (0, 503, "expired", "problems")],
)
def test_health_tells_the_expiry_and_nothing_else_of_the_token(
    days: int, status: int, state: str, told: str
) -> None:
    """A warning while there is time, a problem when there is none left."""
    token = token_until(NOW + timedelta(days=days))
    app, _ = with_token(token)

    answered, body = get(app, get_health, "/health")

    assert (answered, body["accessToken"]["state"]) == (status, state)
    assert body["accessToken"]["expiresAt"] == f"2026-01-{1 + days:02d}T12:00:00Z"
    assert {name for name in ("warnings", "problems") if body[name]} == {told} - {""}
    assert not any(part in str(body) for part in (*token.split("."), "acme_user1"))


def test_health_says_where_the_expiry_is_not_known() -> None:
    """That is no problem: scans go on."""
    app, _ = with_token(NO_JWT)

    status, body = get(app, get_health, "/health")

    assert (status, body["accessToken"]["state"]) == (200, "unknown")
    assert (body["warnings"], body["problems"]) == ([], [])


@pytest.mark.parametrize(("days", "level"), [(3, logging.WARNING), (0, logging.ERROR), (30, None)])
def test_the_log_tells_of_an_expiry_by_the_signal_that_an_alert_waits_for(
    days: int, level: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is told of a token that has time."""
    token = token_until(NOW + timedelta(days=days))
    app, _ = with_token(token)

    with caplog.at_level(logging.INFO, logger="imagescan"):
        warn_of_token(app)

    told = [vars(record) for record in caplog.records]
    assert [one["levelno"] for one in told] == ([level] if level else [])
    for one in told:
        assert one["message"].startswith("QUALYS_ACCESS_TOKEN expire")
        assert f"2026-01-0{1 + days}T12:00:00Z" in one["message"]
        assert (one["Component"], one["Signal"]) == ("QScannerACI", "access_token_expires")
        assert token.split(".")[1] not in str(one)
