"""What cannot be changed of a container group that is there."""

from collections.abc import Mapping
from typing import Any

from local.azure_emulator.group_life import Group, region_of
from local.azure_emulator.messages import Response, arm_error


def refuse_update(group: Group, body: Mapping[str, Any]) -> Response | None:
    """The refusal of a PUT on an existing group, or None.

    A location never changes (Azure Resource Manager's rule). OS type, restart policy, network, CPU
    and memory change only by deleting the group first, unless it has ended and is deployed as new
    (azure-docs, container-instances-update; code and sentence from published replies), or unless
    it was said to be deleted: then this is a new group, which removes the old one.
    """
    subscription = group.resource_id.split("/")[2]
    if region_of(subscription, body["location"]) != group.region:
        message = (
            f"The resource '{group.name}' already exists in location '{group.body['location']}'. "
            f"A resource with the same name cannot be created in location '{body['location']}'."
        )
        return arm_error(409, "InvalidResourceLocation", message)
    if group.is_over or group.outlived_delete:
        return None
    if _fixed(body["properties"]) == _fixed(group.body["properties"]):
        return None
    message = (
        f"The updates on container group '{group.name}' are invalid. If you are going to update "
        "the os type, restart policy, network profile, CPU, memory or GPU resources for a "
        "container group, you must delete it first and then create a new one."
    )
    return arm_error(400, "InvalidContainerGroupUpdate", message)


def _fixed(properties: Mapping[str, Any]) -> tuple[object, ...]:
    """What stays: the group's own properties, and what its containers take in all."""
    requests = [one["properties"]["resources"]["requests"] for one in properties["containers"]]
    return (
        properties["osType"],
        properties.get("restartPolicy") or "Always",
        sorted(one["id"].lower() for one in properties.get("subnetIds") or []),
        round(sum(one["cpu"] for one in requests), 3),
        round(sum(one["memoryInGB"] for one in requests), 3),
    )
