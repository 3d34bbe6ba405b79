"""Holds replies about container groups to the specification in `aci_spec`."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

FOLDER = Path(__file__).parent / "aci_spec"
# Taken and never given back: the examples of replies do not have them, required or not.
WRITE_ONLY = frozenset({"secureValue", "password", "storageAccountKey", "workspaceKey"})
# Clients have met `"content": null` (airflow #34516), which the specification does not know.
MAY_BE_NULL = frozenset({"content"})
# Where an operation is asked for is Azure Resource Manager's business, not the specification's.
ELSEWHERE = re.compile(r".*/locations/[^/]+/operations/[^/]+", re.IGNORECASE)
PROVIDER = "microsoft.containerinstance"

_formats = FormatChecker(formats=[])


@_formats.checks("date-time", raises=ValueError)
def _is_a_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def problems(method: str, path: str, status: int, body: Any) -> list[str]:
    """What a reply has that the specification does not know, or lacks; nothing for other paths."""
    if PROVIDER not in path.lower() or ELSEWHERE.fullmatch(path):
        return []
    operation = _operation(method, path)
    if operation is None:
        return [] if status >= 400 else [f"{method} {path} is not in the specification"]
    answers = operation["responses"]
    if str(status) not in answers and status < 400:
        return [f"{operation['operationId']} does not answer {status}"]
    schema = answers.get(str(status), answers["default"]).get("schema")
    if schema is None:
        return [] if body is None else [f"{operation['operationId']} {status} has no body"]
    name = schema["$ref"].rpartition("/")[2]
    return [
        f"{error.json_path}: {error.message}"[:300] for error in of_reply(name).iter_errors(body)
    ]


@cache
def of_reply(name: str) -> Draft202012Validator:
    """What a reply of that definition may hold: no write-only field, and none that is unknown."""
    return _validator(name, is_reply=True)


@cache
def of_request(name: str) -> Draft202012Validator:
    """What a body of that definition may hold: no field that is unknown."""
    return _validator(name, is_reply=False)


def examples() -> Iterator[tuple[str, Any]]:
    """The official examples by name."""
    for file in sorted((FOLDER / "examples").glob("*.json")):
        yield file.stem, json.loads(file.read_text())


@cache
def _document() -> Any:
    return json.loads((FOLDER / "containerInstance.derived.json").read_text())


def _operation(method: str, path: str) -> Any:
    for template, operations in _document()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path, re.IGNORECASE):
            return operations.get(method.lower())
    return None


def _validator(name: str, *, is_reply: bool) -> Draft202012Validator:
    definitions = copy.deepcopy(_document()["definitions"])
    for definition in definitions.values():
        _close(definition, is_reply=is_reply)
    schema = {"$ref": f"#/definitions/{name}", "definitions": definitions}
    return Draft202012Validator(schema, format_checker=_formats)


def _close(schema: Any, *, is_reply: bool) -> None:
    """Nothing but what is named, in this object and in those within."""
    named = schema.get("properties")
    if named is not None:
        schema.setdefault("additionalProperties", False)
        if is_reply:
            schema["required"] = [
                one for one in schema.get("required", ()) if one not in WRITE_ONLY
            ]
            schema["properties"] = named = {
                key: _nullable(key, value) for key, value in named.items() if key not in WRITE_ONLY
            }
        for inner in named.values():
            _close(inner, is_reply=is_reply)
    if isinstance(schema.get("items"), dict):
        _close(schema["items"], is_reply=is_reply)


def _nullable(key: str, schema: Any) -> Any:
    return {**schema, "type": [schema["type"], "null"]} if key in MAY_BE_NULL else schema
