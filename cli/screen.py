"""Where what is told goes: results to standard output, everything else to standard error."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from cli.exit_codes import Failure
from cli.plain_text import plain, plain_lines

WIDTH_OF_A_LOG = 160  # where no terminal says how wide it is


class Screen:
    """With `as_json` standard output carries one JSON document and nothing else."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out, self.aside = _console(stderr=False), _console(stderr=True)

    @property
    def has_bar(self) -> bool:
        """Whether standard error can show a bar that moves; in a log, lines are better."""
        return _is_terminal(sys.stderr) and not self.aside.is_dumb_terminal

    def show(self, body: Any, picture: RenderableType) -> None:
        """A result: as JSON, or as a picture of it."""
        if self.as_json:
            self.show_json(body)
        else:
            self._out.print(picture)

    def show_json(self, body: Any) -> None:
        """In ASCII, so that nothing in it steers a terminal."""
        self._write(json.dumps(body, indent=2).encode() + b"\n")

    def show_document(self, document: bytes) -> None:
        """A whole document: byte by byte into a file or pipe, harmless on a terminal."""
        if _is_terminal(sys.stdout):
            document = plain_lines(document.decode(errors="replace")).encode(errors="replace")
        self._write(document)

    def say(self, sentence: str, style: str = "") -> None:
        """One line to the person at the terminal, or into the log of a build; never broken."""
        self.aside.print(Text(plain(sentence), style), soft_wrap=True)

    def fail(self, failure: Failure) -> None:
        """Why it did not work; scripts get it as the app tells errors."""
        if self.as_json:
            self.show_error(failure.code, failure.message, failure.details)
        self.say(f"imagescan: {failure.message}", "red")
        for line in failure.advice:
            self.say(f"  {line}")

    def show_error(self, code: str, message: str, details: Mapping[str, str] | None) -> None:
        """An error as the app tells its own."""
        self.show_json({"error": {"code": code, "message": message, "details": details}})

    @staticmethod
    def _write(content: bytes) -> None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _console(*, stderr: bool) -> Console:
    is_terminal = _is_terminal(sys.stderr if stderr else sys.stdout)
    width = None if is_terminal or os.environ.get("COLUMNS") else WIDTH_OF_A_LOG
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def _is_terminal(stream: TextIO | None) -> bool:
    """Where it is closed there is none. rich also says yes under FORCE_COLOR, which CI sets."""
    return stream is not None and stream.isatty()
