"""What ACI refuses at once: names by its troubleshooting page, fields by the specification.

How many of each: azure-docs, container-instances-resource-and-quota-limits.

The codes of these refusals are not published; they say what they mean.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from local.azure_emulator.messages import Response, arm_error

# 1 to 63 lower-case letters, digits and hyphens, no hyphen first or last.
NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
# 5 to 63 of the same, and no two hyphens together.
VOLUME_NAME = re.compile(r"(?!.*--)[a-z0-9][-a-z0-9]{3,61}[a-z0-9]")
VARIABLE_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_]{0,61}[A-Za-z0-9])?")
MOST_CONTAINERS = 60
MOST_VOLUMES = 20
MOST_PORTS = 5
_LISTS = (
    "containers", "initContainers", "volumes", "imageRegistryCredentials",
)  # fmt: skip
_LISTS_OF_CONTAINER = ("environmentVariables", "volumeMounts", "ports")


class _Refused(Exception):
    """Carries a code and a sentence out of the checks; never leaves this module."""


def refuse_group(name: str, body: Any) -> Response | None:
    """The refusal of a PUT's name and body, or None where all is well.

    Messages name fields and names, never values: those may be secret.
    """
    try:
        _check_group(name, body)
    except _Refused as refused:
        code, message = refused.args
        return arm_error(400, code, message)
    return None


def _check_group(name: str, body: Any) -> None:
    if not NAME.fullmatch(name):
        _refuse("InvalidContainerGroupName", f"The container group name '{name}' is invalid.")
    if not isinstance(body, dict) or not isinstance(body.get("properties"), dict):
        _refuse("InvalidRequestContent", "The body needs to be an object with 'properties'.")
    if not body.get("location"):
        _refuse("LocationRequired", "The location property is required for this definition.")
    properties = body["properties"]
    _check_lists(properties, _LISTS)
    if properties.get("osType") not in ("Linux", "Windows"):
        _refuse("InvalidOsType", "'osType' needs to be Linux or Windows.")
    if properties.get("restartPolicy", "Always") not in ("Always", "OnFailure", "Never"):
        _refuse("InvalidRestartPolicy", "'restartPolicy' needs to be Always, OnFailure or Never.")
    containers = [*_all_containers(properties)]
    if not properties.get("containers") or len(containers) > MOST_CONTAINERS:
        _refuse("InvalidContainerCount", f"A group has 1 to {MOST_CONTAINERS} containers.")
    volumes = _volumes(properties)
    for container in containers:
        _check_container(container, volumes)
    names = [container["name"] for container in containers]
    if len(set(names)) < len(names):
        _refuse("DuplicateContainerName", "Two containers of the group have the same name.")
    for container in properties["containers"]:
        _check_resources(container)
    _check_ports(properties)
    _check_credentials(properties, body.get("identity"))


def _check_lists(parent: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        entries = parent.get(name)
        if entries is None:
            continue
        if not isinstance(entries, list) or any(not isinstance(one, dict) for one in entries):
            _refuse("InvalidRequestContent", f"'{name}' needs to be a list of objects.")


def _all_containers(properties: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from properties.get("initContainers") or []
    yield from properties.get("containers") or []


def _volumes(properties: Mapping[str, Any]) -> set[str]:
    volumes = properties.get("volumes") or []
    names = [volume.get("name") for volume in volumes]
    if len(names) > MOST_VOLUMES or any(not VOLUME_NAME.fullmatch(str(name)) for name in names):
        _refuse("InvalidVolume", f"A group has up to {MOST_VOLUMES} volumes with legal names.")
    if len(set(names)) < len(names):
        _refuse("DuplicateVolumeName", "Two volumes of the group have the same name.")
    return set(names)


def _check_container(container: Mapping[str, Any], volumes: set[str]) -> None:
    name, properties = container.get("name"), container.get("properties")
    if not NAME.fullmatch(str(name)):
        _refuse("InvalidContainerName", f"The container name '{name}' is invalid.")
    if not isinstance(properties, dict) or not isinstance(properties.get("image"), str):
        _refuse("InvalidContainerImage", f"The container '{name}' has no image.")
    if not re.fullmatch(r"\S+", properties["image"]):
        _refuse("InvalidImageName", f"The image name in the container '{name}' is invalid.")
    command = properties.get("command") or []
    if not isinstance(command, list) or any(not isinstance(word, str) for word in command):
        _refuse("InvalidCommand", f"The command of '{name}' needs to be a list of strings.")
    _check_lists(properties, _LISTS_OF_CONTAINER)
    for variable in properties.get("environmentVariables") or []:
        _check_variable(str(name), variable)
    for mount in properties.get("volumeMounts") or []:
        if mount.get("name") not in volumes or not str(mount.get("mountPath")).startswith("/"):
            _refuse("InvalidVolumeMount", f"A mount of '{name}' has no such volume or no path.")


def _check_variable(container: str, variable: Mapping[str, Any]) -> None:
    if not VARIABLE_NAME.fullmatch(str(variable.get("name"))):
        _refuse("InvalidEnvironmentVariable", f"A variable of '{container}' has no legal name.")
    values = [variable[key] for key in ("value", "secureValue") if variable.get(key) is not None]
    if len(values) > 1 or any(not isinstance(value, str) for value in values):
        message = f"'{variable['name']}' needs one of value and secureValue, as a string."
        _refuse("InvalidEnvironmentVariable", message)


def _check_resources(container: Mapping[str, Any]) -> None:
    resources = container["properties"].get("resources")
    requests = resources.get("requests") if isinstance(resources, dict) else None
    asked = requests if isinstance(requests, dict) else {}
    if any(not _is_positive(asked.get(name)) for name in ("cpu", "memoryInGB")):
        message = f"The container '{container['name']}' needs requests of cpu and memoryInGB."
        _refuse("ResourceRequestsNotSpecified", message)


def _check_ports(properties: Mapping[str, Any]) -> None:
    address = properties.get("ipAddress")
    ports = address.get("ports") if isinstance(address, dict) else None
    if address is not None and (not isinstance(ports, list) or not 0 < len(ports) <= MOST_PORTS):
        _refuse("InvalidIpAddress", f"An address has 1 to {MOST_PORTS} ports.")


def _check_credentials(properties: Mapping[str, Any], identity: Any) -> None:
    """Of a user with a password each, or of an identity that the group has too.

    azure-docs, using-azure-container-registry-mi.
    """
    own = identity.get("userAssignedIdentities") if isinstance(identity, dict) else None
    of_group = {one.lower() for one in own or {}}
    for credential in properties.get("imageRegistryCredentials") or []:
        _check_credential(credential, of_group)


def _check_credential(credential: Mapping[str, Any], of_group: set[str]) -> None:
    server, named = credential.get("server"), credential.get("identity")
    if not isinstance(server, str) or not server:
        _refuse("InvalidImageRegistryCredential", "A registry credential needs a server.")
    if named is None:
        if not credential.get("username") or not credential.get("password"):
            message = f"The credential for '{server}' needs username and password, or an identity."
            _refuse("InvalidImageRegistryCredential", message)
        return
    if str(named).lower() not in of_group:
        message = f"The identity for '{server}' is not one of the container group's."
        _refuse("InvalidImageRegistryCredential", message)


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _refuse(code: str, message: str) -> NoReturn:
    raise _Refused(code, message)
