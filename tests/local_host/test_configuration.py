"""host.json and local.settings.json are read as the Functions host and Core Tools read them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from local.functions_host.app import App
from local.functions_host.configuration import LoadError, read_host_json, take_local_settings

V2 = {"version": "2.0"}


def host_json(folder: Path, content: Any) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "host.json").write_text(text)
    return folder


def test_comments_and_a_comma_too_many_are_no_matter(tmp_path: Path) -> None:
    text = '\ufeff{"version": "2.0", // one\n /* "another" */ "a": "// \\" ,}", "b": [1,],\n}'

    host = read_host_json(host_json(tmp_path, text))

    assert host == {"version": "2.0", "a": '// " ,}', "b": [1]}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({}, 'lacks "version": "2.0"'),
        ({"version": "1.0"}, 'lacks "version": "2.0"'),
        ("[]", "is no JSON object"),
        ("{", "is no JSON"),
        (
            V2 | {"extensions": {"durableTask": {"defaultVersion": "2"}}},
            "does not serve defaultVersion of durableTask",
        ),
        (
            V2 | {"extensions": {"durableTask": {"overridableExistingInstanceStates": "AnyState"}}},
            "does not serve overridableExistingInstanceStates of durableTask",
        ),
    ],
)
def test_a_host_json_that_cannot_be_lived_up_to_is_refused(
    tmp_path: Path, content: Any, why: str
) -> None:
    with pytest.raises(LoadError, match=why):
        read_host_json(host_json(tmp_path, content))


def test_a_setting_changes_what_host_json_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AzureFunctionsJobHost__Extensions__durabletask__hubName", "%HUB%")
    monkeypatch.setenv("AzureFunctionsJobHost__functionTimeout", "1.00:00:30")
    monkeypatch.setenv("HUB", "Mine")
    folder = host_json(tmp_path, V2 | {"extensions": {"durableTask": {"hubName": "Theirs"}}})

    app = App({}, read_host_json(folder))

    assert (app.hub, app.longest_run_seconds) == ("Mine", 86_430)


@pytest.mark.parametrize("timeout", ["5 minutes", "00:05", ""])
def test_a_function_timeout_that_is_none_is_refused(timeout: str) -> None:
    with pytest.raises(LoadError, match="is no time span"):
        _ = App({}, V2 | {"functionTimeout": timeout}).longest_run_seconds


def test_without_a_function_timeout_there_is_none() -> None:
    assert App({}, V2).longest_run_seconds is None
    assert App({}, V2 | {"functionTimeout": "-1"}).longest_run_seconds is None


def test_local_settings_go_into_the_environment_which_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HAS", "NUMBER", "YES"):
        monkeypatch.setenv(name, "environment")
    for name in ("NUMBER", "YES"):
        monkeypatch.delenv(name)
    values = {"HAS": "file", "NUMBER": 7, "YES": True}
    (tmp_path / "local.settings.json").write_text(json.dumps({"Values": values}))

    take_local_settings(tmp_path)

    assert [os.environ[name] for name in values] == ["environment", "7", "true"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"IsEncrypted": True, "Values": {"A": "c2VjcmV0"}}, "is encrypted"),
        ({"Values": {"A": {"b": 1}}}, "the value of A is no text"),
    ],
)
def test_local_settings_that_cannot_be_read_are_refused(
    tmp_path: Path, settings: Any, why: str
) -> None:
    (tmp_path / "local.settings.json").write_text(json.dumps(settings))

    with pytest.raises(LoadError, match=why):
        take_local_settings(tmp_path)
