"""Container apps and jobs: kept as they are put, because they are read. Nothing runs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.azure_emulator.clock import Clock
from local.azure_emulator.events import Publish, resource_event
from local.azure_emulator.faults import Faults
from local.azure_emulator.limits import LimitsInForce
from local.azure_emulator.messages import Request, Response, arm_error, resource_not_found
from local.azure_emulator.paging import page_of
from local.azure_emulator.provisioning import Timings
from local.azure_emulator.revisions import REVISION_TYPE, Revisions, revision_to_arm
from local.azure_emulator.write_only import public_app

APP_TYPE, JOB_TYPE = "Microsoft.App/containerApps", "Microsoft.App/jobs"
TYPES = {"containerapps": APP_TYPE, "jobs": JOB_TYPE}


@dataclass
class App:
    """A container app, or a job, which has no revisions; `body` is what may be shown of it."""

    resource_id: str
    kind: str
    revisions: Revisions
    body: dict[str, Any] = field(default_factory=dict)

    def to_arm(self, now: datetime) -> dict[str, Any]:
        """The resource as replies show it."""
        properties = {**self.body["properties"], "provisioningState": "Succeeded"}
        if self.kind == APP_TYPE:
            properties |= self.revisions.to_app(now)
            mode = {"activeRevisionsMode": self.revisions.mode}
            properties["configuration"] = {**(properties.get("configuration") or {}), **mode}
        name = self.resource_id.rpartition("/")[2]
        shown = {"id": self.resource_id, "name": name, "type": self.kind}
        return self.body | shown | {"properties": properties}


class ContainerApps:
    """Every container app and job, by lower-case id."""

    def __init__(
        self,
        clock: Clock,
        publish: Publish,
        new_id: Callable[[], str],
        faults: Faults,
        limits: LimitsInForce,
        timings: Timings,
    ) -> None:
        """Start with none."""
        self._clock, self._publish, self._new_id = clock, publish, new_id
        self._faults, self._limits, self._timings = faults, limits, timings
        self._apps: dict[str, App] = {}

    def put(self, request: Request, part: Mapping[str, str]) -> Response:
        """201 for a new one, 200 for an update. Secrets' values are dropped."""
        body = request.json()
        if not isinstance(body, dict) or not isinstance(body.get("properties"), dict):
            message = "The body needs to be an object with 'properties'."
            return arm_error(400, "InvalidRequestContent", message)
        path, kind = _resource_id(part)
        existing = self._apps.get(path.lower())
        app = existing or App(path, kind, Revisions(part["name"]))
        app.body = public_app(body)
        self._provision(app, part)
        self._apps[path.lower()] = app
        self._announce(path, kind, "Write", "PUT" if existing else None)
        shown = app.to_arm(self._clock.now())
        return Response(200 if existing else 201, shown, {"Retry-After": "1"})

    def get(self, request: Request, part: Mapping[str, str]) -> Response:
        """As it was put, without secrets."""
        found = self._find(part)
        return found if isinstance(found, Response) else self._shown(found)

    def list(self, request: Request, part: Mapping[str, str]) -> Response:
        """Of a resource group, or of the subscription where none is named; a page at a time."""
        prefix = f"/subscriptions/{part['subscription']}/".lower()
        if "group" in part:
            prefix += f"resourcegroups/{part['group'].lower()}/"
        kind, now = TYPES[part["type"].lower()], self._clock.now()
        of_kind = {path: app for path, app in self._apps.items() if app.kind == kind}
        ids = sorted(path for path in of_kind if path.startswith(prefix))
        return self._page(ids, request, lambda path: of_kind[path].to_arm(now))

    def delete(self, request: Request, part: Mapping[str, str]) -> Response:
        """200 for one that was there, 204 for one that was not."""
        path, kind = _resource_id(part)
        if self._apps.pop(path.lower(), None) is None:
            return Response(204)
        self._announce(path, kind, "Delete", "DELETE")
        return Response(200)

    def list_revisions(self, request: Request, part: Mapping[str, str]) -> Response:
        """All of an app's revisions, inactive ones included; a page at a time."""
        app = self._find(part)
        if isinstance(app, Response):
            return app
        now = self._clock.now()
        shown = {
            revision.name.lower(): revision_to_arm(app.resource_id, revision, weight, now)
            for revision, weight in app.revisions.seen(now)
        }
        return self._page(sorted(shown), request, shown.__getitem__)

    def get_revision(self, request: Request, part: Mapping[str, str]) -> Response:
        """One of an app's revisions."""
        app, now = self._find(part), self._clock.now()
        if isinstance(app, Response):
            return app
        for revision, weight in app.revisions.seen(now):
            if revision.name.lower() == part["revision"].lower():
                return Response(200, revision_to_arm(app.resource_id, revision, weight, now))
        return _no_revision(app, part)

    def switch_revision(self, request: Request, part: Mapping[str, str]) -> Response:
        """Activate or deactivate a revision; 200."""
        app = self._find(part)
        if isinstance(app, Response):
            return app
        revision = app.revisions.named(part["revision"])
        if revision is None:
            return _no_revision(app, part)
        verb = part["verb"].lower()
        revision.is_active = verb == "activate"
        path = f"{app.resource_id}/revisions/{revision.name}"
        self._announce(path, REVISION_TYPE, "Action", "POST", verb)
        return Response(200)

    def _provision(self, app: App, part: Mapping[str, str]) -> None:
        """A template that is new is ready once its image was pulled, or never."""
        now, wrong = (
            self._clock.now(),
            self._faults.misbehaviour("put", part["group"], part["name"]),
        )
        pull_seconds = self._timings.pull_seconds
        if wrong.get("code") == "slow":
            pull_seconds = wrong["seconds"]
        settles_at = now + timedelta(seconds=self._timings.pending_seconds + pull_seconds)
        fails = wrong.get("code") in ("provisioningFailed", "pullFails")
        app.revisions.put(app.body["properties"], now, settles_at, fails=fails)

    def _find(self, part: Mapping[str, str]) -> App | Response:
        path, _ = _resource_id(part)
        return self._apps.get(path.lower()) or resource_not_found(path)

    def _shown(self, app: App) -> Response:
        return Response(200, app.to_arm(self._clock.now()))

    def _page(
        self, ids: Iterable[str], request: Request, shown: Callable[[str], dict[str, Any]]
    ) -> Response:
        page = page_of(list(ids), request, self._limits.now.apps_per_page)
        return Response(200, {"value": [shown(one) for one in page.ids], **page.next_link})

    def _announce(
        self, path: str, kind: str, verb: str, method: str | None, action: str = ""
    ) -> None:
        now = self._clock.now()
        self._publish(resource_event(path, kind, verb, now, self._new_id, method, action))


def _resource_id(part: Mapping[str, str]) -> tuple[str, str]:
    kind = TYPES[part["type"].lower()]
    group = f"/subscriptions/{part['subscription']}/resourceGroups/{part['group']}"
    return f"{group}/providers/{kind}/{part['name']}", kind


def _no_revision(app: App, part: Mapping[str, str]) -> Response:
    return resource_not_found(f"{app.resource_id}/revisions/{part['revision']}")
