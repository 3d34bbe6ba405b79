"""What ACI refuses at once, by its troubleshooting page and the required fields of its models."""

import re
from collections.abc import Mapping
from typing import Any

from local.azure_emulator.messages import Response, arm_error

NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def refuse_body(name: str, body: Any) -> Response | None:
    """The refusal of a PUT's name and body, or None."""
    if not NAME.fullmatch(name):
        return arm_error(400, "InvalidContainerGroupName", f"'{name}' is no legal name.")
    properties = body.get("properties") if isinstance(body, dict) else None
    containers = properties.get("containers") if isinstance(properties, dict) else None
    if not isinstance(containers, list) or not containers or not body.get("location"):
        return arm_error(400, "InvalidRequestContent", "location and containers are required.")
    assert isinstance(properties, dict)
    for container in [*containers, *(properties.get("initContainers") or [])]:
        inner = container.get("properties") or {}
        if not NAME.fullmatch(str(container.get("name"))) or not inner.get("image"):
            needs = "A container needs a legal name and an image."
            return arm_error(400, "InvalidContainer", needs)
    return next((refused for one in containers if (refused := _refuse_resources(one))), None)


def _refuse_resources(container: Mapping[str, Any]) -> Response | None:
    asked = (container["properties"].get("resources") or {}).get("requests") or {}
    if asked.get("cpu") and asked.get("memoryInGB"):
        return None
    needs = f"Container '{container['name']}' needs cpu and memoryInGB."
    return arm_error(400, "ResourceRequestsNotSpecified", needs)
