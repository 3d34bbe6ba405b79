"""What is read is noted as what runs where, and what is deleted as gone."""

from datetime import UTC, datetime, timedelta

import pytest

from activities import deployments
from imagescan.bootstrap import App
from imagescan.deployment import DeletionEvent, ResourceKind, Scope, parse_resource_id
from imagescan.inventory.pages import RESOURCES_PER_PAGE, Place
from imagescan.ports import Deployed, Refusal
from imagescan.scan.request import Attempt
from tests.fakes.app import Fakes, fake_app
from tests.unit.environment import COMPLETE
from triggers.events import note_deletion
from triggers.timers import accept_inventory

SUBSCRIPTION = COMPLETE["AZURE_SUBSCRIPTION_ID"]
SCOPE = Scope(SUBSCRIPTION, "shop")
NGINX, REDIS = "docker.io/library/nginx:1", "docker.io/library/redis:7"
DENIED = Refusal("AuthorizationFailed", "no", 403)


def named(name: str, group: str = "shop") -> str:
    kind = ResourceKind.CONTAINER_GROUP
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{kind}/{name}"


def deployed(*images: str) -> tuple[App, Fakes]:
    """A resource that runs these images, and was read when it was deployed."""
    app, fakes = fake_app()
    fakes.resources.answers[named("web")] = Deployed(images)
    deployments.read(app, named("web"), 0)
    fakes.clock.pass_seconds(60)
    return app, fakes


def users(app: App, image: str) -> list[str]:
    return [use.resource_id for use in app.images.uses(image, 10)]


def deleted(app: App, name: str, happened_at: datetime | None, group: str = "shop") -> None:
    note_deletion(app, DeletionEvent("e1", parse_resource_id(named(name, group))), happened_at)


def inventory(app: App) -> None:
    since, place, after = app.clock.now(), Place(SCOPE).to_dict(), ""
    while place:
        place = deployments.take_page(app, Place.from_dict(place))["next"]
    while (following := deployments.look_again(app, SCOPE, since, after)) is not None:
        after = following


def test_a_deployment_that_is_read_is_noted_with_each_of_its_images() -> None:
    """And another deployment of the resource takes the place of the first."""
    app, fakes = deployed("nginx:1")
    assert users(app, NGINX) == [named("web")]

    fakes.resources.answers[named("web")] = Deployed(("redis:7",))
    deployments.read(app, named("web"), 0)

    assert (users(app, NGINX), users(app, REDIS)) == ([], [named("web")])


def test_a_resource_that_is_gone_when_it_is_read_runs_nothing() -> None:
    """It was deleted before its event came."""
    app, fakes = deployed("nginx:1")
    del fakes.resources.answers[named("web")]

    assert deployments.read(app, named("web"), 0) == {"images": [], "next": None}
    assert users(app, NGINX) == []


def test_a_resource_that_may_not_be_read_any_more_keeps_what_is_known_of_it() -> None:
    """A lost role deletes nothing."""
    app, fakes = deployed("nginx:1")
    fakes.resources.answers[named("web")] = DENIED

    deployments.read(app, named("web"), 0)
    inventory(app)

    assert users(app, NGINX) == [named("web")]


def test_a_deletion_takes_the_resource_from_its_images() -> None:
    """However often its event is delivered."""
    app, _ = deployed("nginx:1")

    for _ in range(2):
        deleted(app, "web", app.clock.now())

    assert users(app, NGINX) == []


def test_a_deletion_that_arrives_after_a_new_deployment_changes_nothing() -> None:
    """The resource of that name was made anew, and read, since."""
    app, fakes = deployed("nginx:1")
    before = app.clock.now()
    fakes.clock.pass_seconds(60)
    deployments.read(app, named("web"), 0)

    deleted(app, "web", before)

    assert users(app, NGINX) == [named("web")]


@pytest.mark.parametrize("told", [None, datetime(9999, 12, 31, tzinfo=UTC), datetime(9999, 12, 31)])  # noqa: DTZ001  # as the SDK gives times without a zone
def test_a_deletion_without_a_sensible_time_happened_now(told: datetime | None) -> None:
    """Or nothing would be seen to run there until then."""
    app, fakes = deployed("nginx:1")

    deleted(app, "web", told)

    assert users(app, NGINX) == []
    fakes.clock.pass_seconds(1)
    deployments.read(app, named("web"), 0)
    assert users(app, NGINX) == [named("web")]


def test_the_deletion_of_a_scans_own_group_leaves_no_trace() -> None:
    """There are as many as there are scans."""
    app, _ = fake_app()
    place = COMPLETE["QSCANNER_RESOURCE_GROUP"]
    app.ledger.intend(Attempt("s1", NGINX, 1, "qscanner-ours"), app.clock.now())

    deleted(app, "qscanner-ours", app.clock.now(), place)

    assert app.deployments.page(Scope(SUBSCRIPTION, place), "", 10) == []


def test_an_inventory_finds_what_no_event_told_of() -> None:
    """New resources, new images, and resources that are gone."""
    app, fakes = deployed("nginx:1")
    fakes.resources.answers[named("api")] = Deployed(("redis:7",))
    fakes.resources.answers[named("web")] = Deployed(("redis:7",))

    inventory(app)

    assert (users(app, NGINX), sorted(users(app, REDIS))) == ([], [named("api"), named("web")])
    fakes.clock.pass_seconds(60)
    del fakes.resources.answers[named("web")]
    inventory(app)
    assert users(app, REDIS) == [named("api")]


def test_what_a_list_does_not_show_is_gone_only_if_it_is_not_found_either() -> None:
    """Lists lag, and a list may be refused."""
    app, fakes = deployed("nginx:1")
    fakes.resources.refusals = {ResourceKind.CONTAINER_GROUP: DENIED}

    inventory(app)

    [use] = app.images.uses(NGINX, 10)
    assert use.last_seen == app.clock.now()


def test_a_resource_group_that_is_gone_takes_all_of_its_resources_along() -> None:
    """However many there were."""
    app, fakes = fake_app()
    for number in range(RESOURCES_PER_PAGE + 1):
        fakes.resources.answers[named(f"g{number}")] = Deployed(("nginx:1",))
    inventory(app)
    assert len(app.images.uses(NGINX, 100)) == RESOURCES_PER_PAGE + 1

    fakes.resources.answers.clear()
    fakes.clock.pass_seconds(60)
    inventory(app)

    assert app.images.uses(NGINX, 100) == []


def test_what_was_deleted_is_forgotten_when_no_event_can_be_late_any_more() -> None:
    """Resources come and go for years."""
    app, fakes = deployed("nginx:1")
    deleted(app, "web", app.clock.now())
    del fakes.resources.answers[named("web")]

    inventory(app)
    assert len(app.deployments.page(SCOPE, "", 10)) == 1
    fakes.clock.pass_seconds(timedelta(days=8).total_seconds())
    inventory(app)

    assert app.deployments.page(SCOPE, "", 10) == []


def test_the_timers_inventory_is_taken_once_an_hour_however_often_it_rings() -> None:
    """Of everything that is watched."""
    app, _ = fake_app()

    first, again = accept_inventory(app), accept_inventory(app)

    assert first is not None
    assert again is None
    assert first.input == {"scopes": [{"subscription_id": SUBSCRIPTION, "resource_group": None}]}
