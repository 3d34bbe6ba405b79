"""Calls the app's functions, synchronous ones on threads, asynchronous ones on the loop."""

import asyncio
import contextvars
import inspect
import logging
import os
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from local.functions_host.app import Function
from local.functions_host.logs import INVOCATION, Invocation

LOG = logging.getLogger("functions_host")
GRACE_SECONDS = 5.0  # for functions that run when the host is told to stop


class InvocationError(Exception):
    """A function raised; `text` is `<Type>: <message>`, as the Functions host hands it on."""

    def __init__(self, text: str) -> None:
        """Take the text."""
        self.text = text
        super().__init__(text)


def usual_threads() -> int:
    """PYTHON_THREADPOOL_THREAD_COUNT, else what the Python worker takes: cores + 4, at most 32."""
    asked = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return int(asked) if asked.isdigit() and int(asked) else min(32, (os.cpu_count() or 1) + 4)


class Invoker:
    """Calls functions with their trigger's value and a Durable client where one is bound."""

    def __init__(self, threads: int, client: str, longest_run_seconds: float | None = None) -> None:
        """`client` is the JSON of the durableClient binding.

        A function that runs for longer than functionTimeout goes on: a thread cannot be ended. But
        it is told in the log, since on Azure its process would be.
        """
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._client, self._longest_run_seconds = client, longest_run_seconds

    async def call(self, function: Function, value: Any) -> Any:
        """What the function returns; raises `InvocationError`, which is logged here, once."""
        invocation = Invocation(function.name, str(uuid.uuid4()))
        arguments = {function.parameter: value} | dict.fromkeys(function.clients, self._client)
        if function.wants_context:
            arguments["context"] = Context(invocation.id, function.name)
        token = INVOCATION.set(invocation)
        began = time.monotonic()
        LOG.info("executing")
        try:
            with self._watched(function.name):
                result = await self._run(partial(function.call, **arguments), function)
        except Exception as error:
            LOG.exception("%s failed (invocation %s)", function.name, invocation.id)
            raise InvocationError(f"{type(error).__name__}: {error}") from error
        else:
            LOG.info("succeeded after %.0f ms", (time.monotonic() - began) * 1000)
            return result
        finally:
            INVOCATION.reset(token)

    @contextmanager
    def _watched(self, name: str) -> Iterator[None]:
        """Tell in the log when it takes too long."""
        if self._longest_run_seconds is None:
            yield
            return
        loop = asyncio.get_running_loop()
        late = "%s runs for longer than functionTimeout: on Azure its process would be ended"
        alarm = loop.call_later(self._longest_run_seconds, LOG.error, late, name)
        try:
            yield
        finally:
            alarm.cancel()

    async def _run(self, call: Any, function: Function) -> Any:
        if inspect.iscoroutinefunction(function.call):
            return await call()
        # The thread logs under the invocation too.
        in_context = partial(contextvars.copy_context().run, call)
        return await asyncio.get_running_loop().run_in_executor(self._pool, in_context)

    def close(self) -> None:
        """Start nothing more; what runs on a thread ends with the process."""
        self._pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True)
class Context:
    """What a function learns about its invocation, under the names of azure.functions.Context.

    There is no tracing and no retry by the host here.
    """

    invocation_id: str
    function_name: str
    function_directory: str = field(default_factory=os.getcwd)
    thread_local_storage: Any = field(default_factory=threading.local)
    trace_context: None = None
    retry_context: None = None
