"""What is put in the place of a group that runs on after its deletion."""

import json

from imagescan.container_group.body import build_body
from imagescan.container_group.revival import build_revival_body
from imagescan.ports import GroupShape
from imagescan.scan.request import Attempt
from tests.fakes.app import fake_app
from tests.fakes.azure import FakeContainerGroups
from tests.unit.environment import COMPLETE, settings

SHAPE = GroupShape("northeurope", 1.5, 3.5, ("/subscriptions/s/subnets/one",))


def test_it_does_nothing_and_ends_for_good() -> None:
    """One container, `true`, never restarted."""
    properties = build_revival_body(SHAPE, {}, "busybox:1")["properties"]

    [container] = properties["containers"]
    assert container["properties"]["image"] == "busybox:1"
    assert container["properties"]["command"] == ["true"]
    assert properties["restartPolicy"] == "Never"


def test_it_carries_no_credential_no_identity_and_nothing_of_the_scan() -> None:
    """Whatever the group that it replaces had."""
    app, fakes = fake_app()
    attempt = Attempt("s1", "docker.io/library/nginx:1.27", 1, "qscanner-nginx-1")
    fakes.groups.create(attempt.group, build_body(attempt, app.settings, app.clock.now()))
    was = fakes.groups.groups[attempt.group]
    assert was.shape is not None

    body = build_revival_body(was.shape, was.tags, settings().courier_image)

    assert COMPLETE["QUALYS_ACCESS_TOKEN"] not in json.dumps(body)
    assert set(body) == {"location", "tags", "properties"}
    assert set(body["properties"]) == {"osType", "restartPolicy", "containers"}
    [container] = body["properties"]["containers"]
    assert set(container["properties"]) == {"image", "command", "resources"}


def test_it_keeps_what_no_update_may_change_and_the_tags() -> None:
    """Operators go on finding the group by its tags."""
    groups = FakeContainerGroups()
    body = build_revival_body(SHAPE, {"purpose": "qscanner"}, "busybox:1")

    groups.create("g", body)

    assert groups.groups["g"].shape == SHAPE
    assert groups.groups["g"].tags == {"purpose": "qscanner"}
