"""The programs that can serve the app: our own host, Core Tools, or any other."""

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from local.functions_host.keys import KEY_SETTING
from local.system.processes import PROJECT

LOCAL, CORE_TOOLS = "local", "func"
READY_WITHIN_SECONDS = 90
# Core Tools download the extension bundle when they meet it for the first time.
CORE_TOOLS_READY_WITHIN_SECONDS = 600


class HostError(Exception):
    """A host cannot be had; the message is for the person who asked for it."""


@dataclass(frozen=True)
class HostProgram:
    """A host's command line, and what it needs beside the app's settings.

    `says_ready` is whether it prints `ready URL` once it serves.
    """

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    says_ready: bool = True
    ready_within_seconds: float = READY_WITHIN_SECONDS


def host_name(asked: str) -> str:
    """The one spelling of a host: `local`, `func`, or the absolute path of a program."""
    return asked if asked in (LOCAL, CORE_TOOLS) else str(Path(asked).resolve())


def host_program(name: str, folder: Path, port: int, key: str) -> HostProgram:
    """How the host of that name serves the app on loopback; raises `HostError`.

    A program that ends in .py runs on the Python that runs this, which has the app's packages.
    Everybody on the machine can read the key that a program is called with; our own host gets it
    in its environment.
    """
    served = ["--app", str(PROJECT), "--port", str(port)]
    if name == LOCAL:
        own = [sys.executable, "-m", "local.functions_host", *served]
        return HostProgram([*own, "--state", str(folder / "host")], {KEY_SETTING: key})
    if name == CORE_TOOLS:
        return _core_tools(port)
    arguments = [*served, "--key", key]
    program = Path(name)
    if program.suffix == ".py" and program.is_file():
        return HostProgram([sys.executable, name, *arguments])
    if not program.is_file() or not os.access(program, os.X_OK):
        raise HostError(f"HOST={name}: there is no such program, or it may not be run.")
    return HostProgram([name, *arguments])


def _core_tools(port: int) -> HostProgram:
    """`func start` serves the folder that it is started in, and asks for no key.

    It runs the first python3 on PATH (Core Tools, PythonHelpers.cs), which has to be the one with
    the app's packages. What stands in its environment wins over local.settings.json
    (StartHostAction.cs, UpdateEnvironmentVariables).
    """
    func = shutil.which("func")
    if func is None:
        raise HostError("HOST=func needs Azure Functions Core Tools: `func` is not on PATH.")
    python = Path(sys.executable).parent
    return HostProgram(
        [func, "start", "--port", str(port)],
        {"PATH": f"{python}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(python.parent)},
        says_ready=False,
        ready_within_seconds=CORE_TOOLS_READY_WITHIN_SECONDS,
    )
