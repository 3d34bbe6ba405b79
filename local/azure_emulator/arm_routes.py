"""Which request goes where: the whole surface of the emulator, one call from request to reply."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from local.azure_emulator.clock import Clock
from local.azure_emulator.container_apps import ContainerApps
from local.azure_emulator.container_groups import ContainerGroups
from local.azure_emulator.controls import Controls, SetImages
from local.azure_emulator.events import Publish
from local.azure_emulator.faults import Faults
from local.azure_emulator.group_life import Timings
from local.azure_emulator.messages import Request, Response, arm_error
from local.azure_emulator.runtime import Runtime

Handler = Callable[[Request, Mapping[str, str]], Response]

_SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
_RESOURCE_GROUP = rf"{_SUBSCRIPTION}/resourceGroups/(?P<group>[^/]+)"
_ACI = r"/providers/Microsoft\.ContainerInstance"
_GROUP = rf"{_RESOURCE_GROUP}{_ACI}/containerGroups/(?P<name>[^/]+)"
_APP = rf"{_RESOURCE_GROUP}/providers/Microsoft\.App/(?P<type>containerApps|jobs)/(?P<name>[^/]+)"


@dataclass(frozen=True)
class Route:
    """One kind of request; `operation` is its name for faults, None where there can be none."""

    method: str
    pattern: re.Pattern[str]
    operation: str | None
    handler: Handler


class Emulator:
    """Azure Resource Manager as far as the app needs it, and the emulator's own controls.

    All state is in memory and moves only inside `handle` and `advance`, by the clock given: a
    server or a test's transport is put around it.
    """

    def __init__(
        self,
        clock: Clock,
        runtime: Runtime,
        publish: Publish,
        images: SetImages,
        timings: Timings | None = None,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        seed: int = 0,
    ) -> None:
        """Start empty; `publish` takes every event, `seed` decides which faults happen."""
        self._faults = Faults(seed)
        self._groups = ContainerGroups(
            clock, runtime, publish, self._faults, timings or Timings(), new_id
        )
        apps = ContainerApps(clock, publish, new_id)
        controls = Controls(self._groups.books, self._faults, images)
        self._routes = [*_aci_routes(self._groups), *_app_routes(apps), *_own_routes(controls)]

    def advance(self) -> None:
        """Let everything happen that is due by now."""
        self._groups.advance()

    def close(self) -> None:
        """End every container."""
        self._groups.close()

    def handle(self, request: Request) -> Response:
        """The reply to a request."""
        self.advance()
        matches = [(route, route.pattern.fullmatch(request.path)) for route in self._routes]
        known = [(route, match.groupdict()) for route, match in matches if match]
        if not known:
            return arm_error(404, "InvalidResourceType", "The emulator has no such resource.")
        if request.path.startswith("/subscriptions/") and not request.query.get("api-version"):
            message = "The api-version query parameter (?api-version=) is required."
            return arm_error(400, "MissingApiVersionParameter", message)
        for route, part in known:
            if route.method == request.method:
                return self._answer(route, request, part)
        return arm_error(405, "MethodNotAllowed", f"{request.method} is not possible here.")

    def _answer(self, route: Route, request: Request, part: dict[str, str]) -> Response:
        if route.operation is None:
            return route.handler(request, part)
        group, name = part.get("group", ""), part.get("name", "")
        refusal = self._faults.refusal(route.operation, group, name)
        if refusal is None:
            delay_seconds = self._faults.delay_seconds(route.operation, group, name)
            return replace(route.handler(request, part), delay_seconds=delay_seconds)
        if refusal.applied:
            route.handler(request, part)
        return refusal.response


def _aci_routes(groups: ContainerGroups) -> list[Route]:
    container = rf"{_GROUP}/containers/(?P<container>[^/]+)/logs"
    place = rf"{_SUBSCRIPTION}{_ACI}/locations/(?P<location>[^/]+)"
    return [
        _route("PUT", _GROUP, "put", groups.put),
        _route("GET", _GROUP, "get", groups.get),
        _route("DELETE", _GROUP, "delete", groups.delete),
        _route("GET", container, "logs", groups.logs),
        _route("GET", rf"{_RESOURCE_GROUP}{_ACI}/containerGroups", "list", groups.list),
        _route("GET", rf"{_SUBSCRIPTION}{_ACI}/containerGroups", "list", groups.list),
        _route("GET", rf"{place}/operations/(?P<operation>[^/]+)", None, groups.operation),
        _route("GET", rf"{place}/usages", None, groups.usages),
    ]


def _app_routes(apps: ContainerApps) -> list[Route]:
    return [
        _route("PUT", _APP, "put", apps.put),
        _route("GET", _APP, "get", apps.get),
        _route("DELETE", _APP, "delete", apps.delete),
    ]


def _own_routes(controls: Controls) -> list[Route]:
    return [
        _route("GET", "/emulator/groups", None, controls.groups),
        _route("PUT", "/emulator/images", None, controls.set_images),
        _route("PUT", "/emulator/faults", None, controls.set_faults),
    ]


def _route(method: str, pattern: str, operation: str | None, handler: Handler) -> Route:
    return Route(method, re.compile(pattern, re.IGNORECASE), operation, handler)
