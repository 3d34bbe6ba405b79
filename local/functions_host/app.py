"""Loads a Functions app of the Python v2 programming model."""

import importlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func

SERVED = {
    "httpTrigger", "http", "eventGridTrigger", "timerTrigger",
    "orchestrationTrigger", "activityTrigger", "durableClient",
}  # fmt: skip


class LoadError(Exception):
    """The app cannot be served; the message says why."""


@dataclass(frozen=True)
class Function:
    """A function of the app: its trigger and what is passed to it."""

    name: str
    kind: str
    trigger: Mapping[str, Any]
    clients: tuple[str, ...]
    call: Callable[..., Any]

    @property
    def parameter(self) -> str:
        """The name of the trigger's parameter."""
        return str(self.trigger["name"])


@dataclass(frozen=True)
class App:
    """The functions of an app, by name without regard to case, and its host.json."""

    functions: Mapping[str, Function]
    host: Mapping[str, Any]

    def of_kind(self, kind: str) -> list[Function]:
        """The functions with this trigger."""
        return [function for function in self.functions.values() if function.kind == kind]

    def find(self, name: str, kind: str) -> Function | None:
        """The function of that name with this trigger."""
        function = self.functions.get(name.lower())
        return function if function and function.kind == kind else None

    @property
    def route_prefix(self) -> str:
        """The prefix of HTTP routes: `api` unless host.json says otherwise."""
        http = self.host.get("extensions", {}).get("http", {})
        return str(http.get("routePrefix", "api")).strip("/")


def load(folder: Path) -> App:
    """Import function_app.py of a folder and list its functions; raises `LoadError`."""
    host_file = folder / "host.json"
    if not host_file.exists():
        raise LoadError(f"{folder} holds no host.json: this is no Functions app.")
    _take_settings(folder / "local.settings.json")
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module("function_app")
    except Exception as error:
        raise LoadError(f"function_app.py cannot be imported: {error!r}") from error
    apps = [one for one in vars(module).values() if isinstance(one, func.FunctionRegister)]
    if len(apps) != 1:
        raise LoadError("function_app.py must hold exactly one FunctionApp or DFApp.")
    functions = [_function(built) for built in apps[0].get_functions()]
    by_name = {function.name.lower(): function for function in functions}
    return App(by_name, json.loads(host_file.read_text()))


def _take_settings(file: Path) -> None:
    """Values of local.settings.json; what the environment holds wins, as with Core Tools."""
    values = json.loads(file.read_text()).get("Values", {}) if file.exists() else {}
    for name, value in values.items():
        os.environ.setdefault(name, str(value))


def _function(built: Any) -> Function:
    bindings = [binding.get_dict_repr() for binding in built.get_bindings()]
    name = built.get_function_name()
    unknown = {binding["type"] for binding in bindings} - SERVED
    if unknown:
        raise LoadError(f"{name} has bindings that are not served here: {sorted(unknown)}.")
    trigger = next(one for one in bindings if one["type"].endswith("Trigger"))
    clients = tuple(one["name"] for one in bindings if one["type"] == "durableClient")
    return Function(name, trigger["type"], trigger, clients, built.get_user_function())
