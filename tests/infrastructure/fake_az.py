"""A stand-in for az: takes what az takes, answers from a made-up Azure, and notes every call.

Options outside az-options.json, which was recorded from az itself, are refused as az refuses them.
Queries are worked out by the library that az uses. It reaches nothing: the program on PATH hands
its words and environment to a server in the test, for a Python of its own would take too long.
"""

import json
import socketserver
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jmespath

TABLE = json.loads(Path(__file__).with_name("az-options.json").read_text())
COMMANDS: dict[str, dict[str, Any]] = TABLE["commands"]
FLAGS = {"--only-show-errors", "--debug", "--verbose", "--help", "-h"}

# Words and environment go over, each ended by NUL; status, stream (1 or 2) and text come back.
PROGRAM = """#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/PORT
{ printf '%s\\\\0' $# "$@"; cat /proc/$$/environ; printf 'END\\\\0'; } >&3
read -r status stream <&3
cat <&3 >&"$stream"
exit "$status"
"""


@dataclass(frozen=True)
class Call:
    """One call of az, with all that it was given."""

    command: str
    words: list[str]
    environment: dict[str, str]

    @property
    def line(self) -> str:
        """The words as one text."""
        return " ".join(self.words)

    def option(self, name: str) -> str:
        """The value of an option."""
        return self.words[self.words.index(name) + 1]


@dataclass
class FakeAz:
    """Answers by command, `before` the first deployment and `after` it."""

    before: dict[str, Any]
    after: dict[str, Any]
    is_deployed: bool = False
    fails_at: int | None = None
    scans_stay: bool = False
    calls: list[Call] = field(default_factory=list)

    def run(self, words: list[str], environment: dict[str, str]) -> tuple[int, str]:
        """The status, and what is said: to the error stream where the status is not 0."""
        names = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
        name = next((name for name in names if name in COMMANDS), None)
        if name is None:
            return 2, f"ERROR: '{names[-1]}' is misspelled or not recognized by the system.\n"
        self.calls.append(Call(name, words, environment))
        options, problem = parse(words[len(name.split()) :], COMMANDS[name])
        if problem:
            return 2, f"ERROR: {problem}\n"
        if len(self.calls) == self.fails_at:
            return 1, "ERROR: (Forbidden) The client has no authorization to do this.\n"
        return 0, _shown(self._answer(name, options), options)

    def _answer(self, name: str, options: dict[str, str]) -> Any:
        world = self.after if self.is_deployed else self.before
        if name == "deployment sub create":
            self.is_deployed = True
        if name == "rest":
            return world["rest"].get(options["--url"].partition("?")[0])
        if name == "group exists":
            return options["--name"] in world["groups"]
        if name == "role assignment list":
            whose = options["--assignee-object-id"]
            return [one for one in world.get(name, []) if one["principalId"] == whose]
        if name == "container list" and not self.scans_stay:
            deleted = [
                one.option("--name") for one in self.calls if one.command == "container delete"
            ]
            return [one for one in world.get(name, []) if one["name"] not in deleted]
        return world.get(name)


def parse(words: list[str], known: dict[str, Any]) -> tuple[dict[str, str], str | None]:
    """Options by their first spelling, and what az would say against them."""
    first = {name: names.split()[0] for names in known for name in names.split()}
    first |= {name: name for name in TABLE["global"]}
    traits = {names.split()[0]: trait for names, trait in known.items()}
    found: dict[str, str] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        if word not in first:
            return found, f"unrecognized arguments: {word}"
        name, trait = first[word], traits.get(first[word], {})
        if trait.get("flag") or name in FLAGS:
            found[name] = ""
            continue
        if not left or left[0].startswith("--"):
            return found, f"argument {word}: expected one argument"
        found[name] = left.pop(0)
        while trait.get("many") and left and not left[0].startswith("-"):
            found[name] += f" {left.pop(0)}"
        choices = [choice.lower() for choice in trait.get("choices", [])]
        if choices and found[name].lower() not in choices:
            return found, f"argument {word}: invalid choice: '{found[name]}'"
    missing = [one for one, trait in traits.items() if trait.get("required") and one not in found]
    return found, f"the following arguments are required: {missing[0]}" if missing else None


def _shown(answer: Any, options: dict[str, str]) -> str:
    """Query and output as az has them."""
    if "--query" in options:
        answer = jmespath.search(options["--query"], answer)
    output = options.get("--output", options.get("-o", "json"))
    if answer is None or output == "none":
        return ""
    if output != "tsv":
        return json.dumps(answer, indent=2)
    rows = answer if isinstance(answer, list) else [answer]
    return "".join(_row(row) + "\n" for row in rows)


def _row(row: Any) -> str:
    """As knack, az's library for that, writes a row of tsv."""
    if isinstance(row, list):
        return "\t".join(map(str, row))
    return str(row).lower() if isinstance(row, bool) else str(row)


class Server(socketserver.ThreadingTCPServer):
    """Takes the calls of the program `PROGRAM` on loopback."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, az: FakeAz) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.az = az
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()

    @property
    def program(self) -> str:
        """What stands on PATH as az."""
        return PROGRAM.replace("PORT", str(self.server_address[1])).replace("\\\\", "\\")


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Server)
        received = b""
        while not received.endswith(b"\0END\0"):
            received += self.request.recv(65536)
        count, *rest = received.decode().split("\0")[:-2]
        words, variables = rest[: int(count)], rest[int(count) :]
        environment = dict(one.split("=", 1) for one in variables if "=" in one)
        status, said = self.server.az.run(words, environment)
        self.wfile.write(f"{status} {2 if status else 1}\n{said}".encode())
