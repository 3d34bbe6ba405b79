"""Whatever Event Grid delivers is taken: an exception would have it delivered again for a day."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.app import fake_app
from tests.fuzz.routes import DurableClient
from tests.unit.asking import serving
from tests.unit.environment import COMPLETE
from tests.unit.reports import ANYTHING
from triggers.events import on_container_deployed

RESOURCE = f"/subscriptions/{COMPLETE['AZURE_SUBSCRIPTION_ID']}/resourceGroups/shop/providers"
SUBJECTS = st.sampled_from(
    [
        f"{RESOURCE}/Microsoft.ContainerInstance/containerGroups/web",
        f"{RESOURCE}/microsoft.app/containerapps/web".replace("resourceGroups", "resourcegroups"),
        f"{RESOURCE}/Microsoft.App/jobs/nightly",
        f"{RESOURCE}/Microsoft.Web/sites/x",
        f"{RESOURCE}/Microsoft.ContainerInstance/containerGroups/web/../../x",
        f"{RESOURCE}/Microsoft.ContainerInstance/containerGroups/{'x' * 70_000}",
    ]
)
TYPES = st.sampled_from(
    [
        "Microsoft.Resources.ResourceWriteSuccess",
        "Microsoft.Resources.ResourceDeleteSuccess",
        "Microsoft.Resources.ResourceActionSuccess",
    ]
)
IDS = st.uuids().map(str) | st.text(max_size=20) | st.sampled_from(["x" * 100_000, "\ud800", "/"])
MOMENTS = st.none() | st.datetimes() | st.datetimes(timezones=st.just(UTC))
APP, FAKES = fake_app()


def deliver(event_id: Any, event_type: Any, subject: Any, moment: datetime | None) -> None:
    event = func.EventGridEvent(
        id=event_id, data={}, topic="", subject=subject, event_type=event_type,
        event_time=moment, data_version="2",
    )  # fmt: skip
    with serving(APP):
        user_function = on_container_deployed._function.get_user_function()
        asyncio.run(user_function.client_function(event, DurableClient()))


@given(IDS | ANYTHING, TYPES | ANYTHING, SUBJECTS | ANYTHING, MOMENTS)
def test_any_event_is_taken(
    event_id: Any, event_type: Any, subject: Any, moment: datetime | None
) -> None:
    """What cannot be understood is dropped."""
    deliver(event_id, event_type, subject, moment)


@given(IDS, SUBJECTS, MOMENTS)
def test_what_an_event_starts_fits_into_a_row_and_into_a_history(
    event_id: str, subject: str, moment: datetime | None
) -> None:
    """A table's text has at most 64 KB, and what an orchestration begins with less than 8."""
    deliver(event_id, "Microsoft.Resources.ResourceWriteSuccess", subject, moment)

    for request in APP.inbox.left_behind(datetime(2200, 1, 1, tzinfo=UTC)):
        assert len(json.dumps(dict(request.input))) < 8192
        assert len(request.key) <= 1024
