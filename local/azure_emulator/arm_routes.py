"""Which request goes where: the whole surface of the emulator, one call from request to reply."""

import random
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from local.azure_emulator.clock import Clock
from local.azure_emulator.container_apps import ContainerApps
from local.azure_emulator.container_groups import ContainerGroups
from local.azure_emulator.container_logs import ContainerLogs
from local.azure_emulator.controls import Controls, SetImages
from local.azure_emulator.events import Publish
from local.azure_emulator.faults import Faults
from local.azure_emulator.group_actions import GroupActions
from local.azure_emulator.limits import LimitsInForce
from local.azure_emulator.messages import Request, Response, arm_error
from local.azure_emulator.provisioning import Timings
from local.azure_emulator.registry import Registry
from local.azure_emulator.runtime import Runtime
from local.azure_emulator.scopes import Scopes
from local.azure_emulator.throttling import ArmThrottling

Handler = Callable[[Request, Mapping[str, str]], Response]

_SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
_RESOURCE_GROUP = rf"{_SUBSCRIPTION}/resourceGroups/(?P<group>[^/]+)"
_ACI = r"/providers/Microsoft\.ContainerInstance"
_GROUP = rf"{_RESOURCE_GROUP}{_ACI}/containerGroups/(?P<name>[^/]+)"
_APPS = r"/providers/Microsoft\.App/(?P<type>containerApps|jobs)"
_APP = rf"{_RESOURCE_GROUP}{_APPS}/(?P<name>[^/]+)"
_REVISIONS = (
    rf"{_RESOURCE_GROUP}/providers/Microsoft\.App/(?P<type>containerApps)/(?P<name>[^/]+)/revisions"
)


@dataclass(frozen=True)
class Route:
    """One kind of request; `operation` is its name for faults, None where there can be none."""

    method: str
    pattern: re.Pattern[str]
    operation: str | None
    handler: Handler


Known = list[tuple[Route, dict[str, str]]]


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
        chance: random.Random | None = None,
    ) -> None:
        """Start empty; `publish` takes every event, `chance` decides which faults happen.

        With a clock, a runtime, `new_id` and `chance` that repeat themselves, so does all else.
        """
        self._faults, limits = Faults(chance), LimitsInForce()
        timings = timings or Timings()
        self._registry = Registry(clock, runtime, publish, timings, new_id)
        self._scopes = Scopes()
        self._throttling = ArmThrottling(clock, limits)
        groups = ContainerGroups(self._registry, self._faults, limits)
        logs = ContainerLogs(self._registry, self._faults)
        apps = ContainerApps(clock, publish, new_id, self._faults, limits, timings)
        controls = Controls(self._registry.books, self._faults, images, limits)
        self._routes = [
            *_group_routes(groups),
            *_action_routes(GroupActions(self._registry), logs),
            *_app_routes(apps),
            *_resource_group_routes(self._scopes),
            *_own_routes(controls, self._scopes),
        ]

    def advance(self) -> None:
        """Let everything happen that is due by now."""
        self._registry.advance()

    def next_due_at(self) -> datetime | None:
        """When to `advance` next for nothing to happen late; None where nothing is ahead.

        When containers end is known to their runtime alone.
        """
        return self._registry.next_due_at()

    def close(self) -> None:
        """End every container."""
        self._registry.close()

    def handle(self, request: Request) -> Response:
        """The reply to a request."""
        self.advance()
        matches = [(route, route.pattern.fullmatch(request.path)) for route in self._routes]
        known = [(route, match.groupdict()) for route, match in matches if match]
        if not known:
            return arm_error(404, "InvalidResourceType", "The emulator has no such resource.")
        if request.path.startswith("/subscriptions/"):
            return self._by_arm(request, known)
        return self._dispatch(request, known)

    def _by_arm(self, request: Request, known: Known) -> Response:
        """As Azure Resource Manager stands before every provider."""
        if not request.query.get("api-version"):
            message = "The api-version query parameter (?api-version=) is required."
            return arm_error(400, "MissingApiVersionParameter", message)
        part = known[0][1]
        admitted = self._throttling.admit(request.method, part["subscription"])
        if isinstance(admitted, Response):
            return admitted
        reply = self._scopes.refusal(request, part) or self._dispatch(request, known)
        return replace(reply, headers={**admitted, **reply.headers})

    def _dispatch(self, request: Request, known: Known) -> Response:
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
            return replace(self._take_effect(route, request, part), delay_seconds=delay_seconds)
        if refusal.applied:
            self._take_effect(route, request, part)
        return refusal.response

    def _take_effect(self, route: Route, request: Request, part: dict[str, str]) -> Response:
        reply = route.handler(request, part)
        self._scopes.written(request, part, reply)
        return reply


