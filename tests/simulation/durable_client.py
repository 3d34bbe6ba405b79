"""What the SDK's Durable client speaks to, in process: the answers of the local host's API.

A contract test asks both the same.
"""

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, unquote, urlsplit

from local.functions_host.durable.engine import Engine
from local.functions_host.durable.episode import compact
from local.functions_host.durable.records import Instance, Status
from local.functions_host.durable.shown_history import plain
from tests.simulation.functions import LINKS, RPC_URL
from tests.simulation.outside import Requests

_SDK_MODULE = "azure.durable_functions.models.DurableOrchestrationClient"
Answer = list[Any]


class DurableApi:
    """Starts, shows and terminates instances; [status, body] as the SDK's HTTP helpers return."""

    def __init__(
        self,
        engine: Engine,
        requests: Requests | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called when there may be something to do for the host."""
        self._engine, self._requests, self._changed = engine, requests, changed

    async def get(self, url: str, _: str | None = None) -> Answer:
        return self._make("get instance", lambda: self._get(_place(url)[1]))

    async def post(self, url: str, data: Any = None, *_: Any, **__: Any) -> Answer:
        first, second, *rest = _place(url)
        if first == "orchestrators":
            return self._make("start", lambda: self._start(second, rest[0], data))
        if rest == ["terminate"]:
            reason = parse_qs(urlsplit(url).query).get("reason", [""])[0]
            return self._make("terminate", lambda: self.terminate(second, reason))
        raise NotImplementedError(url)

    async def delete(self, url: str, _: str | None = None) -> Answer:
        raise NotImplementedError(url)

    def _make(self, what: str, act: Callable[[], Answer]) -> Answer:
        return self._requests.make("durable", what, act) if self._requests else act()

    def _start(self, name: str, instance_id: str, data: Any) -> Answer:
        existing = self._engine.store.find(instance_id)
        if existing and not existing.is_over:
            why = f"An Orchestration instance with the status {existing.status} already exists."
            return [409, {"Message": why}]
        self._engine.start(name, instance_id, compact(data))
        self._changed()
        return [202, LINKS.created(instance_id)]

    def _get(self, instance_id: str) -> Answer:
        found = self._engine.store.find(instance_id)
        if found is None:
            return [404, ""]
        body = _body(found)
        return [200 if found.is_over else 202, body]

    def terminate(self, instance_id: str, reason: str) -> Answer:
        """End an instance, as an operator does it too."""
        found = self._engine.store.find(instance_id)
        if found is None or found.is_over:
            return [404 if found is None else 410, None]
        self._engine.terminate(found, reason)
        self._changed()
        return [202, None]


def _place(url: str) -> list[str]:
    assert url.startswith(RPC_URL)
    return [unquote(part) for part in urlsplit(url[len(RPC_URL) :]).path.split("/") if part]


def _body(one: Instance) -> dict[str, Any]:
    return {
        "name": one.name,
        "instanceId": one.id,
        "runtimeStatus": str(Status(one.status)),
        "input": plain(one.input),
        "customStatus": plain(one.custom_status),
        "output": plain(one.output),
        "createdTime": one.created[:19] + "Z",
        "lastUpdatedTime": one.updated[:19] + "Z",
    }


@contextmanager
def answered_by(api: DurableApi) -> Iterator[None]:
    """Every Durable client that the SDK builds speaks to this."""
    module = importlib.import_module(_SDK_MODULE)
    calls = {f"{verb}_async_request": getattr(api, verb) for verb in ("get", "post", "delete")}
    with patch.multiple(module, **calls):
        yield


def same_json(value: Any) -> Any:
    """What is left of a value on the wire."""
    return json.loads(json.dumps(value))
