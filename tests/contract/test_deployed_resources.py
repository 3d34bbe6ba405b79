"""Deployed resources: what the port promises, of the fake and of the emulator through the SDKs."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from imagescan.adapters.deployed_resources import AzureDeployedResources
from imagescan.deployment import ResourceKind, Scope
from imagescan.errors import TransientError
from imagescan.ports import (
    Deployed,
    DeployedResources,
    ListedResource,
    NotThere,
    Refusal,
    ResourcePage,
)
from tests.emulator.in_process import SUBSCRIPTION, World
from tests.fakes.azure import FakeDeployedResources

GROUP, APP, JOB = ResourceKind
OTHER_SUBSCRIPTION = "99999999-2222-3333-4444-555555555555"
READY_AFTER_SECONDS = 12
each_kind = pytest.mark.parametrize("kind", ResourceKind)


class Azure(Protocol):
    """A place to deploy to, and the port to it."""

    @property
    def resources(self) -> DeployedResources: ...

    def deploy(
        self, kind: ResourceKind, name: str, *images: str, subscription: str = SUBSCRIPTION
    ) -> str: ...

    def refuse_lists(self, refusal: Refusal) -> None: ...

    def cut_pages(self, size: int) -> None: ...


class InMemory:
    """The fake."""

    def __init__(self) -> None:
        self.resources = FakeDeployedResources()

    def deploy(
        self, kind: ResourceKind, name: str, *images: str, subscription: str = SUBSCRIPTION
    ) -> str:
        resource_id = path_of(kind, name, subscription)
        self.resources.answers[resource_id] = Deployed(images)
        return resource_id

    def refuse_lists(self, refusal: Refusal) -> None:
        is_transient = refusal.status >= 500
        answer = TransientError(refusal.message) if is_transient else refusal
        self.resources.refusals = dict.fromkeys(ResourceKind, answer)

    def cut_pages(self, size: int) -> None:
        self.resources.per_page = size


class Emulated:
    """The emulator, asked through the real SDKs."""

    def __init__(self) -> None:
        self.world = World()
        self.resources = AzureDeployedResources("http://arm.test", self.world.transport)

    def deploy(
        self, kind: ResourceKind, name: str, *images: str, subscription: str = SUBSCRIPTION
    ) -> str:
        """The last image is an init container's, where there are several."""
        resource_id = path_of(kind, name, subscription)
        self.put(resource_id, kind, body_of(kind, images))
        return resource_id

    def put(self, resource_id: str, kind: ResourceKind, body: dict[str, Any]) -> None:
        version = "2023-05-01" if kind is GROUP else "2024-03-01"
        reply = self.world.ask("PUT", resource_id, body, **{"api-version": version})
        assert reply.status in (200, 201), reply.body

    def refuse_lists(self, refusal: Refusal) -> None:
        self.world.set_faults(
            {"operation": "list", "status": refusal.status, "code": refusal.code, "count": 9}
        )

    def cut_pages(self, size: int) -> None:
        self.world.set_limits(groupsPerPage=size, appsPerPage=size)


def path_of(kind: ResourceKind, name: str, subscription: str = SUBSCRIPTION) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/test-rg/providers/{kind}/{name}"


def body_of(kind: ResourceKind, images: tuple[str, ...], **configuration: str) -> dict[str, Any]:
    running, preparing = images[:-1] or images, images[1:][-1:]
    if kind is not GROUP:
        template = {
            "containers": [{"name": f"c{n}", "image": one} for n, one in enumerate(running)],
            "initContainers": [{"name": "init", "image": one} for one in preparing] or None,
        }
        properties = {"template": template, "configuration": configuration}
        return {"location": "westeurope", "properties": properties}
    resources = {"requests": {"cpu": 0.1, "memoryInGB": 0.1}}
    containers = [
        {"name": f"c{n}", "properties": {"image": one, "resources": resources}}
        for n, one in enumerate(running)
    ]
    init = [{"name": "init", "properties": {"image": one}} for one in preparing]
    properties = {"osType": "Linux", "containers": containers, "initContainers": init}
    return {"location": "westeurope", "properties": properties}


@pytest.fixture(params=[InMemory, Emulated])
def azure(request: pytest.FixtureRequest) -> Azure:
    make: Callable[[], Azure] = request.param
    return make()


def listed(azure: Azure, kind: ResourceKind, scope: Scope) -> list[list[ListedResource]]:
    """All pages."""
    pages, continuation, is_last = [], None, False
    while not is_last:
        page = azure.resources.list_page(scope, kind, continuation)
        assert isinstance(page, ResourcePage)
        pages.append(list(page.resources))
        continuation, is_last = page.continuation, page.continuation is None
    return pages


@each_kind
def test_a_resource_tells_its_images_init_containers_included(
    azure: Azure, kind: ResourceKind
) -> None:
    """As they are written there; what is not there is told."""
    resource_id = azure.deploy(kind, "web", "nginx:1", "redis:7", "busybox")

    assert azure.resources.read(resource_id) == Deployed(("nginx:1", "redis:7", "busybox"))
    assert azure.resources.read(path_of(kind, "none")) == NotThere()