def _group_routes(groups: ContainerGroups) -> list[Route]:
    place = rf"{_SUBSCRIPTION}{_ACI}/locations/(?P<location>[^/]+)"
    return [
        _route("PUT", _GROUP, "put", groups.put),
        _route("GET", _GROUP, "get", groups.get),
        _route("PATCH", _GROUP, "patch", groups.patch),
        _route("DELETE", _GROUP, "delete", groups.delete),
        _route("GET", rf"{_RESOURCE_GROUP}{_ACI}/containerGroups", "list", groups.list),
        _route("GET", rf"{_SUBSCRIPTION}{_ACI}/containerGroups", "list", groups.list),
        _route("GET", rf"{place}/operations/(?P<operation>[^/]+)", "operation", groups.operation),
        _route("GET", rf"{place}/usages", "usages", groups.usages),
    ]


def _action_routes(actions: GroupActions, logs: ContainerLogs) -> list[Route]:
    return [
        _route("GET", rf"{_GROUP}/containers/(?P<container>[^/]+)/logs", "logs", logs.logs),
        _route("POST", rf"{_GROUP}/stop", "stop", actions.stop),
        _route("POST", rf"{_GROUP}/start", "start", actions.start),
        _route("POST", rf"{_GROUP}/restart", "restart", actions.restart),
    ]


def _app_routes(apps: ContainerApps) -> list[Route]:
    return [
        _route("PUT", _APP, "put", apps.put),
        _route("GET", _APP, "get", apps.get),
        _route("DELETE", _APP, "delete", apps.delete),
        _route("GET", rf"{_RESOURCE_GROUP}{_APPS}", "list", apps.list),
        _route("GET", rf"{_SUBSCRIPTION}{_APPS}", "list", apps.list),
        _route("GET", _REVISIONS, "revisions", apps.list_revisions),
        _route("GET", rf"{_REVISIONS}/(?P<revision>[^/]+)", "revisions", apps.get_revision),
        _route(
            "POST",
            rf"{_REVISIONS}/(?P<revision>[^/]+)/(?P<verb>activate|deactivate)",
            None,
            apps.switch_revision,
        ),
    ]


def _resource_group_routes(scopes: Scopes) -> list[Route]:
    return [
        _route("PUT", _RESOURCE_GROUP, None, scopes.put_group),
        _route("GET", _RESOURCE_GROUP, None, scopes.get_group),
    ]


def _own_routes(controls: Controls, scopes: Scopes) -> list[Route]:
    return [
        _route("GET", "/emulator/groups", None, controls.groups),
        _route("PUT", "/emulator/images", None, controls.set_images),
        _route("PUT", "/emulator/faults", None, controls.set_faults),
        _route("GET", "/emulator/limits", None, controls.limits),
        _route("PUT", "/emulator/limits", None, controls.set_limits),
        _route("GET", "/emulator/access", None, scopes.denied),
        _route("PUT", "/emulator/access", None, scopes.deny),
    ]


def _route(method: str, pattern: str, operation: str | None, handler: Handler) -> Route:
    return Route(method, re.compile(pattern, re.IGNORECASE), operation, handler)
