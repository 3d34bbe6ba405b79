"""Container apps and jobs, seen through the real SDK with the api-version that the app pins."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.emulator.in_process import SUBSCRIPTION, World, refused, told

READY_AFTER_SECONDS = 12


def body(image: str = "nginx:1.27", **configuration: Any) -> dict[str, Any]:
    return {
        "location": "westeurope",
        "properties": {
            "configuration": {
                "secrets": [{"name": "db", "value": "planted-app-secret"}],
                **configuration,
            },
            "template": {
                "containers": [{"name": "web", "image": image}],
                "initContainers": [{"name": "prepare", "image": "busybox:1.36"}],
            },
        },
    }


def put_app(world: World, name: str, group: str = "test-rg", *args: Any) -> Any:
    client = world.apps(*args).container_apps
    return client.begin_create_or_update(group, name, body()).result()


def put_job(world: World, name: str, group: str = "test-rg", *args: Any) -> Any:
    return world.apps(*args).jobs.begin_create_or_update(group, name, body()).result()


KINDS = [("container_apps", put_app), ("jobs", put_job)]
each_kind = pytest.mark.parametrize(("kind", "put"), KINDS, ids=["app", "job"])
Put = Callable[..., Any]


@each_kind
def test_what_was_put_is_read_back_without_its_secrets(world: World, kind: str, put: Put) -> None:
    put(world, "shop")
    seen = getattr(world.apps(), kind).get("TEST-rg", "shop")
    assert [one.image for one in seen.template.containers] == ["nginx:1.27"]
    assert [one.image for one in seen.template.init_containers] == ["busybox:1.36"]
    assert seen.provisioning_state == "Succeeded"
    assert [one.name for one in seen.configuration.secrets] == ["db"]
    assert "planted-app-secret" not in json.dumps([seen.as_dict(), world.events])


@each_kind
def test_lists_hold_what_is_in_a_resource_group_or_a_subscription(
    world: World, kind: str, put: Put
) -> None:
    for name, group in (("b", "test-rg"), ("a", "test-rg"), ("c", "other-rg")):
        put(world, name, group)
    put(world, "elsewhere", "test-rg", "another-subscription")
    client = getattr(world.apps(), kind)
    assert names(client.list_by_resource_group("Test-RG")) == ["a", "b"]
    assert sorted(names(client.list_by_subscription())) == ["a", "b", "c"]
    assert next(iter(client.list_by_resource_group("other-rg"))).template.containers


@each_kind
@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_sdk_goes_through_all_pages(world: World, kind: str, put: Put, size: int) -> None:
    world.set_limits(appsPerPage=size)
    for name in "abcde":
        put(world, name)
    client = getattr(world.apps(), kind)
    assert names(client.list_by_resource_group("test-rg")) == [*"abcde"]
    assert names(client.list_by_subscription()) == [*"abcde"]


@each_kind
def test_what_is_deleted_is_gone_and_deleting_it_again_succeeds(
    world: World, kind: str, put: Put
) -> None:
    put(world, "shop")
    client = getattr(world.apps(), kind)
    client.begin_delete("test-rg", "shop").result()
    with pytest.raises(ResourceNotFoundError) as missing:
        client.get("test-rg", "shop")
    assert told(missing.value) == (404, "ResourceNotFound")
    client.begin_delete("test-rg", "shop").result()
    assert names(client.list_by_resource_group("test-rg")) == []


@pytest.mark.parametrize(
    ("kind", "put", "type_name"),
    [(*KINDS[0], "containerApps"), (*KINDS[1], "jobs")],
    ids=["app", "job"],
)
def test_writes_and_deletes_publish_their_events(
    world: World, kind: str, put: Put, type_name: str
) -> None:
    put(world, "shop")
    put(world, "shop")
    getattr(world.apps(), kind).begin_delete("test-rg", "shop").result()
    seen = [(e["eventType"].rpartition(".")[2], e["data"]["operationName"]) for e in world.events]
    assert seen == [
        ("ResourceWriteSuccess", f"Microsoft.App/{type_name}/write"),
        ("ResourceWriteSuccess", f"Microsoft.App/{type_name}/write"),
        ("ResourceDeleteSuccess", f"Microsoft.App/{type_name}/delete"),
    ]
    subjects = {event["subject"] for event in world.events}
    rg = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/test-rg"
    assert subjects == {f"{rg}/providers/Microsoft.App/{type_name}/shop"}


def test_an_app_and_a_job_of_one_name_are_two_things(world: World) -> None:
    put_app(world, "shop")
    with pytest.raises(ResourceNotFoundError):
        world.apps().jobs.get("test-rg", "shop")
    assert names(world.apps().jobs.list_by_subscription()) == []


def test_a_template_may_have_no_init_containers_or_nothing_at_all(world: World) -> None:
    client = world.apps().container_apps
    for properties in ({"template": {"containers": None, "initContainers": None}}, {}):
        made = {"location": "westeurope", "properties": properties}
        client.begin_create_or_update("test-rg", "bare", made).result()
        assert not getattr(client.get("test-rg", "bare").template, "containers", None)


def test_an_app_is_in_progress_until_its_image_was_pulled_and_its_event_comes_before(
    world: World,
) -> None:
    """facts: events fire before the revision is ready."""
    client = world.apps().container_apps
    client.begin_create_or_update("test-rg", "shop", body(), polling=False)
    assert len(world.events) == 1
    seen = client.get("test-rg", "shop")
    assert (seen.provisioning_state, seen.latest_ready_revision_name) == ("InProgress", None)
    world.pass_seconds(READY_AFTER_SECONDS)
    seen = client.get("test-rg", "shop")
    assert seen.provisioning_state == "Succeeded"
    assert seen.latest_ready_revision_name == seen.latest_revision_name


def test_reading_an_app_can_be_forbidden(world: World) -> None:
    put_app(world, "shop")
    world.set_faults({"operation": "get", "code": "AuthorizationFailed"})
    error = refused(lambda: world.apps().container_apps.get("test-rg", "shop"))
    assert told(error) == (403, "AuthorizationFailed")


def names(found: Any) -> list[str]:
    return [one.name for one in found]
