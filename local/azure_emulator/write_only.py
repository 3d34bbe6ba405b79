"""What is taken and never given back: nothing here reaches a reply, a file or a log.

Which fields these are: the "secure" and write-only ones of the 2023-05-01 REST reference, as its
official create example shows (a volume's `secret` comes back as an empty object).
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

# Read-only in the specification: what a client sends there is ignored.
_READ_ONLY = ("provisioningState", "instanceView")


def public_group(body: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a container group's body without write-only and read-only fields."""
    shown = copy.deepcopy(dict(body))
    properties = shown["properties"]
    for name in _READ_ONLY:
        properties.pop(name, None)
    for container in _containers(properties):
        container["properties"].pop("instanceView", None)
        for variable in container["properties"].get("environmentVariables") or []:
            variable.pop("secureValue", None)
    for credential in properties.get("imageRegistryCredentials") or []:
        credential.pop("password", None)
    for volume in properties.get("volumes") or []:
        (volume.get("azureFile") or {}).pop("storageAccountKey", None)
        if volume.get("secret"):
            volume["secret"] = {}
    analytics = (properties.get("diagnostics") or {}).get("logAnalytics") or {}
    analytics.pop("workspaceKey", None)
    return shown


def public_app(body: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a container app's or job's body without its secrets' values."""
    shown = copy.deepcopy(dict(body))
    configuration = (shown.get("properties") or {}).get("configuration") or {}
    for secret in configuration.get("secrets") or []:
        secret.pop("value", None)
    return shown


def _containers(properties: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from properties.get("initContainers") or []
    yield from properties.get("containers") or []
