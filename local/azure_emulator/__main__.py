"""`python -m local.azure_emulator --port N --state FOLDER [--subscription ID]`

Events go to the address in EVENTS_WEBHOOK_URL, which holds a key and so stands on no command line.
"""

import argparse
import asyncio
import os
from pathlib import Path

from local.azure_emulator.server import serve

parser = argparse.ArgumentParser(prog="python -m local.azure_emulator")
parser.add_argument("--port", type=int, default=7072, help="0 for a free one")
parser.add_argument("--state", type=Path, required=True)
parser.add_argument("--subscription", help="for the reader of a process list; any one is served")
options = parser.parse_args()
options.state.mkdir(parents=True, exist_ok=True)
asyncio.run(serve(options.port, options.state.resolve(), os.environ.get("EVENTS_WEBHOOK_URL")))
