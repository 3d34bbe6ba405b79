"""Container groups as users deploy them."""

import random
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


def random_finding(number: int) -> dict[str, Any]:
    """A vulnerability as a scanner tells it; two of different numbers are never the same.

    Nor of the same QID, which stands for one title and severity: of 400 at random, one in twelve
    times two were.
    """
    return {
        "qid": (100 + number) * 1_000 + random.randint(0, 999),
        "title": f"Vulnerability {number}",
        "severity": random.choice(["critical", "high", "medium", "low", "info"]),
        "type": "vulnerability",
        "cves": [f"CVE-{random.randint(1999, 2026)}-{random.randint(1, 99_999):04d}"],
        "package": f"package-{number}",
        "installedVersion": f"{random.randint(0, 9)}.{number}",
        "fixedVersion": f"10.{number}",
    }


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
