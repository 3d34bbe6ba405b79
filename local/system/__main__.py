"""`python -m local.system start|stop|demo [--host HOST] [--state FOLDER]`"""

import argparse
import os
import sys
from pathlib import Path

from local.system.demo import demo
from local.system.lifecycle import ROOT, StartError, start, stop


def main() -> int:
    """Do what the command line says; 0, or 1 with a message."""
    parser = argparse.ArgumentParser(prog="python -m local.system")
    parser.add_argument("command", choices=["start", "stop", "demo"])
    parser.add_argument("--host", help="func, or a program (see the README)")
    default = Path(os.environ.get("STATE") or ROOT / ".local")
    parser.add_argument("--state", type=Path, default=default, help="where the state is kept")
    options = parser.parse_args()
    folder: Path = options.state.resolve()
    try:
        if options.command == "demo":
            return demo(folder / "demo")
        if options.command == "stop":
            stop(folder)
            return 0
        where = start(folder, options.host)
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The app: {where.functions_url}   Azure: {where.arm_url}   {folder / 'run.json'}")
    return 0


sys.exit(main())
