"""Bodies of container groups, as a client puts them."""

from typing import Any


def container(name: str, image: str, **properties: Any) -> dict[str, Any]:
    resources = {"requests": {"cpu": 0.5, "memoryInGB": 0.5}}
    return {"name": name, "properties": {"image": image, "resources": resources, **properties}}


def shell(name: str, script: str, **properties: Any) -> dict[str, Any]:
    """A container that runs a shell script for real."""
    return container(name, "busybox:1.36", command=["/bin/sh", "-c", script], **properties)


def init_container(name: str, image: str, **properties: Any) -> dict[str, Any]:
    return {"name": name, "properties": {"image": image, **properties}}


def group(
    *containers: dict[str, Any], init: list[dict[str, Any]] | None = None, **properties: Any
) -> dict[str, Any]:
    inner: dict[str, Any] = {"osType": "Linux", "restartPolicy": "Never", **properties}
    inner["containers"] = list(containers) or [container("web", "nginx:1.27")]
    if init:
        inner["initContainers"] = init
    return {"location": "westeurope", "properties": inner}


def shared_volume(path: str) -> dict[str, Any]:
    """For a container of a group with `volumes=[EMPTY_DIR]`."""
    return {"volumeMounts": [{"name": "output", "mountPath": path}]}


EMPTY_DIR = {"name": "output", "emptyDir": {}}
