"""Requests and events on their way in: written down first, once, and never our own."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from imagescan.deployment import DeploymentEvent, parse_resource_id
from imagescan.records import hashed
from imagescan.records.inbox import WAITING, Accepted
from imagescan.records.ledger import GroupEntry
from imagescan.scan.request import Attempt
from tests.fakes.app import fake_app
from tests.unit.environment import COMPLETE
from triggers.events import accept

SUBSCRIPTION = COMPLETE["AZURE_SUBSCRIPTION_ID"]
ATTEMPT = Attempt("s1", "docker.io/library/nginx:1.27", 1, "qscanner-nginx-1")


def event(name: str, resource_group: str = "test-rg", event_id: str = "e1") -> DeploymentEvent:
    text = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{resource_group}"
        f"/providers/Microsoft.ContainerInstance/containerGroups/{name}"
    )
    return DeploymentEvent(event_id, parse_resource_id(text))


def test_an_event_is_accepted_once_however_often_it_is_delivered() -> None:
    """The second delivery finds the row of the first."""
    app, _ = fake_app()

    first, again = accept(app, event("web")), accept(app, event("web"))

    assert first is not None
    assert again is None
    assert first.input["policy"]["timeout_seconds"] == app.settings.scan_timeout_seconds


def test_a_scans_own_group_starts_nothing() -> None:
    """It lives in our resource group, whatever its spelling, and the ledger knows it."""
    app, _ = fake_app()
    app.ledger.intend(ATTEMPT, app.clock.now())

    assert accept(app, event(ATTEMPT.group, "QSCANNER-rg")) is None


@pytest.mark.parametrize(
    ("name", "resource_group"),
    [(ATTEMPT.group, "test-rg"), ("qscanner-other", "qscanner-rg"), ("web", "qscanner-rg")],
)
def test_neither_name_nor_place_alone_hides_a_group(name: str, resource_group: str) -> None:
    """Both the place and the ledger have to say that it is ours."""
    app, _ = fake_app()
    app.ledger.intend(ATTEMPT, app.clock.now())

    assert accept(app, event(name, resource_group)) is not None


def test_what_was_accepted_and_never_started_is_found_after_two_minutes() -> None:
    """A crash between the row and the start loses nothing."""
    app, fakes = fake_app()
    request = Accepted("event/e1", "scan_deployment", "deployment-1", {"resource_id": "/x"})
    app.inbox.accept(request, app.clock.now())

    assert app.inbox.left_behind(app.clock.now() + timedelta(seconds=119)) == []
    fakes.clock.pass_seconds(121)
    assert app.inbox.left_behind(app.clock.now()) == [request]


def test_what_was_started_is_not_started_again() -> None:
    """Marking twice changes nothing."""
    app, fakes = fake_app()
    app.inbox.accept(Accepted("k", "scan_image", "i", {}), app.clock.now())
    app.inbox.mark_started("k")
    app.inbox.mark_started("k")
    fakes.clock.pass_seconds(3600)

    assert app.inbox.left_behind(app.clock.now()) == []


def test_only_what_waits_is_looked_at() -> None:
    """Neither what was started, nor the same request come again, stays on the list."""
    app, fakes = fake_app()
    request = Accepted("k", "scan_image", "i", {})
    app.inbox.accept(request, app.clock.now())
    app.inbox.mark_started("k")
    assert app.inbox._table.query(WAITING) == []

    assert not app.inbox.accept(request, app.clock.now())
    fakes.clock.pass_seconds(3600)
    assert app.inbox.left_behind(app.clock.now()) == []
    assert app.inbox._table.query(WAITING) == []


def test_a_request_of_which_only_the_listing_was_written_is_not_started() -> None:
    """Its sender was not told that it is kept, and sends it again; after a day nobody waits."""
    app, fakes = fake_app()
    app.inbox._table.insert(WAITING, hashed("k"), {"since": app.clock.now()})
    fakes.clock.pass_seconds(3600)
    assert app.inbox.left_behind(app.clock.now()) == []

    request = Accepted("k", "scan_image", "i", {})
    assert app.inbox.accept(request, app.clock.now())
    assert app.inbox.left_behind(app.clock.now()) == [request]

    app.inbox._table.insert(WAITING, hashed("other"), {"since": app.clock.now()})
    fakes.clock.pass_seconds(2 * 86400)
    app.inbox.left_behind(app.clock.now())
    assert [row.key for row in app.inbox._table.query(WAITING)] == [hashed("k")]


def test_a_ledger_entry_never_goes_back() -> None:
    """A late step cannot open what was confirmed gone."""
    app, _ = fake_app()
    app.ledger.intend(ATTEMPT, app.clock.now())
    app.ledger.note(ATTEMPT.group, GroupEntry.GONE, app.clock.now())

    app.ledger.note(ATTEMPT.group, GroupEntry.CREATED, app.clock.now())
    app.ledger.intend(ATTEMPT, app.clock.now())

    [row] = app.ledger._table.query("group")
    assert row.values["state"] == "gone"


def test_an_events_personal_data_is_not_kept() -> None:
    """Nothing of its claims crosses into the inbox."""
    app, _ = fake_app()
    accept(app, replace(event("web"), event_id="e2"))

    [row] = app.inbox._table.query("inbox")
    assert set(json.loads(str(row.values["input"]))) == {"resource_id", "event_id", "policy"}
