"""Which request goes where: the surface of Azure Resource Manager, and the emulator's own controls.

`Arm.handle` takes a request as a value and returns the reply: a server, or a transport of
azure-core inside a test, is put around it. Ids are compared without regard to case, as ARM does.
"""

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.azure_emulator.clock import Clock
from local.azure_emulator.events import Publish, resource_event
from local.azure_emulator.faults import Faults
from local.azure_emulator.groups import Group, new_group, without_secrets
from local.azure_emulator.images import Images
from local.azure_emulator.logs import tail_of
from local.azure_emulator.messages import Request, Response, arm_error
from local.azure_emulator.runtime import Runtime
from local.azure_emulator.validation import refuse_body

GROUP_TYPE = "Microsoft.ContainerInstance/containerGroups"
APP_TYPES = {
    "microsoft.app/containerapps": "Microsoft.App/containerApps",
    "microsoft.app/jobs": "Microsoft.App/jobs",
}
_ACI = r"/providers/Microsoft\.ContainerInstance"
_SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
_RESOURCE_GROUP = rf"{_SUBSCRIPTION}/resourceGroups/(?P<group>[^/]+)"

Handler = Callable[["Arm", Request, dict[str, str]], Response]


class Arm:
    """The state of everything, and what requests do to it."""

    def __init__(self, folder: Path, clock: Clock, runtime: Runtime, publish: Publish) -> None:
        """Start empty; containers that an earlier run left in `folder` are thrown away."""
        self._folder, self._clock, self._runtime, self._publish = folder, clock, runtime, publish
        self.faults = Faults()
        self.images = Images(folder / "images.json")
        self._groups: dict[str, Group] = {}
        self._books: list[Group] = []
        self._apps: dict[str, dict[str, Any]] = {}
        shutil.rmtree(folder / "groups", ignore_errors=True)

    def advance(self) -> None:
        """Let everything happen that is due by now."""
        for key, group in list(self._groups.items()):
            group.advance(self._clock.now(), self._runtime)
            if group.is_gone:
                del self._groups[key]

    def close(self) -> None:
        """End every process."""
        for group in self._groups.values():
            group.kill()

    def handle(self, request: Request) -> Response:
        """The reply to a request."""
        self.advance()
        for method, pattern, handler in ROUTES:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                return handler(self, request, match.groupdict())
        return arm_error(404, "InvalidResourceType", f"The emulator has no {request.path}.")

    # ---------------------------------------------------------------- container groups
    def put_group(self, request: Request, part: dict[str, str]) -> Response:
        """Create, or update: which starts the containers again."""
        group, name = part["group"], part["name"]
        refused = self.faults.refusal("put", group, name) or refuse_body(name, request.json())
        if refused:
            return refused
        path = _resource_id(part, GROUP_TYPE)
        existing = self._groups.get(path.lower())
        if existing and existing.deleting_since:
            busy = f"The container group '{name}' is still transitioning, please retry later."
            return arm_error(409, "ContainerGroupTransitioning", busy)
        if existing:
            existing.kill()
        now = self._clock.now()
        folder = (
            self._folder / "groups" / f"{hashlib.sha256(path.lower().encode()).hexdigest()[:16]}"
        )
        made = new_group(path, group, name, request.json(), folder, now)
        if existing:
            self._books.remove(existing)
        self._groups[path.lower()] = made
        self._books.append(made)
        self._publish(resource_event(path, GROUP_TYPE, "Write", now))
        return Response(
            200 if existing else 201, made.to_arm(now, with_view=False), _operation(request, part)
        )

    def get_group(self, request: Request, part: dict[str, str]) -> Response:
        """With instanceView once the group runs; the first 404 after a deletion is written down."""
        refused = self.faults.refusal("get", part["group"], part["name"])
        if refused:
            return refused
        path = _resource_id(part, GROUP_TYPE)
        group = self._groups.get(path.lower())
        if group is None:
            self._confirm(path)
            return _not_found(path)
        return Response(200, group.to_arm(self._clock.now(), with_view=True))

    def _confirm(self, path: str) -> None:
        for group in self._books:
            is_it = group.resource_id.lower() == path.lower()
            if is_it and group.is_gone and group.confirmed_at is None:
                group.confirmed_at = self._clock.now()

    def delete_group(self, request: Request, part: dict[str, str]) -> Response:
        """202 for a group that is there, 204 for one that is not."""
        group, name = part["group"], part["name"]
        refused = self.faults.refusal("delete", group, name)
        if refused:
            return refused
        found = self._groups.get(_resource_id(part, GROUP_TYPE).lower())
        if found is None:
            return Response(204)
        if self.faults.misbehaviour("delete", group, name).get("code") != "stuck":
            found.delete(self._clock.now())
            subject = found.resource_id
            self._publish(resource_event(subject, GROUP_TYPE, "Delete", self._clock.now()))
        headers = _operation(request, part)
        return Response(202, found.to_arm(self._clock.now(), with_view=False), headers)

    def list_groups(self, request: Request, part: dict[str, str]) -> Response:
        """Of a resource group or of the subscription, without instanceView."""
        refused = self.faults.refusal("list", part.get("group") or "", "")
        if refused:
            return refused
        prefix = f"/subscriptions/{part['subscription']}/".lower()
        if part.get("group"):
            prefix += f"resourcegroups/{part['group']}/".lower()
        now = self._clock.now()
        found = [g for path, g in self._groups.items() if path.startswith(prefix)]
        return Response(200, {"value": [group.to_arm(now, with_view=False) for group in found]})

    def get_log(self, request: Request, part: dict[str, str]) -> Response:
        """The end of a container's log; 404 with a code of its own before the container runs."""
        group, name = part["group"], part["name"]
        refused = self.faults.refusal("logs", group, name)
        if refused:
            return refused
        path = _resource_id(part, GROUP_TYPE)
        found = self._groups.get(path.lower())
        if found is None:
            return _not_found(path)
        named = [c for c in found.containers if c.spec["name"] == part["container"]]
        if not named:
            return arm_error(404, "ContainerNotFound", f"There is no {part['container']}.")
        if named[0].started_at is None:
            not_yet = "The container log is not available yet; check InstanceView or retry later."
            return arm_error(404, "ContainerLogNotAvailable", not_yet)
        content = named[0].log.read_bytes() if named[0].log.exists() else b""
        wrong = self.faults.misbehaviour("logs", group, name)
        if word := str(wrong.get("dropLinesContaining", "")).encode():
            content = b"".join(x for x in content.splitlines(keepends=True) if word not in x)
        content = content[int(wrong.get("truncateHeadBytes", 0)) :]
        tail = request.query.get("tail", "")
        lines = int(tail) if tail.isdigit() else None
        shown = tail_of(content, is_running=named[0].is_running, lines=lines)
        return Response(200, {"content": shown or None})

    def get_operation(self, request: Request, part: dict[str, str]) -> Response:
        """The asynchronous operation of a PUT or DELETE, by the state of its group."""
        group = self._groups.get(bytes.fromhex(part["operation"]).decode().lower())
        state = group.provisioning_state(self._clock.now()) if group else "Succeeded"
        if group and group.deleting_since:
            state = "Deleting"
        status = "Succeeded" if state == "Succeeded" else "InProgress"
        body = {"id": request.path, "name": part["operation"], "status": status}
        return Response(200, body, {"Retry-After": "1"})

    def get_usages(self, request: Request, part: dict[str, str]) -> Response:
        """How many groups and cores are in use."""
        groups = list(self._groups.values())
        cores = sum(
            (c.spec["properties"]["resources"]["requests"].get("cpu") or 0)
            for group in groups
            for c in group.containers
            if not c.is_init
        )
        used = {"ContainerGroups": len(groups), "StandardCores": round(cores)}
        value = [
            {"unit": "Count", "currentValue": n, "limit": 100, "name": {"value": name}}
            for name, n in used.items()
        ]
        return Response(200, {"value": value})

    # ---------------------------------------------------------------- container apps and jobs
    def put_app(self, request: Request, part: dict[str, str]) -> Response:
        """Keep a container app or job as it is put, without its secrets."""
        body = request.json()
        if not isinstance(body, dict):
            return arm_error(400, "InvalidRequestContent", "The body is no JSON object.")
        kind = APP_TYPES[part["type"].lower()]
        path = _resource_id(part, kind)
        made = {**without_secrets(body), "id": path, "name": part["name"], "type": kind}
        self._apps[path.lower()] = made
        self._publish(resource_event(path, kind, "Write", self._clock.now()))
        return Response(201, made)

    def get_app(self, request: Request, part: dict[str, str]) -> Response:
        """A container app or job."""
        refused = self.faults.refusal("get", part["group"], part["name"])
        path = _resource_id(part, APP_TYPES[part["type"].lower()])
        app = self._apps.get(path.lower())
        return refused or (Response(200, app) if app else _not_found(path))

    def delete_app(self, request: Request, part: dict[str, str]) -> Response:
        """Forget a container app or job."""
        kind = APP_TYPES[part["type"].lower()]
        path = _resource_id(part, kind)
        if self._apps.pop(path.lower(), None) is None:
            return Response(204)
        self._publish(resource_event(path, kind, "Delete", self._clock.now()))
        return Response(200)

    # ---------------------------------------------------------------- the emulator's own controls
    def get_books(self, request: Request, part: dict[str, str]) -> Response:
        """Every container group there ever was."""
        return Response(200, [group.to_book(self._clock.now()) for group in self._books])

    def put_images(self, request: Request, part: dict[str, str]) -> Response:
        """What the stand-in finds in which image."""
        self.images.set(request.json())
        return Response(200, request.json())

    def put_faults(self, request: Request, part: dict[str, str]) -> Response:
        """What goes wrong from now on."""
        self.faults.set(request.json())
        return Response(200, request.json())


