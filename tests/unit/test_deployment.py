"""Which events start a scan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.deployment import DeletionEvent, parse_resource_id, read_event
from imagescan.errors import InvalidInput

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP = (
    f"/subscriptions/{SUBSCRIPTION}/resourcegroups/RG"
    "/providers/Microsoft.ContainerInstance/containerGroups/web"
)
WRITTEN = "Microsoft.Resources.ResourceWriteSuccess"
DELETED = "Microsoft.Resources.ResourceDeleteSuccess"


@pytest.mark.parametrize(
    "kind", ["Microsoft.ContainerInstance/containerGroups", "Microsoft.App/containerApps",
             "Microsoft.App/jobs", "MICROSOFT.APP/CONTAINERAPPS"],
)  # fmt: skip
def test_a_write_of_a_watched_resource_is_a_deployment(kind: str) -> None:
    """ARM spells types and groups in several ways."""
    subject = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/{kind}/web"

    event = read_event("e1", WRITTEN, subject)

    assert event is not None
    assert event.resource.name == "web"


def test_a_deletion_of_a_watched_resource_is_told_as_one() -> None:
    """It starts nothing, but where images run changes."""
    event = read_event("e1", DELETED, GROUP)

    assert event == DeletionEvent("e1", parse_resource_id(GROUP))


@pytest.mark.parametrize(
    ("event_type", "subject"),
    [
        ("Microsoft.Resources.ResourceActionSuccess", GROUP),
        (WRITTEN, GROUP.replace("ContainerInstance/containerGroups", "Web/sites")),
        (DELETED, GROUP.replace("ContainerInstance/containerGroups", "Web/sites")),
    ],
)
def test_other_events_tell_nothing(event_type: str, subject: str) -> None:
    """Actions and other resources are none of the scanner's business."""
    assert read_event("e1", event_type, subject) is None


@given(st.one_of(st.none(), st.integers(), st.text(max_size=2000)))
def test_whatever_is_no_resource_id_is_invalid_input_and_nothing_else(subject: object) -> None:
    """Events are hostile; a parser that raises anything else would be retried for a day."""
    with pytest.raises(InvalidInput):
        parse_resource_id(subject)


def test_a_group_is_found_in_its_resource_group_without_regard_to_case() -> None:
    """Events say resourcegroups and resourceGroups."""
    resource = parse_resource_id(GROUP)

    assert resource.is_container_group_in(SUBSCRIPTION.upper(), "rg")
    assert not resource.is_container_group_in(SUBSCRIPTION, "other")
