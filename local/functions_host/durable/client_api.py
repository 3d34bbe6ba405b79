"""The Durable HTTP API: what the SDK's client and people speak to (HttpApiHandler.cs, recorded)."""

import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from local.functions_host.durable.engine import Engine
from local.functions_host.durable.history import NAMES, Event, Kind, event
from local.functions_host.durable.store import Instance

HUB = "LocalHub"
_STARTED_BY = {Kind.TASK_SCHEDULED, Kind.SUB_CREATED}
_NOT_SHOWN = {"EventId", "IsPlayed", "TaskScheduledId", "TimerId", "OrchestrationInstance"}
_HIDDEN = {Kind.ORCHESTRATOR_STARTED, Kind.ORCHESTRATOR_COMPLETED, *_STARTED_BY}


@dataclass(frozen=True)
class Links:
    """Addresses as callers outside reach them."""

    base: str
    key: str

    @property
    def _query(self) -> str:
        return f"taskHub={HUB}&connection=Storage&code={self.key}"

    def status(self, instance_id: str) -> str:
        """Where an instance can be read."""
        return f"{self.base}/instances/{quote(instance_id, safe='@')}?{self._query}"

    def management(self, instance_id: str) -> dict[str, str]:
        """What can be done with an instance."""
        place = f"{self.base}/instances/{quote(instance_id, safe='@')}"
        verbs = {
            "sendEventPostUri": "/raiseEvent/{eventName}?",
            "terminatePostUri": "/terminate?reason={text}&",
            "rewindPostUri": "/rewind?reason={text}&",
            "restartPostUri": "/restart?",
            "suspendPostUri": "/suspend?reason={text}&",
            "resumePostUri": "/resume?reason={text}&",
        }
        status = self.status(instance_id)
        own = {"id": instance_id, "statusQueryGetUri": status, "purgeHistoryDeleteUri": status}
        return own | {name: f"{place}{verb}{self._query}" for name, verb in verbs.items()}

    def binding(self, rpc_url: str) -> str:
        """The JSON of the durableClient binding (BindingHelper.cs)."""
        start = f"{self.base}/orchestrators/{{functionName}}[/{{instanceId}}]?code={self.key}"
        wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
        return json.dumps(
            {
                "taskHubName": HUB,
                "connectionName": "Storage",
                "creationUrls": {
                    "createNewInstancePostUri": start,
                    "createAndWaitOnNewInstancePostUri": start.replace("?", f"?{wait}&"),
                },
                "managementUrls": self.management("INSTANCEID"),
                "baseUrl": self.base,
                "requiredQueryStringParameters": f"code={self.key}",
                "rpcBaseUrl": rpc_url,
                "httpBaseUrl": self.base,
            }
        )