def _resource_id(part: dict[str, str], kind: str) -> str:
    group = f"/subscriptions/{part['subscription']}/resourceGroups/{part['group']}"
    return f"{group}/providers/{kind}/{part['name']}"


def _operation(request: Request, part: dict[str, str]) -> dict[str, str]:
    """Where the SDK asks how a PUT or DELETE goes on."""
    operation = _resource_id(part, GROUP_TYPE).encode().hex()
    place = f"{request.base_url}/subscriptions/{part['subscription']}/providers"
    url = f"{place}/Microsoft.ContainerInstance/locations/local/operations/{operation}"
    return {"Azure-AsyncOperation": url, "Retry-After": "1"}


def _not_found(path: str) -> Response:
    return arm_error(404, "ResourceNotFound", f"The Resource '{path}' was not found.")


def _route(method: str, pattern: str, handler: Handler) -> tuple[str, re.Pattern[str], Handler]:
    return method, re.compile(pattern, re.IGNORECASE), handler


_GROUP = rf"{_RESOURCE_GROUP}{_ACI}/containerGroups/(?P<name>[^/]+)"
_APP = (
    rf"{_RESOURCE_GROUP}/providers/(?P<type>Microsoft\.App/(?:containerApps|jobs))/(?P<name>[^/]+)"
)
ROUTES = [
    _route("PUT", _GROUP, Arm.put_group),
    _route("GET", _GROUP, Arm.get_group),
    _route("DELETE", _GROUP, Arm.delete_group),
    _route("GET", rf"{_GROUP}/containers/(?P<container>[^/]+)/logs", Arm.get_log),
    _route("GET", rf"{_RESOURCE_GROUP}{_ACI}/containerGroups", Arm.list_groups),
    _route("GET", rf"{_SUBSCRIPTION}{_ACI}/containerGroups", Arm.list_groups),
    _route(
        "GET",
        rf"{_SUBSCRIPTION}{_ACI}/locations/[^/]+/operations/(?P<operation>[0-9a-f]+)",
        Arm.get_operation,
    ),
    _route("GET", rf"{_SUBSCRIPTION}{_ACI}/locations/[^/]+/usages", Arm.get_usages),
    _route("PUT", _APP, Arm.put_app),
    _route("GET", _APP, Arm.get_app),
    _route("DELETE", _APP, Arm.delete_app),
    _route("GET", "/emulator/groups", Arm.get_books),
    _route("PUT", "/emulator/images", Arm.put_images),
    _route("PUT", "/emulator/faults", Arm.put_faults),
]
