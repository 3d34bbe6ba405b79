"""`python -m local.azure_emulator --port N --state FOLDER [--subscription ID]`

Events go to the address in EVENTS_WEBHOOK_URL, which holds a key and so stands on no command line.
With QSCANNER_STAND_IN_REGISTRY the scanner stand-in pulls its images from the registry there.
"""

import argparse
import asyncio
import os
from pathlib import Path

from local.azure_emulator.provisioning import Timings
from local.azure_emulator.server import serve

DEFAULTS = Timings()


def main() -> None:
    """Serve in the foreground until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m local.azure_emulator")
    parser.add_argument("--port", type=int, default=7072, help="0 for a free one")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--subscription", help="for whoever reads a process list; any is served")
    for name in ("pending", "pull", "delete"):
        default = getattr(DEFAULTS, f"{name}_seconds")
        parser.add_argument(f"--{name}-seconds", type=float, default=default)
    options = parser.parse_args()
    options.state.mkdir(parents=True, exist_ok=True)
    timings = Timings(options.pending_seconds, options.pull_seconds, options.delete_seconds)
    events_url = os.environ.get("EVENTS_WEBHOOK_URL") or None
    asyncio.run(serve(options.port, options.state.resolve(), events_url, timings))


main()
