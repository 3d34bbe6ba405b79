"""`python -m local.functions_host --app FOLDER --port N --key KEY --state FOLDER`"""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from local.functions_host.app import LoadError
from local.functions_host.durable.store import StoreError
from local.functions_host.server import Options, serve

parser = argparse.ArgumentParser(prog="python -m local.functions_host")
parser.add_argument("--app", type=Path, required=True, help="the folder of function_app.py")
parser.add_argument("--port", type=int, default=7071, help="0 for a free one")
parser.add_argument("--key", required=True, help="system key and function key")
parser.add_argument("--state", type=Path, required=True, help="where durable state is kept")
given = parser.parse_args()
logging.basicConfig(
    level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
)
for chatty in ("azure", "urllib3"):
    logging.getLogger(chatty).setLevel(logging.WARNING)
try:
    options = Options(given.app.resolve(), given.port, given.key, given.state.resolve())
    asyncio.run(serve(options))
except (LoadError, StoreError) as refused:
    sys.exit(f"The host does not start: {refused}")
