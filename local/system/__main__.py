"""`python -m local.system start|stop|status|demo [--host HOST] [--state FOLDER]`"""

import argparse
import os
import sys
from pathlib import Path

from local.system.demo import demo
from local.system.lifecycle import HOST, ROOT, StartError, start, status, stop


def main() -> int:
    """Do what the command line says; 0, or 1 with a message."""
    parser = argparse.ArgumentParser(prog="python -m local.system")
    parser.add_argument("command", choices=list(COMMANDS))
    parser.add_argument("--host", help="func, or a program (see docs/local.md)")
    default = Path(os.environ.get("STATE") or ROOT / ".local")
    parser.add_argument("--state", type=Path, default=default, help="where the state is kept")
    options = parser.parse_args()
    folder: Path = options.state.resolve()
    try:
        return COMMANDS[options.command](folder, options.host)
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; what was started is stopped.", file=sys.stderr)
        return 130


def _start(folder: Path, host: str | None) -> int:
    begun: list[str] = []
    where = start(folder, host, begins=begun.append)
    if HOST not in begun:
        print("The app runs already, with the settings of its start; `make stop` first for others.")
    print(f"The app: {where.functions_url}   Azure: {where.arm_url}   {folder / 'run.json'}")
    return 0


def _stop(folder: Path, _host: str | None) -> int:
    stop(folder)
    return 0


def _status(folder: Path, _host: str | None) -> int:
    """0 when all of it runs, else 1."""
    pids = status(folder)
    for name, pid in pids.items():
        print(f"{name:<16} {f'runs, pid {pid}' if pid else 'does not run'}")
    return 0 if all(pids.values()) else 1


def _demo(folder: Path, _host: str | None) -> int:
    return demo(folder / "demo")


COMMANDS = {"start": _start, "stop": _stop, "status": _status, "demo": _demo}


sys.exit(main())
