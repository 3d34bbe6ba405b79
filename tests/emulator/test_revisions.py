"""Revisions of container apps, through the real SDK. Rules: learn, container-apps/revisions."""

from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.emulator.in_process import World, refused
from tests.emulator.test_container_apps import READY_AFTER_SECONDS, body, names

MULTIPLE = {"activeRevisionsMode": "Multiple", "ingress": {"external": True}}


def put(world: World, image: str, suffix: str | None = None, **configuration: Any) -> None:
    """Put the app `shop` and let its revision become ready."""
    put_at_once(world, image, suffix, **configuration)
    world.pass_seconds(READY_AFTER_SECONDS)


def put_at_once(world: World, image: str, suffix: str | None = None, **configuration: Any) -> None:
    made = body(image, **configuration)
    if suffix:
        made["properties"]["template"]["revisionSuffix"] = suffix
    client = world.apps().container_apps
    client.begin_create_or_update("test-rg", "shop", made, polling=False)


def revisions(world: World) -> dict[str, tuple[str, bool, int]]:
    """By name: the image, whether it is active, its share of the traffic."""
    found = world.apps().container_apps_revisions.list_revisions("test-rg", "shop")
    return {
        one.name: (one.template.containers[0].image, one.active, one.traffic_weight)
        for one in found
    }


def test_a_change_of_the_template_makes_a_revision_and_no_other_change_does(
    world: World,
) -> None:
    put(world, "nginx:1")
    put(world, "nginx:1", registries=[])
    assert len(revisions(world)) == 1
    put(world, "nginx:2")
    assert sorted(image for image, *_ in revisions(world).values()) == ["nginx:1", "nginx:2"]


def test_a_revision_is_named_by_its_suffix_or_by_one_made_up(world: World) -> None:
    put(world, "nginx:1", "first")
    put(world, "nginx:2")
    first, second = sorted(revisions(world), reverse=True)
    assert first == "shop--first"
    assert second.startswith("shop--")
    assert len(second) == len("shop--") + 7


def test_in_single_mode_the_old_revision_is_active_until_the_new_one_is_ready(
    world: World,
) -> None:
    put(world, "nginx:1", "a")
    put_at_once(world, "nginx:2", "b")
    assert revisions(world) == {
        "shop--a": ("nginx:1", True, 100),
        "shop--b": ("nginx:2", True, 0),
    }
    app = world.apps().container_apps.get("test-rg", "shop")
    assert app.template.containers[0].image == "nginx:2"
    assert (app.latest_revision_name, app.latest_ready_revision_name) == ("shop--b", "shop--a")
    world.pass_seconds(READY_AFTER_SECONDS)
    assert revisions(world) == {
        "shop--a": ("nginx:1", False, 0),
        "shop--b": ("nginx:2", True, 100),
    }


@pytest.mark.parametrize("code", ["pullFails", "provisioningFailed"])
def test_a_revision_that_never_gets_ready_leaves_the_old_one_running(
    world: World, code: str
) -> None:
    """learn: if the update fails, traffic remains pointed to the old revision."""
    put(world, "nginx:1", "a")
    world.set_faults({"operation": "put", "code": code})
    put(world, "nginx:2", "b")
    world.pass_seconds(3600)
    assert revisions(world)["shop--a"] == ("nginx:1", True, 100)
    app = world.apps().container_apps.get("test-rg", "shop")
    assert app.provisioning_state == "Failed"
    assert (app.latest_revision_name, app.latest_ready_revision_name) == ("shop--b", "shop--a")
    failed = world.apps().container_apps_revisions.get_revision("test-rg", "shop", "shop--b")
    assert (failed.provisioning_state, failed.running_state) == ("Failed", "Failed")


def test_a_slow_pull_keeps_a_revision_from_being_ready(world: World) -> None:
    world.set_faults({"operation": "put", "code": "slow", "seconds": 100})
    put_at_once(world, "nginx:1")
    world.pass_seconds(101)
    assert world.apps().container_apps.get("test-rg", "shop").provisioning_state == "InProgress"
    world.pass_seconds(1)
    assert world.apps().container_apps.get("test-rg", "shop").provisioning_state == "Succeeded"


