"""Log lines on stderr, each with the function and the invocation that wrote it."""

import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Invocation:
    """A function that runs."""

    function: str
    id: str


INVOCATION: ContextVar[Invocation | None] = ContextVar("invocation", default=None)
CHATTY = ("azure", "urllib3", "asyncio")
OWN = "functions_host"
_LEVELS = {  # .NET's names
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


def log_to_stderr() -> None:
    """Write every log line of host and app to stderr; of the SDKs, warnings and worse."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(place)s %(message)s"))
    handler.addFilter(_name_place)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def limit(levels: Mapping[str, str]) -> None:
    """Leave out what host.json's logging.logLevel leaves out; a name of no level changes nothing.

    The category of a line is Function.NAME where the host speaks of a function, Function.NAME.User
    where the function itself does, Host elsewhere; the longest beginning that is listed counts.
    """
    least = {
        category.lower(): _LEVELS[level.lower()]
        for category, level in levels.items()
        if level.lower() in _LEVELS
    }
    root = logging.getLogger()
    root.setLevel(min([logging.INFO, *least.values()]))
    for handler in root.handlers:
        handler.addFilter(lambda record: record.levelno >= _least(least, _category(record)))


def _least(least: Mapping[str, int], category: str) -> int:
    while category and category not in least:
        category = category.rpartition(".")[0]
    return least.get(category or "default", logging.INFO)


def _category(record: logging.LogRecord) -> str:
    invocation = INVOCATION.get()
    if not invocation:
        return "host"
    is_own = record.name.partition(".")[0] == OWN
    return f"function.{invocation.function}{'' if is_own else '.user'}".lower()


def _name_place(record: logging.LogRecord) -> bool:
    invocation = INVOCATION.get()
    record.place = f"[{invocation.function} {invocation.id}]" if invocation else f"[{record.name}]"
    return True
