"""`python -m local.functions_host --app FOLDER --port N --state FOLDER`"""

import argparse
import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from local.functions_host.configuration import LoadError
from local.functions_host.durable.sdk_speed import read_times_fast
from local.functions_host.durable.store import StoreError, Synchronous
from local.functions_host.keys import KEY_SETTING, given_key, kept_key
from local.functions_host.logs import log_to_stderr
from local.functions_host.server import ListenError, Options, serve

USUAL_DAYS, MOST_DAYS = 30, 36_500


def main() -> None:
    """Serve until told to stop; exit status 1 and a sentence where that cannot be."""
    given = _parser().parse_args()
    if not given.unpatched_sdk:
        read_times_fast()
    log_to_stderr()
    state = given.state.resolve()
    try:
        in_environment = given_key()
        key = given.key or in_environment or kept_key(state)
        keep = timedelta(days=given.keep_days) if given.keep_days else None
        options = Options(given.app.resolve(), given.port, key, state, given.synchronous, keep)
        asyncio.run(serve(options))
    except (LoadError, StoreError, ListenError) as refused:
        sys.exit(f"The host does not start: {refused}")
    # An activity on a thread may go on for long; it is run again by the next host.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.functions_host")
    parser.add_argument("--app", type=Path, required=True, help="the folder of function_app.py")
    parser.add_argument("--port", type=int, default=7071, help="0 for a free one")
    parser.add_argument("--state", type=Path, required=True, help="where durable state is kept")
    parser.add_argument(
        "--key",
        help=f"system key and function key, which others can read here: {KEY_SETTING} in the "
        "environment is private; without both one is made and kept in the file STATE/key",
    )
    parser.add_argument(
        "--synchronous",
        type=Synchronous,
        choices=list(Synchronous),
        default=Synchronous.NORMAL,
        help="full: durable state survives a loss of power too, and costs the disk's time",
    )
    parser.add_argument(
        "--keep-days",
        type=_days,
        default=USUAL_DAYS,
        help="how long instances are kept after their end, 0 for ever (default: %(default)s)",
    )
    parser.add_argument(
        "--unpatched-sdk", action="store_true", help="leave the Durable SDK as slow as on Azure"
    )
    return parser


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_DAYS):
        raise argparse.ArgumentTypeError(f"whole days, 0 to {MOST_DAYS}")
    return int(text)


main()