def test_in_multiple_mode_all_revisions_stay_active_and_share_the_traffic_as_told(
    world: World,
) -> None:
    put(world, "nginx:1", "a", **MULTIPLE)
    traffic = [{"revisionName": "shop--a", "weight": 20}, {"latestRevision": True, "weight": 80}]
    ingress = {"external": True, "traffic": traffic}
    put(world, "nginx:2", "b", activeRevisionsMode="Multiple", ingress=ingress)
    put(world, "nginx:3", "c", activeRevisionsMode="Multiple", ingress=ingress)
    assert revisions(world) == {
        "shop--a": ("nginx:1", True, 20),
        "shop--b": ("nginx:2", True, 0),
        "shop--c": ("nginx:3", True, 80),
    }


def test_an_inactive_revision_gets_no_traffic_whatever_is_told(world: World) -> None:
    traffic = [{"revisionName": "shop--a", "weight": 100}]
    ingress = {"external": True, "traffic": traffic}
    put(world, "nginx:1", "a", activeRevisionsMode="Multiple", ingress=ingress)
    world.apps().container_apps_revisions.deactivate_revision("test-rg", "shop", "shop--a")
    assert revisions(world) == {"shop--a": ("nginx:1", False, 0)}


def test_without_ingress_revisions_run_without_traffic(world: World) -> None:
    for number in (1, 2):
        put(world, f"nginx:{number}", f"r{number}", activeRevisionsMode="Multiple")
    assert [seen[1:] for seen in revisions(world).values()] == [(True, 0), (True, 0)]


def test_a_revision_can_be_deactivated_and_activated_again(world: World) -> None:
    put(world, "nginx:1", "a", **MULTIPLE)
    put(world, "nginx:2", "b", **MULTIPLE)
    client = world.apps().container_apps_revisions
    client.deactivate_revision("test-rg", "shop", "shop--a")
    seen = client.get_revision("test-rg", "shop", "shop--a")
    assert (seen.active, seen.running_state, seen.replicas) == (False, "Stopped", 0)
    assert revisions(world)["shop--b"] == ("nginx:2", True, 100)
    client.activate_revision("test-rg", "shop", "shop--a")
    assert client.get_revision("test-rg", "shop", "shop--a").active
    actions = [event["data"]["operationName"] for event in world.events[2:]]
    assert actions == [
        "Microsoft.App/containerApps/revisions/deactivate/action",
        "Microsoft.App/containerApps/revisions/activate/action",
    ]


def test_back_in_single_mode_only_the_latest_stays_active(world: World) -> None:
    put(world, "nginx:1", "a", **MULTIPLE)
    put(world, "nginx:2", "b", **MULTIPLE)
    put(world, "nginx:2", "b", activeRevisionsMode="Single")
    assert [active for _, active, _ in revisions(world).values()] == [False, True]


def test_revisions_are_listed_in_pages(world: World) -> None:
    world.set_limits(appsPerPage=2)
    for number in range(5):
        put(world, f"nginx:{number}", f"r{number}", **MULTIPLE)
    found = world.apps().container_apps_revisions.list_revisions("test-rg", "shop")
    assert names(found) == [f"shop--r{number}" for number in range(5)]


def test_an_app_that_is_put_anew_after_its_deletion_has_no_old_revisions(world: World) -> None:
    put(world, "nginx:1", "a")
    world.apps().container_apps.begin_delete("test-rg", "shop").result()
    put(world, "nginx:2", "b")
    assert list(revisions(world)) == ["shop--b"]


def test_revisions_of_what_is_not_there_are_not_found(world: World) -> None:
    client = world.apps().container_apps_revisions
    with pytest.raises(ResourceNotFoundError):
        list(client.list_revisions("test-rg", "shop"))
    put(world, "nginx:1")
    for act in (client.get_revision, client.activate_revision, client.deactivate_revision):
        with pytest.raises(ResourceNotFoundError):
            act("test-rg", "shop", "shop--none")


def test_listing_revisions_can_fail_for_one_app_alone(world: World) -> None:
    put(world, "nginx:1")
    fault = {"operation": "revisions", "name": "shop", "code": "InternalServerError", "status": 400}
    world.set_faults(fault)
    client = world.apps().container_apps_revisions
    error = refused(lambda: list(client.list_revisions("test-rg", "shop")))
    assert error.status_code == 400
    assert world.apps().container_apps.get("test-rg", "shop").name == "shop"
