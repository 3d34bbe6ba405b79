"""host.json and local.settings.json, read as the Functions host and Core Tools read them."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# What Newtonsoft.Json lets pass in both files: comments, and a comma after the last member.
_TEXT_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TEXT_OR_LAST_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')
_OVERRIDE = "azurefunctionsjobhost"
# Settings of durableTask that change what an app sees, and the values that this host lives up to.
_NOT_SERVED: Mapping[str, tuple[Any, ...]] = {
    "defaultVersion": ("",),
    "overridableExistingInstanceStates": ("NonRunningStates",),
}


class LoadError(Exception):
    """The app cannot be served; the message says why."""


def read_host_json(folder: Path) -> Mapping[str, Any]:
    """host.json and what AzureFunctionsJobHost__ settings change in it; raises `LoadError`."""
    file = folder / "host.json"
    if not file.exists():
        raise LoadError(f"{folder} holds no host.json: this is no Functions app.")
    host = _read(file)
    if host.get("version") != "2.0":
        raise LoadError(f'{file} lacks "version": "2.0".')
    for name, value in os.environ.items():
        first, *path = name.split("__")
        if first.lower() == _OVERRIDE and path:
            _set(host, path, value)
    durable = host.get("extensions", {}).get("durableTask", {})
    for name, served in _NOT_SERVED.items():
        if durable.get(name, served[0]) not in served:
            raise LoadError(f"{file}: the local host does not serve {name} of durableTask.")
    return host


def take_local_settings(folder: Path) -> None:
    """Values of local.settings.json; what the environment holds wins. Raises `LoadError`."""
    file = folder / "local.settings.json"
    settings = _read(file) if file.exists() else {}
    if settings.get("IsEncrypted"):
        raise LoadError(f"{file} is encrypted: `func settings decrypt` makes it readable.")
    for name, value in settings.get("Values", {}).items():
        if isinstance(value, dict | list):
            raise LoadError(f"{file}: the value of {name} is no text.")
        os.environ.setdefault(name, value if isinstance(value, str) else json.dumps(value))


def is_disabled(function: str) -> bool:
    """Whether a setting disables the function of that name."""
    names = (f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs__{function}__Disabled")
    return any(os.environ.get(name, "").lower() in ("true", "1") for name in names)


def setting(text: str) -> str:
    """The text, or the setting that it names between percent signs; empty where there is none."""
    named = re.fullmatch(r"%([^%]+)%", text)
    return os.environ.get(named[1], "") if named else text


def seconds(time_span: str) -> float:
    """The seconds of a .NET TimeSpan, `[days.]hours:minutes:seconds`; raises `LoadError`."""
    found = re.fullmatch(r"(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)", time_span)
    if not found:
        raise LoadError(f"host.json: {time_span!r} is no time span such as 00:05:00.")
    days, hours, minutes, rest = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def _read(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8-sig")
    for pattern in (_TEXT_OR_COMMENT, _TEXT_OR_LAST_COMMA):
        text = pattern.sub(lambda found: found[1] or "", text)
    try:
        content = json.loads(text)
    except ValueError as error:
        raise LoadError(f"{file} is no JSON: {error}.") from None
    if not isinstance(content, dict):
        raise LoadError(f"{file} is no JSON object.")
    return content


def _set(host: dict[str, Any], path: list[str], value: str) -> None:
    """Put a value where a path leads; names match without regard to case."""
    for name in path[:-1]:
        inner = host.setdefault(_key(host, name), {})
        if not isinstance(inner, dict):
            return
        host = inner
    host[_key(host, path[-1])] = value


def _key(host: Mapping[str, Any], name: str) -> str:
    return next((key for key in host if key.lower() == name.lower()), name)
