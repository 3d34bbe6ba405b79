"""Container apps and jobs, by plain GETs over ARM as the trigger does them."""

import json

import pytest

from tests.emulator.in_process import World

RG = "/subscriptions/s/resourceGroups/rg/providers"
VERSION = {"api-version": "2024-03-01"}
BODY = {
    "location": "westeurope",
    "properties": {
        "configuration": {"secrets": [{"name": "db", "value": "planted-app-secret"}]},
        "template": {
            "containers": [{"name": "web", "image": "nginx:1.27"}],
            "initContainers": [{"name": "prepare", "image": "busybox:1.36"}],
        },
    },
}


@pytest.mark.parametrize("kind", ["Microsoft.App/containerApps", "Microsoft.App/jobs"])
def test_what_was_put_is_read_back_without_its_secrets(world: World, kind: str) -> None:
    assert world.ask("PUT", f"{RG}/{kind}/shop", BODY, **VERSION).status == 201
    reply = world.ask("GET", f"{RG}/{kind}/shop".lower(), **VERSION)
    assert reply.body["properties"]["template"] == BODY["properties"]["template"]  # type: ignore[index]
    assert (reply.body["name"], reply.body["type"]) == ("shop", kind)
    assert "planted-app-secret" not in json.dumps([reply.body, world.events])


def test_a_write_and_a_delete_publish_their_events(world: World) -> None:
    path = f"{RG}/Microsoft.App/containerApps/shop"
    world.ask("PUT", path, BODY, **VERSION)
    assert world.ask("PUT", path, BODY, **VERSION).status == 200
    world.ask("DELETE", path, **VERSION)
    assert [
        (e["eventType"].rpartition(".")[2], e["data"]["operationName"]) for e in world.events
    ] == [
        ("ResourceWriteSuccess", "Microsoft.App/containerApps/write"),
        ("ResourceWriteSuccess", "Microsoft.App/containerApps/write"),
        ("ResourceDeleteSuccess", "Microsoft.App/containerApps/delete"),
    ]
    assert world.ask("GET", path, **VERSION).status == 404
    assert world.ask("DELETE", path, **VERSION).status == 204


def test_an_app_and_a_job_of_one_name_are_two_things(world: World) -> None:
    world.ask("PUT", f"{RG}/Microsoft.App/containerApps/shop", BODY, **VERSION)
    assert world.ask("GET", f"{RG}/Microsoft.App/jobs/shop", **VERSION).status == 404


def test_reading_an_app_can_be_forbidden(world: World) -> None:
    world.ask("PUT", f"{RG}/Microsoft.App/jobs/shop", BODY, **VERSION)
    world.set_faults({"operation": "get", "code": "AuthorizationFailed", "status": 403})
    reply = world.ask("GET", f"{RG}/Microsoft.App/jobs/shop", **VERSION)
    assert (reply.status, reply.body["error"]["code"]) == (403, "AuthorizationFailed")
