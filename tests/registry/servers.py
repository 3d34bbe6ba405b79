"""The registry stand-in inside the test's process, on a port of its own."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.registry_stand_in.access import Access
from local.registry_stand_in.layouts import Layouts
from local.registry_stand_in.made_up import MadeUp
from local.registry_stand_in.registry import Registry
from local.registry_stand_in.server import listening


@dataclass(frozen=True)
class Running:
    """A registry that listens; `host` is how images name it."""

    registry: Registry
    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def break_with(self, *faults: dict[str, Any]) -> None:
        assert self.registry.faults.set(list(faults)) is None

    def shown(self) -> set[str | None]:
        """What clients have shown of themselves so far."""
        return {entry["authorization"] for entry in self.registry.book}


@contextmanager
def running(
    *folders: Path,
    access: Access | None = None,
    made_up: Path | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Running]:
    """Serve layouts until the block ends."""
    registry = Registry(Layouts(list(folders)), access, MadeUp(made_up) if made_up else None)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = listening(registry, 0, tls)
    try:
        port = asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(20)
        yield Running(registry, port)
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(20)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
