"""Calls the app's functions, synchronous ones on threads, asynchronous ones on the loop."""

import asyncio
import inspect
import logging
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from local.functions_host.app import Function

LOG = logging.getLogger("functions_host")


class InvocationError(Exception):
    """A function raised; `text` is `<Type>: <message>`, as the Functions host hands it on."""

    def __init__(self, text: str) -> None:
        """Take the text."""
        self.text = text
        super().__init__(text)


class Invoker:
    """Calls functions with their trigger's value and a Durable client where one is bound."""

    def __init__(self, threads: int, client: str) -> None:
        """`client` is the JSON of the durableClient binding."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._client = client

    async def call(self, function: Function, value: Any) -> Any:
        """What the function returns; raises `InvocationError`, which is logged here, once."""
        arguments = {function.parameter: value} | dict.fromkeys(function.clients, self._client)
        invocation = uuid.uuid4()
        LOG.debug("%s starts (%s)", function.name, invocation)
        try:
            if inspect.iscoroutinefunction(function.call):
                return await function.call(**arguments)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, partial(function.call, **arguments))
        except Exception as error:
            LOG.exception("%s failed (%s)", function.name, invocation)
            raise InvocationError(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Let what runs go on, and start nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
