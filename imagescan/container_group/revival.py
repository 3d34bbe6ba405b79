"""The body that is put in the place of a group that runs on after its deletion.

Microsoft's own remedy for a group that is billed on: create the same resource id again, then
delete it (support article "Container group is still running after stop or delete command").
"""

from collections.abc import Mapping
from typing import Any

from imagescan.ports import GroupShape

CONTAINER = "nothing"


def build_revival_body(
    shape: GroupShape, tags: Mapping[str, str], courier_image: str
) -> dict[str, Any]:
    """One container that ends at once: no credentials, no identity, no volume, no scanner.

    It takes what the group had, for a PUT that changes CPU, memory, network or place is refused.
    """
    container = {
        "image": courier_image,
        "command": ["true"],
        "resources": {"requests": {"cpu": shape.cpu, "memoryInGB": shape.memory_gb}},
    }
    properties: dict[str, Any] = {
        "osType": "Linux",
        "restartPolicy": "Never",
        "containers": [{"name": CONTAINER, "properties": container}],
    }
    if shape.subnet_ids:
        properties["subnetIds"] = [{"id": subnet_id} for subnet_id in shape.subnet_ids]
    return {"location": shape.location, "tags": dict(tags), "properties": properties}
