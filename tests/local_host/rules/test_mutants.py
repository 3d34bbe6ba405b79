"""The rows notice a broken engine: for every rule one is broken, and its row has to fail."""

import inspect
import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.local_host.rules import test_api
from tests.local_host.rules.mutants import CASES, asking, living, refusing, waiting
from tests.local_host.rules.mutation import Case, alive
from tests.local_host.rules.rules import Rule
from tests.local_host.virtual_host import VirtualHost


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.mutant.what)
def test_a_broken_engine_is_noticed(case: Case, tmp_path: Path) -> None:
    with alive(case.mutant), pytest.raises((Exception, pytest.fail.Exception)):
        _run(case, tmp_path / "broken")
    _run(case, tmp_path / "whole")


def test_every_rule_has_a_row_and_a_broken_engine() -> None:
    groups = (asking, living, refusing, waiting)
    modules = {one for group in groups for one in vars(group).values() if inspect.ismodule(one)}
    rows = itertools.chain.from_iterable(vars(one).values() for one in modules)
    shown = {rule for row in rows if inspect.isfunction(row) for rule in getattr(row, "shows", ())}

    assert set(Rule) == shown == {case.rule for case in CASES}
    assert all(case.rule in vars(case.row)["shows"] for case in CASES)


def _run(case: Case, folder: Path) -> None:
    folder.mkdir()
    arguments: dict[str, Any] = {}
    names = list(inspect.signature(case.row).parameters)
    if "host" in names:
        arguments["host"] = VirtualHost(folder, test_api.waits, test_api.ends)
    if "tmp_path" in names:
        arguments["tmp_path"] = folder
    rest = [name for name in names if name not in arguments]
    case.row(**arguments, **dict(zip(rest, case.given, strict=True)))
