"""The Durable HTTP API: what the SDK's client and people speak to (HttpApiHandler.cs, recorded)."""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from local.functions_host.durable.engine import Engine
from local.functions_host.durable.episode import compact
from local.functions_host.durable.instance_queries import (
    InvalidQueryError,
    Page,
    Wait,
    is_true,
    read_filter,
    read_page,
    read_purge,
    read_wait,
)
from local.functions_host.durable.links import Links
from local.functions_host.durable.records import Instance, Status
from local.functions_host.durable.shown_history import plain, shown_history

LOG = logging.getLogger("functions_host.durable")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NOT_SUPPORTED = 501
NO_JSON = "Invalid JSON content"
WENT_WRONG = "Something went wrong while processing your request"
TOKEN = "x-ms-continuation-token"  # noqa: S105  # a header's name


class ClientApi:
    """Handlers of the API; who may call them is decided where they are mounted."""

    def __init__(self, engine: Engine, links: Links) -> None:
        """Serve the instances of an engine."""
        self._engine, self._links = engine, links

    def mount(self, app: web.Application, prefix: str) -> None:
        """Add the routes below a prefix."""
        for route in self._routes():
            handler = self._of_this_hub(route.handler)
            for slash in ("", "/"):
                path = prefix + _in_any_case(route.path) + slash
                app.router.add_route(route.method, path, handler)

    def _routes(self) -> list[web.RouteDef]:
        instance = "/instances/{id}"
        controls = {"terminate": self._terminate, "suspend": self._suspend, "resume": self._resume}
        return [
            web.post("/orchestrators/{name}", self.start),
            web.post("/orchestrators/{name}/{id}", self.start),
            web.get("/instances", self.list_instances),
            web.delete("/instances", self.purge_many),
            web.get(instance, self.get),
            web.delete(instance, self.purge),
            web.post(f"{instance}/raiseEvent/{{event}}", self.raise_event),
            *(web.post(f"{instance}/{verb}", self._control(controls[verb])) for verb in controls),
            web.post(f"{instance}/rewind", _refusal("to rewind instances")),
            web.post(f"{instance}/restart", _refusal("to restart instances")),
            web.route("*", "/entities{rest:.*}", _refusal("entities")),
        ]

    def _of_this_hub(self, handler: Any) -> Handler:
        """A caller may name another task hub, which this host does not have."""
        own = self._links.hub

        async def answer(request: web.Request) -> web.StreamResponse:
            if request.query.get("taskHub", own).lower() != own.lower():
                return _unsupported(f"another task hub than {own}")
            reply: web.StreamResponse = await handler(request)
            return reply

        return answer

    async def start(self, request: web.Request) -> web.Response:
        """202 with links; 409 where an instance of that id runs; 400 for a body that is no JSON.

        With `timeout` and `pollingInterval` (seconds) it waits for the end: 200 with the output of
        an instance that completed, with the whole status of another.
        """
        if "version" in request.query:
            return _unsupported("versions of orchestrations")
        instance_id = request.match_info.get("id") or uuid.uuid4().hex
        existing = self._engine.store.find(instance_id)
        if existing and not existing.is_over:
            status = f"An Orchestration instance with the status {existing.status} already exists."
            return _refused(status, 409)
        try:
            data = await _json_text(request) or "null"
        except json.JSONDecodeError as error:
            is_cut = error.pos >= len(error.doc.rstrip())
            return _problem(500, WENT_WRONG, str(error)) if is_cut else _no_json(error)
        self._engine.start(request.match_info["name"], instance_id, data)
        wait = read_wait(request)
        return await self._end(request, instance_id, wait) if wait else self._accepted(instance_id)

    def _accepted(self, instance_id: str) -> web.Response:
        links = self._links.created(instance_id)
        headers = {"Location": links["statusQueryGetUri"], "Retry-After": "10"}
        return web.json_response(links, status=202, headers=headers)

    async def _end(self, request: web.Request, instance_id: str, wait: Wait) -> web.Response:
        if not 0 <= wait.interval_seconds <= wait.timeout_seconds:
            total, each = f"{wait.timeout_seconds:g}", f"{wait.interval_seconds:g}"
            return _refused(f"Total timeout {total} should be bigger than retry timeout {each}")
        late = time.monotonic() + wait.timeout_seconds
        while True:
            instance = self._engine.store.find(instance_id)
            if instance and instance.status is Status.COMPLETED:
                return web.json_response(plain(instance.output))
            if instance and instance.is_over:
                return web.json_response(self._body(instance, request, with_history=False))
            left = late - time.monotonic()
            if left <= 0:
                return self._accepted(instance_id)
            await asyncio.sleep(max(0.1, min(left, wait.interval_seconds)))

    async def get(self, request: web.Request) -> web.Response:
        """202 while it runs, 200 at its end, 404."""
        instance = self._find(request)
        if instance is None:
            return web.Response(status=404)
        body = self._body(instance, request, with_history=is_true(request, "showHistory"))
        if instance.is_over:
            as_error = is_true(request, "returnInternalServerErrorOnFailure")
            is_error = as_error and instance.status is Status.FAILED
            return web.json_response(body, status=500 if is_error else 200)
        headers = {"Location": self._links.status(instance.id), "Retry-After": "5"}
        return web.json_response(body, status=202, headers=headers)

    async def list_instances(self, request: web.Request) -> web.Response:
        """Instances that match the query, by id; a page of `top`, and a token for the next one."""
        try:
            page = read_page(request, TOKEN)
        except InvalidQueryError:
            why = "An error occurred while communicating with Azure Storage"
            return _problem(500, WENT_WRONG, why)
        found = self._engine.store.select(read_filter(request), page.after, page.limit + 1)
        shown = found[: page.limit]
        last = shown[-1].id if shown else page.after
        token = Page(last, 0).token if len(found) > len(shown) else ""
        bodies = [self._body(one, request, with_history=False) for one in shown]
        return web.json_response(bodies, headers={TOKEN: token})

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
        """Forget every instance that the query is about: see `read_purge`."""
        asked = read_purge(request)
        if not asked.created_from:
            why = "Please provide value for 'createdTimeFrom' parameter."
            return web.json_response(why, status=400)
        found = self._engine.store.select(asked)
        return self._purge(found) if found else web.Response(status=404)

    def _purge(self, instances: list[Instance]) -> web.Response:
        self._engine.purge(instances)
        return web.json_response({"instancesDeleted": len(instances)})

    async def raise_event(self, request: web.Request) -> web.Response:
        """202; 404, 410 as for the others; 400 for a body that is not JSON."""
        instance = self._find(request)
        if instance is None or instance.is_over:
            return web.Response(status=404 if instance is None else 410)
        if request.content_type != "application/json":
            return _refused("Only application/json request content is supported")
        try:
            data = await _json_text(request)
        except json.JSONDecodeError as error:
            return _no_json(error)
        if data is None:
            return _problem(400, NO_JSON, "There is no content.")
        self._engine.raise_event(instance, request.match_info["event"], data)
        return web.Response(status=202)

    def _control(self, control: Callable[[Instance, str | None], web.Response | None]) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            """202; 404 unknown; 410 ended; 500 where its state does not allow it."""
            instance = self._find(request)
            if instance is None or instance.is_over:
                return web.Response(status=404 if instance is None else 410)
            refused = control(instance, request.query.get("reason"))
            return refused or web.Response(status=202)

        return answer

    def _terminate(self, instance: Instance, reason: str | None) -> None:
        self._engine.terminate(instance, reason)

    def _suspend(self, instance: Instance, reason: str | None) -> web.Response | None:
        if instance.status is Status.SUSPENDED:
            return _wrong_state("suspend", instance)
        self._engine.suspend(instance, reason)
        return None

    def _resume(self, instance: Instance, reason: str | None) -> web.Response | None:
        if instance.status is not Status.SUSPENDED:
            return _wrong_state("resume", instance)
        self._engine.resume(instance, reason)
        return None

    def _find(self, request: web.Request) -> Instance | None:
        return self._engine.store.find(request.match_info["id"])

    def _body(self, one: Instance, request: web.Request, *, with_history: bool) -> dict[str, Any]:
        with_input = request.query.get("showInput", "true").lower() != "false"
        body = {
            "name": one.name,
            "instanceId": one.id,
            "runtimeStatus": one.status,
            "input": plain(one.input) if with_input else None,
            "customStatus": plain(one.custom_status),
            "output": plain(one.output),
            "createdTime": one.created[:19] + "Z",
            "lastUpdatedTime": one.updated[:19] + "Z",
        }
        if with_history:
            body["historyEvents"] = shown_history(
                self._engine.store.history(one.id),
                with_input=with_input,
                with_output=is_true(request, "showHistoryOutput"),
            )
        return body


