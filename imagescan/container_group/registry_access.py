"""How a scan's container group gets its images: the target's registry and those of its own two."""

from typing import Any

from imagescan.image_reference import parse_image_reference
from imagescan.registry.hosts import RegistryHost, parse_host
from imagescan.settings import Settings

# What ACI calls Docker Hub (MicrosoftDocs/azure-docs #9799).
_DOCKER_HUB_SERVER = "index.docker.io"


def scanner_variables(image: str, settings: Settings) -> list[dict[str, str]]:
    """What the scanner is told to pull `image` with, as secure values; empty where it is public.

    An Azure registry without a credential of its own is read with the group's identity, and the
    scanner looks for one only while QSCANNER_REGISTRY_USERNAME is unset.
    """
    host = _registry(image)
    credential = settings.registry_credentials.get(host) if host else None
    if credential is None:
        return []
    return [
        {"name": "QSCANNER_REGISTRY_USERNAME", "secureValue": credential.username},
        {"name": "QSCANNER_REGISTRY_PASSWORD", "secureValue": credential.password},
    ]


def group_identity(image: str, settings: Settings) -> dict[str, Any]:
    """SCAN_IDENTITY_ID as the group's `identity`; empty where no image is pulled with it."""
    images = (image, settings.scanner_image, settings.courier_image)
    if not any(is_read_by_identity(one, settings) for one in images):
        return {}
    identities: dict[str, Any] = {str(settings.scan_identity_id): {}}
    return {"identity": {"type": "UserAssigned", "userAssignedIdentities": identities}}


def is_read_by_identity(image: str, settings: Settings) -> bool:
    """Whether the scanner gets at an image with the group's identity and no other credential."""
    return _by_identity(_registry(image), settings)


def group_pulls(settings: Settings) -> dict[str, Any]:
    """`imageRegistryCredentials` for scanner and courier; ACI itself never pulls the target."""
    images = (settings.scanner_image, settings.courier_image)
    hosts = {host for host in map(_registry, images) if host}
    pulls = [pull for host in sorted(hosts, key=str) if (pull := _pull(host, settings))]
    return {"imageRegistryCredentials": pulls} if pulls else {}


def _registry(image: str) -> RegistryHost | None:
    """None where no host can be called so: `[:::]` is in the grammar of references."""
    return parse_host(parse_image_reference(image).registry)


def _by_identity(host: RegistryHost | None, settings: Settings) -> bool:
    if host is None or host in settings.registry_credentials:
        return False
    return host.is_azure_registry and settings.scan_identity_id is not None


def _pull(host: RegistryHost, settings: Settings) -> dict[str, str] | None:
    server = _DOCKER_HUB_SERVER if host == parse_host(_DOCKER_HUB_SERVER) else str(host)
    credential = settings.registry_credentials.get(host)
    if credential:
        known = {"username": credential.username, "password": credential.password}
        return {"server": server, **known}
    if _by_identity(host, settings):
        return {"server": server, "identity": str(settings.scan_identity_id)}
    return None
