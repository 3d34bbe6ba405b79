"""What the emulator takes and answers is what ACI's specification says.

Every reply that any test gets through the SDK is held to it by `in_process.Transport`.
"""

import copy
from typing import Any

import pytest

from tests.emulator import specification
from tests.emulator.bodies import container, group
from tests.emulator.in_process import Script, World

EXAMPLES = dict(specification.examples())
CREATE = EXAMPLES["ContainerGroupsCreateOrUpdate"]
PATH = (
    "/subscriptions/subid/resourceGroups/demo"
    "/providers/Microsoft.ContainerInstance/containerGroups/demo1"
)
OF_METHOD = {
    "ContainerGroupsCreateOrUpdate": ("PUT", PATH),
    "ContainerGroupsDelete": ("DELETE", PATH),
    "ContainerGroupsGet_Failed": ("GET", PATH),
    "ContainerGroupsGet_Succeeded": ("GET", PATH),
    "ContainerGroupsListByResourceGroup": ("GET", PATH.rpartition("/")[0]),
    "ContainerListLogs": ("GET", f"{PATH}/containers/container1/logs"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_official_examples_hold_to_the_specification_as_it_is_read_here(name: str) -> None:
    method, path = OF_METHOD[name]
    for status, reply in EXAMPLES[name]["responses"].items():
        assert specification.problems(method, path, int(status), reply.get("body")) == []


def test_the_emulator_takes_the_official_example_and_shows_what_azure_shows(world: World) -> None:
    """But for the address that it gives nobody: `ip` and `fqdn`."""
    asked = copy.deepcopy(CREATE["parameters"]["containerGroup"])
    made = world.ask("PUT", PATH, asked, **{"api-version": "2023-05-01"})
    assert made.status == 201
    assert specification.problems("PUT", PATH, 201, made.body) == []
    expected = CREATE["responses"]["201"]["body"]["properties"]
    shown = made.body["properties"]
    assert expected.keys() - shown.keys() == set()
    for field in ("containers", "volumes", "imageRegistryCredentials", "osType"):
        assert shown[field] == expected[field]


def whole_group(world: World) -> Any:
    """A running group with everything that has a state, as plain JSON."""
    world.runtime.scripts = {"i:1": Script(0)}
    variables = [{"name": "TOKEN", "secureValue": "s"}]
    init = [{"name": "i", "properties": {"image": "i:1", "environmentVariables": variables}}]
    world.run("one", group(container("a", "x:1", environmentVariables=variables), init=init))
    path = world.get("one").id
    return world.ask("GET", path, **{"api-version": "2023-05-01"}).body


def test_a_reply_that_breaks_the_specification_is_noticed(world: World) -> None:
    """Otherwise the check that stands behind every other test would say nothing."""
    body = whole_group(world)
    assert specification.problems("GET", PATH, 200, body) == []
    inner = body["properties"]
    inner["containers"][0]["properties"]["environmentVariables"][0]["secureValue"] = "s"
    inner["initContainers"][0]["properties"]["instanceView"]["currentState"]["exitCode"] = "0"
    inner["containers"][0]["properties"]["instanceView"]["currentState"]["startTime"] = "noon"
    inner["restartPolicy"] = "Sometimes"
    inner["owner"] = "me"
    del inner["osType"]
    found = specification.problems("GET", PATH, 200, body)
    assert len(found) == 6, found


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("PATCH", PATH, 202, None),
        ("DELETE", PATH, 202, {}),
        ("POST", f"{PATH}/stop", 202, None),
        ("GET", f"{PATH}/secrets", 200, {}),
        ("GET", f"{PATH}/containers/a/logs", 200, {"content": 1}),
        ("GET", PATH, 409, {"error": {"code": 409}}),
    ],
)
def test_a_status_or_body_that_no_operation_has_is_noticed(
    method: str, path: str, status: int, body: Any
) -> None:
    assert specification.problems(method, path, status, body)


def test_the_transport_of_every_test_refuses_such_a_reply(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run("one")
    group_of_books = world.emulator._registry.all()[0]
    monkeypatch.setitem(group_of_books.body["properties"], "owner", "me")
    with pytest.raises(AssertionError, match="owner"):
        world.get("one")
