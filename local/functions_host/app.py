"""Loads a Functions app of the Python v2 programming model."""

import gc
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import azure.functions as func

from local.functions_host.configuration import (
    LoadError,
    is_disabled,
    read_host_json,
    seconds,
    setting,
    take_local_settings,
)

SERVED = {
    "httpTrigger", "http", "eventGridTrigger", "timerTrigger",
    "orchestrationTrigger", "activityTrigger", "durableClient",
}  # fmt: skip
USUAL_ACTIVITIES_AT_ONCE = 10  # the default of a Consumption plan
# Every replay makes thousands of objects that live for a moment: the collector of cycles need not
# look at them as often as Python would have it (700).
OBJECTS_UNTIL_COLLECTED = 20_000


@dataclass(frozen=True)
class Function:
    """A function of the app: its trigger's binding and what else is passed to it.

    `clients` are the parameters that get a Durable client, `wants_context` says whether it takes
    the invocation's `context`.
    """

    name: str
    kind: str
    trigger: Mapping[str, Any]
    clients: tuple[str, ...]
    wants_context: bool
    call: Callable[..., Any]

    @property
    def parameter(self) -> str:
        """The name of the trigger's parameter."""
        return str(self.trigger["name"])

    @property
    def called(self) -> str:
        """The name that orchestrators and clients call it by: the trigger may give one."""
        return str(self.trigger.get("orchestration") or self.trigger.get("activity") or self.name)


@dataclass(frozen=True)
class App:
    """The functions of an app, by name without regard to case, and its host.json."""

    functions: Mapping[str, Function]
    host: Mapping[str, Any]

    def of_kind(self, kind: str) -> list[Function]:
        """The functions with this trigger."""
        return [function for function in self.functions.values() if function.kind == kind]

    def find(self, name: str, kind: str) -> Function | None:
        """The function with this trigger that is called by that name."""
        return self._called.get((kind, name.lower()))

    @cached_property
    def _called(self) -> Mapping[tuple[str, str], Function]:
        return {(one.kind, one.called.lower()): one for one in self.functions.values()}

    @property
    def route_prefix(self) -> str:
        """The prefix of HTTP routes: `api` unless host.json says otherwise."""
        return str(self._extension("http").get("routePrefix", "api")).strip("/")

    @property
    def hub(self) -> str:
        """The name of the task hub."""
        return setting(str(self._extension("durableTask").get("hubName", "TestHubName")))

    @property
    def most_activities_at_once(self) -> int:
        """How many activities may run at the same time."""
        asked = self._extension("durableTask").get("maxConcurrentActivityFunctions")
        return int(asked or USUAL_ACTIVITIES_AT_ONCE)

    @property
    def longest_run_seconds(self) -> float | None:
        """How long a function may run (functionTimeout); None for ever. Raises `LoadError`."""
        asked = self.host.get("functionTimeout", "-1")
        return None if str(asked) == "-1" else seconds(str(asked))

    @property
    def log_levels(self) -> Mapping[str, str]:
        """The least level that is logged, by the beginning of a category (logging.logLevel)."""
        levels: Mapping[str, str] = self.host.get("logging", {}).get("logLevel", {})
        return levels

    def _extension(self, name: str) -> Mapping[str, Any]:
        extension: Mapping[str, Any] = self.host.get("extensions", {}).get(name, {})
        return extension


def load(folder: Path) -> App:
    """Import function_app.py of a folder and list its functions; raises `LoadError`.

    The folder becomes the working directory and leads the import path, as in the Python worker.
    """
    take_local_settings(folder)
    host = read_host_json(folder)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module("function_app")
        apps = [one for one in vars(module).values() if isinstance(one, func.FunctionRegister)]
        app = index(apps[0], host) if len(apps) == 1 else None
    except LoadError:
        raise
    except Exception as error:
        where = f"{type(error).__name__}: {error}{_place(error, folder)}"
        raise LoadError(f"function_app.py cannot be loaded: {where}") from error
    if app is None:
        raise LoadError("function_app.py must hold exactly one FunctionApp or DFApp.")
    gc.freeze()  # nor at what was loaded and stays
    gc.set_threshold(OBJECTS_UNTIL_COLLECTED)
    return app


def index(registered: func.FunctionRegister, host: Mapping[str, Any]) -> App:
    """List the functions of a FunctionApp or DFApp, which can be asked once; `LoadError`.

    Left out are those that host.json does not list, where it lists any, and disabled ones.
    """
    listed = [name.lower() for name in host.get("functions", ())]
    served = [_function(one) for one in registered.get_functions() if _is_served(one, listed)]
    _ensure_different(one.name for one in served)
    for kind in ("orchestrationTrigger", "activityTrigger"):
        _ensure_different(one.called for one in served if one.kind == kind)
    return App({one.name.lower(): one for one in served}, host)


def _is_served(built: Any, listed: Sequence[str]) -> bool:
    name = str(built.get_function_name())
    return (not listed or name.lower() in listed) and not is_disabled(name)


def _ensure_different(names: Iterable[str]) -> None:
    found: set[str] = set()
    for name in names:
        if name.lower() in found:
            raise LoadError(f"Two functions are named {name}, apart from case.")
        found.add(name.lower())


def _place(error: Exception, folder: Path) -> str:
    """Where in the app's own files an error came from."""
    trace, found = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if Path(file).is_relative_to(folder) and ".venv" not in file:
            found = f" ({file}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return found


def _function(built: Any) -> Function:
    bindings = [binding.get_dict_repr() for binding in built.get_bindings()]
    name = built.get_function_name()
    unknown = sorted({binding["type"] for binding in bindings} - SERVED)
    if unknown:
        raise LoadError(f"{name} has bindings that the local host does not serve: {unknown}.")
    trigger = next((one for one in bindings if one["type"].endswith("Trigger")), None)
    if trigger is None:
        raise LoadError(f"{name} has no trigger.")
    clients = tuple(one["name"] for one in bindings if one["type"] == "durableClient")
    call = built.get_user_function()
    return Function(name, trigger["type"], trigger, clients, _takes_context(call, trigger), call)


def _takes_context(call: Callable[..., Any], trigger: Mapping[str, Any]) -> bool:
    """`context` is the invocation's, unless the trigger gives it another meaning."""
    return "context" in inspect.signature(call).parameters and trigger["name"] != "context"
