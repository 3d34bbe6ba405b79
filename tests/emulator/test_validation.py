"""What is refused at once, seen through the real SDK."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.emulator.bodies import container, group
from tests.emulator.in_process import World, refused, told


@pytest.mark.parametrize("name", ["Upper", "-a", "a-", "a_b", "a" * 64, "a.b"])
def test_illegal_group_names_are_refused(world: World, name: str) -> None:
    with pytest.raises(HttpResponseError) as refused:
        world.put(name, group())
    assert told(refused.value) == (400, "InvalidContainerGroupName")


@pytest.mark.parametrize("name", ["a", "9", "a-9", "a" * 63, "a--b"])
def test_legal_group_names_are_taken(world: World, name: str) -> None:
    assert world.put(name, group()).name == name


def without_location() -> dict[str, Any]:
    body = group()
    del body["location"]
    return body


MOUNT = [{"name": "nothing", "mountPath": "/x"}]
REFUSED = {
    "LocationRequired": without_location(),
    "InvalidOsType": group(osType="BeOS"),
    "InvalidRestartPolicy": group(restartPolicy="Sometimes"),
    "InvalidContainerName": group(container("A", "x:1")),
    "InvalidContainerImage": {
        "location": "x", "properties": {"osType": "Linux", "containers": [
            {"name": "a", "properties": {}}]},
    },
    "InvalidImageName": group(container("a", "x y")),
    "DuplicateContainerName": group(container("a", "x:1"), container("a", "x:1")),
    "ResourceRequestsNotSpecified": group(container("a", "x:1", resources={})),
    "InvalidVolumeMount": group(container("a", "x:1", volumeMounts=MOUNT)),
    "InvalidEnvironmentVariable": group(
        container("a", "x:1", environmentVariables=[{"name": "A-B", "value": "x"}])
    ),
    "DuplicateVolumeName": group(volumes=[{"name": "same-name", "emptyDir": {}}] * 2),
    "InvalidContainerCount": group(*[container(f"c{n}", "x:1") for n in range(61)]),
    "InvalidRequestContent": group(volumes=["v"]),
    "InvalidCommand": group(container("a", "x:1", command="true")),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_a_body_with_a_fault_is_refused_and_makes_no_group(world: World, code: str) -> None:
    path = (
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/a"
    )
    reply = world.ask("PUT", path, REFUSED[code], **{"api-version": "2023-05-01"})
    assert (reply.status, reply.body["error"]["code"]) == (400, code)
    assert world.books() == []


@pytest.mark.parametrize("cpu", [0, -1, None, "1", True])
def test_cpu_needs_to_be_a_number_above_nothing(world: World, cpu: Any) -> None:
    resources = {"requests": {"cpu": cpu, "memoryInGB": 1}}
    path = (
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/a"
    )
    body = group(container("a", "x:1", resources=resources))
    assert world.ask("PUT", path, body, **{"api-version": "2023-05-01"}).status == 400


PATH = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/a"
VERSION = {"api-version": "2023-05-01"}
IDENTITY = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssigned/one"


@pytest.mark.parametrize("name", ["four", "UPPER", "-abcd", "abcd-", "ab--cd", "a" * 64, None])
def test_illegal_volume_names_are_refused(world: World, name: str | None) -> None:
    """azure-docs, container-instances-troubleshooting: 5 to 63, no two hyphens together."""
    reply = world.ask("PUT", PATH, group(volumes=[{"name": name, "emptyDir": {}}]), **VERSION)
    assert (reply.status, reply.body["error"]["code"]) == (400, "InvalidVolume")


@pytest.mark.parametrize("name", ["fives", "a-b-c", "a" * 63])
def test_legal_volume_names_are_taken(world: World, name: str) -> None:
    assert world.put("one", group(volumes=[{"name": name, "emptyDir": {}}])).name == "one"


@pytest.mark.parametrize("ports", [0, 6])
def test_an_address_has_up_to_five_ports(world: World, ports: int) -> None:
    address = {"type": "Public", "ports": [{"port": 80 + number} for number in range(ports)]}
    error = refused(lambda: world.put("one", group(ipAddress=address)))
    assert told(error) == (400, "InvalidIpAddress")


def with_credential(identities: dict[str, Any] | None = None, **credential: Any) -> dict[str, Any]:
    body = group(imageRegistryCredentials=[{"server": "x.azurecr.io", **credential}])
    identity = {"type": "UserAssigned", "userAssignedIdentities": identities}
    return body | ({"identity": identity} if identities else {})


@pytest.mark.parametrize(
    "body",
    [
        with_credential(),
        with_credential(username="u"),
        with_credential(identity=IDENTITY),
        with_credential({"/another": {}}, identity=IDENTITY),
        group(imageRegistryCredentials=[{"username": "u", "password": "p"}]),
    ],
)
def test_a_registry_credential_that_cannot_work_is_refused(
    world: World, body: dict[str, Any]
) -> None:
    """azure-docs, using-azure-container-registry-mi: the identity has to be the group's too."""
    reply = world.ask("PUT", PATH, body, **VERSION)
    assert (reply.status, reply.body["error"]["code"]) == (400, "InvalidImageRegistryCredential")


@pytest.mark.parametrize(
    "body",
    [
        with_credential(username="u", password="p"),
        with_credential({IDENTITY.upper(): {}}, identity=IDENTITY),
    ],
)
def test_a_registry_credential_is_a_login_or_one_of_the_groups_identities(
    world: World, body: dict[str, Any]
) -> None:
    assert world.put("one", body).image_registry_credentials[0].password is None