class ClientApi:
    """Handlers of the API; who may call them is decided where they are mounted."""

    def __init__(self, engine: Engine, links: Links) -> None:
        """Serve the instances of an engine."""
        self._engine, self._links = engine, links

    def mount(self, app: web.Application, prefix: str) -> None:
        """Add the routes below a prefix."""
        router = app.router
        router.add_post(f"{prefix}/orchestrators/{{name}}", self.start)
        router.add_post(f"{prefix}/orchestrators/{{name}}/{{id}}", self.start)
        for slash in ("", "/"):
            router.add_get(f"{prefix}/instances{slash}", self.list_instances)
            router.add_delete(f"{prefix}/instances{slash}", self.purge_many)
        router.add_get(f"{prefix}/instances/{{id}}", self.get)
        router.add_delete(f"{prefix}/instances/{{id}}", self.purge)
        router.add_post(f"{prefix}/instances/{{id}}/raiseEvent/{{event}}", self.raise_event)
        router.add_post(f"{prefix}/instances/{{id}}/{{verb}}", self.control)

    async def start(self, request: web.Request) -> web.Response:
        """202 with links; 409 where an instance of that id runs."""
        instance_id = request.match_info.get("id") or uuid.uuid4().hex
        existing = self._engine.store.find(instance_id)
        if existing and not existing.is_over:
            status = f"An Orchestration instance with the status {existing.status} already exists."
            return web.json_response({"Message": status}, status=409)
        data = (await request.text()) or "null"
        with self._engine.store.transaction():
            self._engine.start(request.match_info["name"], instance_id, data)
        links = self._links.management(instance_id)
        del links["rewindPostUri"]
        headers = {"Location": links["statusQueryGetUri"], "Retry-After": "10"}
        return web.json_response(links, status=202, headers=headers)

    async def get(self, request: web.Request) -> web.Response:
        """202 while it runs, 200 at its end, 404."""
        instance = self._find(request)
        if instance is None:
            return web.Response(status=404)
        body = self._body(instance, request)
        if instance.is_over:
            as_error = _is_true(request, "returnInternalServerErrorOnFailure")
            failed = instance.status == "Failed"
            return web.json_response(body, status=500 if as_error and failed else 200)
        headers = {"Location": self._links.status(instance.id), "Retry-After": "5"}
        return web.json_response(body, status=202, headers=headers)

    async def list_instances(self, request: web.Request) -> web.Response:
        """All instances that match the query."""
        found = [one for one in self._engine.store.all_instances() if _matches(one, request)]
        top = int(request.query.get("top", len(found)))
        bodies = [self._body(one, request, with_history=False) for one in found[:top]]
        return web.json_response(bodies, headers={"x-ms-continuation-token": ""})

    async def purge(self, request: web.Request) -> web.Response:
        """Forget an instance that has ended."""
        instance = self._find(request)
        if instance is None:
            return web.Response(status=404)
        if not instance.is_over:
            why = "Only orchestrations in a terminal state can be purged, but the orchestration "
            why += f"with instance ID {instance.id} has status {instance.status}"
            return web.json_response(why, status=412)
        return self._purge([instance])

    async def purge_many(self, request: web.Request) -> web.Response:
        """Forget every instance that has ended and matches the query."""
        if "createdTimeFrom" not in request.query:
            why = "Please provide value for 'createdTimeFrom' parameter."
            return web.json_response(why, status=400)
        found = [
            one
            for one in self._engine.store.all_instances()
            if one.is_over and _matches(one, request)
        ]
        return self._purge(found) if found else web.Response(status=404)

    def _purge(self, instances: list[Instance]) -> web.Response:
        with self._engine.store.transaction():
            for one in instances:
                self._engine.store.forget(one.id)
        return web.json_response({"instancesDeleted": len(instances)})

    async def raise_event(self, request: web.Request) -> web.Response:
        """202; 404, 410 as for the others; 400 for a body that is not JSON."""
        instance = self._find(request)
        if instance is None or instance.is_over:
            return web.Response(status=404 if instance is None else 410)
        if request.content_type != "application/json":
            return web.Response(
                status=400, text="Only application/json request content is supported"
            )
        name, data = request.match_info["event"], await request.text()
        fields = {"Name": name, "Input": data, "ParentTraceContext": None}
        now = self._engine.clock.now()
        self._engine.send(instance, event(Kind.EVENT_RAISED, now, **fields))
        return web.Response(status=202)

    async def control(self, request: web.Request) -> web.Response:
        """terminate, suspend, resume; rewind and restart are refused by name."""
        verb, reason = request.match_info["verb"], request.query.get("reason", "")
        if verb in ("rewind", "restart"):
            return web.Response(status=501, text=f"This host does not {verb} instances.")
        if verb not in ("terminate", "suspend", "resume"):
            return web.Response(status=404)
        instance = self._find(request)
        if instance is None or instance.is_over:
            return web.Response(status=404 if instance is None else 410)
        if verb == "terminate":
            self._engine.terminate(instance, reason)
            return web.Response(status=202)
        wanted = "Suspended" if verb == "suspend" else "Running"
        if instance.status == wanted:
            return web.json_response({"Message": f"It is {wanted} already."}, status=500)
        kind = Kind.EXECUTION_SUSPENDED if verb == "suspend" else Kind.EXECUTION_RESUMED
        self._engine.send(instance, event(kind, self._engine.clock.now(), Reason=reason))
        return web.Response(status=202)

    def _find(self, request: web.Request) -> Instance | None:
        return self._engine.store.find(request.match_info["id"])

    def _body(
        self, one: Instance, request: web.Request, *, with_history: bool = True
    ) -> dict[str, Any]:
        show_input = request.query.get("showInput", "true").lower() != "false"
        body = {
            "name": one.name,
            "instanceId": one.id,
            "runtimeStatus": one.status,
            "input": _plain(one.input) if show_input else None,
            "customStatus": _plain(one.custom_status),
            "output": _plain(one.output),
            "createdTime": one.created[:19] + "Z",
            "lastUpdatedTime": one.updated[:19] + "Z",
        }
        if with_history and _is_true(request, "showHistory"):
            history = self._engine.store.history(one.id)
            with_output = _is_true(request, "showHistoryOutput")
            body["historyEvents"] = shown_history(history, with_output=with_output)
        return body


def _is_true(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() == "true"


def _plain(text: str | None) -> Any:
    """JSON where it is JSON, else the text itself."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def _matches(one: Instance, request: web.Request) -> bool:
    query = request.query
    known = {"Running", "Completed", "Failed", "Terminated", "Pending", "Suspended"}
    statuses = set(query.get("runtimeStatus", "").split(",")) & known
    return (
        (not statuses or one.status in statuses)
        and one.id.startswith(query.get("instanceIdPrefix", ""))
        and one.created >= query.get("createdTimeFrom", "")
        and one.created <= (query.get("createdTimeTo") or "9")
    )


def shown_history(history: list[Event], *, with_output: bool) -> list[dict[str, Any]]:
    """History as people see it: names for types, a task's start folded into its end."""
    starts = {one["EventId"]: one for one in history if one["EventType"] in _STARTED_BY}
    shown = []
    for one in history:
        kind = Kind(one["EventType"])
        if kind in _HIDDEN:
            continue
        view = {k: v for k, v in one.items() if k not in {*_NOT_SHOWN, "ParentInstance"}}
        view["EventType"] = NAMES[kind]
        start = starts.get(one.get("TaskScheduledId"))
        if start:
            folded = {"ScheduledTime": start["Timestamp"], "FunctionName": start["Name"]}
            view |= {**folded, "Input": None}
        if kind is Kind.EXECUTION_STARTED:
            view["FunctionName"] = view.pop("Name")
        if "Result" in view:
            view["Result"] = _plain(view["Result"]) if with_output else None
        shown.append(view)
    return shown
