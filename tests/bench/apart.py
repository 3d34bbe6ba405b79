"""Runs a measurement in a process of its own: nothing that ran before warms, slows or fills it."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

ROOT = Path(__file__).parents[2]
Given = ParamSpec("Given")
Figure = TypeVar("Figure")


class MeasurementError(Exception):
    """A measurement failed; the message holds what it wrote."""


def apart(measure: Callable[Given, Figure], *args: Given.args, **kwargs: Given.kwargs) -> Figure:
    """What a module's function returns in a fresh process; its arguments and result are JSON.

    Raises `MeasurementError`.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.apart", measure.__module__, measure.__name__],
        input=json.dumps([args, kwargs]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MeasurementError(f"{measure.__module__}.{measure.__name__}: {done.stderr}")
    figure: Figure = json.loads(done.stdout.splitlines()[-1])
    return figure


def _measure(module: str, name: str) -> None:
    args, kwargs = json.loads(sys.stdin.read())
    print(json.dumps(vars(importlib.import_module(module))[name](*args, **kwargs)))


if __name__ == "__main__":
    _measure(*sys.argv[1:])
