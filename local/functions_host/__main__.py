"""`python -m local.functions_host --app FOLDER --port N --key KEY --state FOLDER`"""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from local.functions_host.app import LoadError
from local.functions_host.durable.sdk_speed import read_times_fast
from local.functions_host.durable.store import StoreError, Synchronous
from local.functions_host.logs import log_to_stderr
from local.functions_host.server import ListenError, Options, serve


def main() -> None:
    """Serve until told to stop; exit status 1 and a sentence where that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m local.functions_host")
    parser.add_argument("--app", type=Path, required=True, help="the folder of function_app.py")
    parser.add_argument("--port", type=int, default=7071, help="0 for a free one")
    parser.add_argument("--key", required=True, help="system key and function key")
    parser.add_argument("--state", type=Path, required=True, help="where durable state is kept")
    parser.add_argument(
        "--synchronous",
        type=Synchronous,
        choices=list(Synchronous),
        default=Synchronous.NORMAL,
        help="full: durable state survives a loss of power too, and costs the disk's time",
    )
    parser.add_argument(
        "--unpatched-sdk", action="store_true", help="leave the Durable SDK as slow as on Azure"
    )
    given = parser.parse_args()
    if not given.unpatched_sdk:
        read_times_fast()
    log_to_stderr()
    try:
        options = Options(
            given.app.resolve(), given.port, given.key, given.state.resolve(), given.synchronous
        )
        asyncio.run(serve(options))
    except (LoadError, StoreError, ListenError) as refused:
        sys.exit(f"The host does not start: {refused}")
    # An activity on a thread may go on for long; it is run again by the next host.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


main()
