"""Log lines on stderr, each with the function and the invocation that wrote it."""

import logging
import sys
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Invocation:
    """A function that runs."""

    function: str
    id: str


INVOCATION: ContextVar[Invocation | None] = ContextVar("invocation", default=None)
CHATTY = ("azure", "urllib3", "asyncio")


def log_to_stderr() -> None:
    """Write every log line of host and app to stderr; of the SDKs, warnings and worse."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(place)s %(message)s"))
    handler.addFilter(_name_place)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _name_place(record: logging.LogRecord) -> bool:
    invocation = INVOCATION.get()
    record.place = f"[{invocation.function} {invocation.id}]" if invocation else f"[{record.name}]"
    return True