@each_kind
@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_list_goes_through_all_pages(azure: Azure, kind: ResourceKind, size: int) -> None:
    """With the images of each; a page is asked for by what the page before said."""
    azure.cut_pages(size)
    ids = [azure.deploy(kind, name, "nginx:1", "busybox") for name in "abcde"]

    pages = listed(azure, kind, Scope(SUBSCRIPTION, "TEST-rg"))

    assert [len(page) for page in pages] == {1: [1] * 5, 2: [2, 2, 1], 5: [5]}[size]
    found = [one for page in pages for one in page]
    assert [one.resource_id for one in found] == ids
    assert {one.images for one in found} == {("nginx:1", "busybox")}


@each_kind
def test_a_list_of_a_subscription_holds_all_of_it_and_nothing_else(
    azure: Azure, kind: ResourceKind
) -> None:
    """Other kinds are on lists of their own."""
    resource_id = azure.deploy(kind, "web", "nginx:1")
    azure.deploy(JOB if kind is GROUP else GROUP, "other", "redis:7")
    azure.deploy(kind, "elsewhere", "redis:7", subscription=OTHER_SUBSCRIPTION)

    assert listed(azure, kind, Scope(SUBSCRIPTION)) == [[ListedResource(resource_id, ("nginx:1",))]]


@each_kind
def test_a_resource_group_that_does_not_exist_is_told(azure: Azure, kind: ResourceKind) -> None:
    """It is no empty list."""
    azure.deploy(kind, "web", "nginx:1")

    assert azure.resources.list_page(Scope(SUBSCRIPTION, "none"), kind, None) == NotThere()


@each_kind
def test_a_list_that_is_refused_is_a_value_and_an_outage_is_an_error(
    azure: Azure, kind: ResourceKind
) -> None:
    """What is forbidden stays so; what is broken may be whole later."""
    azure.deploy(kind, "web", "nginx:1")
    azure.refuse_lists(Refusal("AuthorizationFailed", "no", 403))

    refused = azure.resources.list_page(Scope(SUBSCRIPTION), kind, None)

    assert isinstance(refused, Refusal)
    assert (refused.code, refused.status) == ("AuthorizationFailed", 403)
    azure.refuse_lists(Refusal("InternalServerError", "no", 500))
    with pytest.raises(TransientError):
        azure.resources.list_page(Scope(SUBSCRIPTION), kind, None)


# ------------------------------------------------------------------ what only Azure does
def test_in_multiple_mode_every_active_revision_tells_its_images() -> None:
    """One that was deactivated runs nothing, the latest included."""
    azure, app = Emulated(), path_of(APP, "shop")
    for image in ("shop:1", "shop:2", "shop:3"):
        azure.put(app, APP, body_of(APP, (image,), activeRevisionsMode="Multiple"))
    azure.world.pass_seconds(READY_AFTER_SECONDS)
    revisions = azure.world.apps().container_apps_revisions
    [_, second, third] = [one.name for one in by_image(revisions.list_revisions("test-rg", "shop"))]

    assert images_of(azure, app) == {"shop:1", "shop:2", "shop:3"}
    revisions.deactivate_revision("test-rg", "shop", second)
    assert images_of(azure, app) == {"shop:1", "shop:3"}
    revisions.deactivate_revision("test-rg", "shop", third)
    assert images_of(azure, app) == {"shop:1"}
    assert listed(azure, APP, Scope(SUBSCRIPTION)) == [[ListedResource(app, None)]]


def images_of(azure: Azure, resource_id: str) -> set[str]:
    seen = azure.resources.read(resource_id)
    assert isinstance(seen, Deployed)
    return set(seen.images)


def by_image(revisions: Any) -> list[Any]:
    return sorted(revisions, key=lambda one: one.template.containers[0].image)


def test_in_single_mode_the_old_revision_counts_until_the_new_one_is_ready() -> None:
    """It serves until then, for good where the new one never starts."""
    azure, app = Emulated(), path_of(APP, "shop")
    azure.put(app, APP, body_of(APP, ("shop:1",)))
    azure.world.pass_seconds(READY_AFTER_SECONDS)

    azure.put(app, APP, body_of(APP, ("shop:2",)))

    assert images_of(azure, app) == {"shop:1", "shop:2"}
    assert listed(azure, APP, Scope(SUBSCRIPTION)) == [[ListedResource(app, None)]]
    azure.world.pass_seconds(READY_AFTER_SECONDS)
    assert azure.resources.read(app) == Deployed(("shop:2",))


def test_a_provider_that_was_never_used_in_a_subscription_runs_nothing_there() -> None:
    """Azure refuses the list; there is nothing to be told."""
    azure = Emulated()
    azure.refuse_lists(Refusal("MissingSubscriptionRegistration", "no", 409))

    assert azure.resources.list_page(Scope(SUBSCRIPTION), JOB, None) == ResourcePage(())


def test_a_next_page_is_asked_for_where_the_first_one_was() -> None:
    """A continuation holds no host, so no token can be sent to another one."""
    azure = Emulated()
    azure.cut_pages(1)
    for name in "ab":
        azure.deploy(GROUP, name, "nginx:1")

    page = azure.resources.list_page(Scope(SUBSCRIPTION), GROUP, None)

    assert isinstance(page, ResourcePage)
    assert page.continuation is not None
    assert page.continuation.startswith(f"/subscriptions/{SUBSCRIPTION}/")
