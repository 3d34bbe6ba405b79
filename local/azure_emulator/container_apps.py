"""Container apps and jobs: kept as they are put, because the trigger reads them. Nothing runs."""

from collections.abc import Callable, Mapping
from typing import Any

from local.azure_emulator.clock import Clock
from local.azure_emulator.events import Publish, resource_event
from local.azure_emulator.messages import Request, Response, arm_error, resource_not_found
from local.azure_emulator.write_only import public_app

TYPES = {"containerapps": "Microsoft.App/containerApps", "jobs": "Microsoft.App/jobs"}


class ContainerApps:
    """Every container app and job, by lower-case id."""

    def __init__(self, clock: Clock, publish: Publish, new_id: Callable[[], str]) -> None:
        """Start with none."""
        self._clock, self._publish, self._new_id = clock, publish, new_id
        self._resources: dict[str, dict[str, Any]] = {}

    def put(self, request: Request, part: Mapping[str, str]) -> Response:
        """201 for a new one, 200 for an update; ready at once. Secrets' values are dropped."""
        body = request.json()
        if not isinstance(body, dict) or not isinstance(body.get("properties"), dict):
            message = "The body needs to be an object with 'properties'."
            return arm_error(400, "InvalidRequestContent", message)
        path, kind = _resource_id(part)
        made = public_app(body) | {"id": path, "name": part["name"], "type": kind}
        made["properties"]["provisioningState"] = "Succeeded"
        is_update = path.lower() in self._resources
        self._resources[path.lower()] = made
        self._announce(path, kind, "Write", "PUT" if is_update else None)
        return Response(200 if is_update else 201, made)

    def get(self, request: Request, part: Mapping[str, str]) -> Response:
        """As it was put, without secrets."""
        path, _ = _resource_id(part)
        found = self._resources.get(path.lower())
        return Response(200, found) if found else resource_not_found(path)

    def delete(self, request: Request, part: Mapping[str, str]) -> Response:
        """200 for one that was there, 204 for one that was not."""
        path, kind = _resource_id(part)
        if self._resources.pop(path.lower(), None) is None:
            return Response(204)
        self._announce(path, kind, "Delete", "DELETE")
        return Response(200)

    def _announce(self, path: str, kind: str, verb: str, method: str | None) -> None:
        now = self._clock.now()
        self._publish(resource_event(path, kind, verb, now, self._new_id, method))


def _resource_id(part: Mapping[str, str]) -> tuple[str, str]:
    kind = TYPES[part["type"].lower()]
    group = f"/subscriptions/{part['subscription']}/resourceGroups/{part['group']}"
    return f"{group}/providers/{kind}/{part['name']}", kind
