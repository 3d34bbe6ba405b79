"""What runs where: everything once, in normal form, and whatever cannot be read is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.bootstrap import App
from imagescan.deployment import ResourceKind, Scope
from imagescan.inventory.pages import InventoryPage, Place
from imagescan.inventory.running import RunningResource, read_images
from imagescan.inventory.scopes import choose_scopes
from imagescan.inventory.whole import NoInventory, WholeInventory, read_whole
from imagescan.ports import LONGEST_CONTINUATION, Deployed, NotThere, Refusal
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.request import Attempt
from tests.fakes.app import Fakes, fake_app
from tests.unit.environment import COMPLETE

SUBSCRIPTION = COMPLETE["AZURE_SUBSCRIPTION_ID"]
SCOPE = Scope(SUBSCRIPTION, "shop")
DENIED = Refusal("AuthorizationFailed", "You may not.", 403)
GROUP, APP, JOB = ResourceKind


def resource(kind: ResourceKind, name: str, group: str = "shop") -> str:
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{kind}/{name}"


def running(**images: tuple[ResourceKind, list[str]]) -> tuple[App, Fakes]:
    """An app, and what runs in the resource group `shop`."""
    app, fakes = fake_app()
    for name, (kind, named) in images.items():
        fakes.resources.answers[resource(kind, name)] = Deployed(tuple(named))
    return app, fakes


def pages(app: App, most: int = 50) -> list[InventoryPage]:
    """All of them, each place having crossed a Durable history."""
    found: list[InventoryPage] = []
    place: Place | None = Place(SCOPE)
    while place:
        read = app.inventory.page(Place.from_dict(json.loads(json.dumps(place.to_dict()))), most)
        assert isinstance(read, InventoryPage)
        found.append(read)
        place = read.next
    return found


def everything(app: App, most: int = 50) -> list[RunningResource]:
    return [resource for page in pages(app, most) for resource in page.resources]


def whole(app: App, scope: Scope = SCOPE) -> WholeInventory:
    read = read_whole(app.inventory, [scope], lambda: False)
    assert isinstance(read, WholeInventory)
    return read


def test_groups_apps_and_jobs_are_read_and_each_image_tells_who_runs_it() -> None:
    """In one normal form, so that short names and long ones are one image."""
    app, _ = running(
        web=(GROUP, ["nginx", "redis:7"]),
        api=(APP, ["docker.io/library/nginx:latest"]),
        nightly=(JOB, ["redis:7"]),
    )

    found = {used.image.name: [one.name for one in used.resources] for used in whole(app).images}

    assert found == {
        "docker.io/library/nginx:latest": ["api", "web"],
        "docker.io/library/redis:7": ["nightly", "web"],
    }


@pytest.mark.parametrize("most", [1, 2, 50])
@pytest.mark.parametrize("per_page", [1, 3, 50])
def test_nothing_is_missed_or_read_twice_however_pages_are_cut(most: int, per_page: int) -> None:
    """Azure cuts its pages, and a step takes no more of one than it has time for."""
    app, fakes = running(**{f"g{number}": (GROUP, ["nginx"]) for number in range(7)})
    fakes.resources.answers[resource(JOB, "j")] = Deployed(("nginx",))
    fakes.resources.per_page = per_page

    names = [one.resource.name for one in everything(app, most)]

    assert names == [*(f"g{number}" for number in range(7)), "j"]


def test_what_vanishes_between_two_pages_takes_nothing_with_it() -> None:
    """A place names the last resource that was read, not how many there were."""
    app, fakes = running(**{f"g{number}": (GROUP, ["nginx"]) for number in range(4)})
    first = app.inventory.page(Place(SCOPE), 2)
    assert isinstance(first, InventoryPage)
    assert first.next

    del fakes.resources.answers[resource(GROUP, "g0")]
    second = app.inventory.page(first.next, 2)

    assert isinstance(second, InventoryPage)
    assert [one.resource.name for one in second.resources] == ["g2", "g3"]


def test_an_app_with_several_revisions_is_asked_for_its_images() -> None:
    """A list shows its latest template alone."""
    app, fakes = running(api=(APP, ["api:1", "api:2"]))
    fakes.resources.with_revisions.add(resource(APP, "api"))

    [seen] = everything(app)

    assert [image.name for image in seen.images] == [
        "docker.io/library/api:1",
        "docker.io/library/api:2",
    ]


def test_a_scans_own_group_is_no_part_of_the_inventory_but_one_that_looks_like_it_is() -> None:
    """Both the place and the ledger have to say that it is ours."""
    app, fakes = fake_app()
    place = COMPLETE["QSCANNER_RESOURCE_GROUP"]
    for name in ("qscanner-ours", "qscanner-theirs"):
        fakes.resources.answers[resource(GROUP, name, place)] = Deployed(("nginx",))
    app.ledger.intend(Attempt("s1", "nginx", 1, "qscanner-ours"), app.clock.now())

    [used] = whole(app, Scope(SUBSCRIPTION, place)).images

    assert [one.name for one in used.resources] == ["qscanner-theirs"]


def test_a_malformed_reference_is_told_and_not_dropped() -> None:
    """Whoever deployed it learns that it cannot be scanned."""
    app, _ = running(web=(GROUP, ["UPPER/case", "nginx"]))

    [seen] = everything(app)

    assert seen.images[0].name == "UPPER/case"
    assert seen.images[0].problem is not None
    assert seen.images[0].problem.code is ReasonCode.IMAGE_UNAVAILABLE
    assert "Its name is none of an image." in seen.images[0].problem.message
    assert seen.images[1].problem is None


def test_a_resource_that_may_not_be_read_is_told_and_the_others_are_read() -> None:
    """It has one nameless image with the reason."""
    app, fakes = running(web=(GROUP, ["nginx"]))
    fakes.resources.answers[resource(APP, "api")] = DENIED

    api, web = sorted(everything(app), key=lambda one: one.resource.name)

    assert [image.name for image in web.images] == ["docker.io/library/nginx:latest"]
    [problem] = api.images
    assert problem.name == ""
    assert problem.problem is not None
    assert problem.problem.code is ReasonCode.RESOURCE_UNREADABLE
    assert "AuthorizationFailed" in problem.problem.message


def test_a_kind_that_may_not_be_listed_is_told_and_the_others_are_listed() -> None:
    """A role may leave out jobs."""
    app, fakes = running(web=(GROUP, ["nginx"]), nightly=(JOB, ["job"]))
    fakes.resources.refusals = {JOB: DENIED}

    read = whole(app)

    assert [used.image.name for used in read.images] == ["docker.io/library/nginx:latest"]
    [told] = read.unlisted
    assert told.problem is not None
    assert f"{JOB} in {SCOPE}" in told.problem.message


def test_an_unknown_resource_group_and_a_forbidden_one_are_different_values() -> None:
    """One is a typing error, the other wants a role."""
    app, fakes = running(web=(GROUP, ["nginx"]))
    unknown = Scope(SUBSCRIPTION, "none")

    assert read_whole(app.inventory, [unknown], lambda: False) is NoInventory.NOT_FOUND
    assert app.inventory.page(Place(unknown)) == NotThere()
    fakes.resources.refusals = dict.fromkeys(ResourceKind, DENIED)
    assert read_whole(app.inventory, [SCOPE], lambda: False) is NoInventory.FORBIDDEN


def test_a_resource_group_is_found_in_whichever_subscription_has_it() -> None:
    """The others do not know it, which is no error."""
    app, _ = running(web=(GROUP, ["nginx"]))
    scopes = choose_scopes(["22222222-2222-3333-4444-555555555555", SUBSCRIPTION], None, "shop")

    read = read_whole(app.inventory, scopes, lambda: False)

    assert isinstance(read, WholeInventory)
    assert len(read.images) == 1


def test_what_takes_too_long_is_no_inventory_rather_than_half_of_one() -> None:
    """The question is asked before every page."""
    app, _ = running(web=(GROUP, ["nginx"]))
    answers = iter([False, True])

    assert read_whole(app.inventory, [SCOPE], lambda: next(answers)) is NoInventory.TOO_LARGE


def test_a_subscription_that_is_not_watched_is_no_scope() -> None:
    """Nor a resource group of it; case does not matter."""
    watched = ["aaaaaaaa-2222-3333-4444-555555555555", SUBSCRIPTION]

    assert choose_scopes(watched, None, None) == [Scope(one) for one in watched]
    assert choose_scopes(watched, watched[0].upper(), "rg") == [Scope(watched[0], "rg")]
    assert choose_scopes(watched, "33333333-2222-3333-4444-555555555555", "rg") == []


def test_a_place_stays_below_8_kb_whatever_azures_links_are() -> None:
    """It crosses the history twice a page."""
    longest = resource(APP, "a" * 63, "ü" * 90)
    place = Place(SCOPE, APP, "x" * LONGEST_CONTINUATION, longest)

    assert len(json.dumps(place.to_dict())) < 6000


@given(st.lists(st.text(max_size=300), max_size=20))
def test_every_image_name_comes_out_in_normal_form_or_with_its_problem(names: list[str]) -> None:
    """Names come from whoever deploys; each is kept once."""
    found = read_images(names)

    assert len(found) == len(set(found)) <= len(set(names))
    assert bool(found) is bool(names)
    for image in found:
        assert image.problem or read_images([image.name]) == (image,)
