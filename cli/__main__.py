"""`python -m cli`, which is `imagescan`: read the command line, do it, tell how it ended."""

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence

import click

from cli.commands import imagescan
from cli.exit_codes import ExitCode
from cli.screen import Screen


def main(words: Sequence[str] | None = None) -> int:
    """The exit code, for every way in which the command can end.

    Click's own `main` ends with 1 where it is interrupted or standard output is closed, and so
    does Python where there is a bug; 1 says something else here.
    """
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # None where it is closed
            stream.reconfigure(errors="backslashreplace")
        return _run(list(sys.argv[1:] if words is None else words))
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except OSError as error:  # of the outputs: those of the network are a `Failure`
        _let_go(error)
        return ExitCode.BUG
    except Exception:  # noqa: BLE001 - told as a bug, with another code than a gate
        traceback.print_exc()
        return ExitCode.BUG


def _let_go(error: OSError) -> None:
    """Say what is wrong where that can be said, and write no more: Python would try at exit."""
    if not isinstance(error, BrokenPipeError):
        with contextlib.suppress(OSError):
            os.write(2, f"imagescan: what it has to tell cannot be written: {error}\n".encode())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)


def _run(words: list[str]) -> int:
    try:
        with imagescan.make_context("imagescan", words) as context:
            code: ExitCode = imagescan.invoke(context)
            sys.stdout.flush()
            return code
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as wrong:
        wrong.show()
        if "--json" in words:
            Screen(as_json=True).show_error("usage", wrong.format_message(), None)
        return ExitCode.USAGE


if __name__ == "__main__":
    sys.exit(main())