async def _json_text(request: web.Request) -> str | None:
    """The body as compact JSON, None where there is none; raises `JSONDecodeError`."""
    text = await request.text()
    return compact(json.loads(text)) if text.strip() else None


def _in_any_case(path: str) -> str:
    """A path whose fixed parts match in any case, as ASP.NET's do."""
    parts = path.lstrip("/").split("/")
    return "".join(
        f"/{part}" if "{" in part else f"/{{_{number}:(?i:{part})}}"
        for number, part in enumerate(parts)
    )


def _refused(why: str, status: int = 400) -> web.Response:
    return web.json_response({"Message": why}, status=status)


def _no_json(error: json.JSONDecodeError) -> web.Response:
    return _problem(400, NO_JSON, str(error))


def _wrong_state(verb: str, instance: Instance) -> web.Response:
    return _problem(
        500,
        WENT_WRONG,
        f"Cannot {verb} the orchestration instance {instance.id} because instance is in the "
        f"{instance.status} state.",
    )


def _problem(status: int, message: str, exception: str) -> web.Response:
    """An error as the extension words it; .NET's types and stacks are not imitated."""
    body = {"Message": message, "ExceptionMessage": exception}
    return web.json_response(
        body | {"ExceptionType": "System.InvalidOperationException", "StackTrace": ""},
        status=status,
    )


def _refusal(what: str) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return _unsupported(what)

    return answer


def _unsupported(what: str) -> web.Response:
    """The SDK's client does not hand every answer on: the log tells it too."""
    why = f"The local host does not support {what}."
    LOG.error(why)
    return web.json_response({"Message": why}, status=NOT_SUPPORTED)
