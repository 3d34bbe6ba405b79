"""Container groups as users deploy them."""

import secrets
from typing import Any

from azure.mgmt.containerinstance.models import (
    Container,
    ContainerGroup,
    InitContainerDefinition,
    ResourceRequests,
    ResourceRequirements,
)

RESOURCES = ResourceRequirements(requests=ResourceRequests(cpu=1, memory_in_gb=1))


def random_image() -> str:
    """The normal form of an image that no other test uses."""
    return f"registry.example.com/team/app-{secrets.token_hex(4)}:1.0"


def group(*images: str, init: str | None = None, tags: dict[str, str] | None = None) -> Any:
    """A container group with a container per image."""
    containers = [
        Container(name=f"c{number}", image=image, resources=RESOURCES)
        for number, image in enumerate(images)
    ]
    init_containers = [InitContainerDefinition(name="init", image=init)] if init else None
    return ContainerGroup(
        location="westeurope",
        os_type="Linux",
        containers=containers,
        init_containers=init_containers,
        tags=tags,
    )
