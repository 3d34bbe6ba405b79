"""`python3 -m local.system.install packages|azurite|kusto|command`: sets up what others need.

Standard library only, for it runs before anything is installed. Safe to run by two makes at once:
one installs, the other waits and finds it done. A stamp is written last, so what was interrupted
is done again.
"""

import fcntl
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
KUSTO = ROOT / "tests/infrastructure/kusto"
COMMAND = VENV / "bin/imagescan"
SUPPORTED = (3, 11), (3, 14)

# As pip writes them: sh starts the Python of .venv, wherever that is, and Python skips the string.
LAUNCHER = """\
#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
import sys

sys.path.insert(0, {root!r})
from cli.__main__ import main

sys.exit(main())
"""


@dataclass(frozen=True)
class Part:
    """Something to install: what it follows from, where it is noted as done, what to say."""

    locks: tuple[Path, ...]
    stamp: Path
    notice: str
    install: Callable[[], None]

    @property
    def is_current(self) -> bool:
        """Whether it was installed since its locks changed."""
        if not self.stamp.exists():
            return False
        done = self.stamp.stat().st_mtime_ns
        return all(lock.stat().st_mtime_ns <= done for lock in self.locks)


def _packages() -> None:
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*pip, "-r", str(ROOT / "requirements-dev.txt")], check=True)


def _command() -> None:
    fresh = COMMAND.with_suffix(".new")
    fresh.write_text(launcher(PYTHON, ROOT))
    fresh.chmod(0o755)
    fresh.replace(COMMAND)


def launcher(python: Path, root: Path) -> str:
    """A script that runs cli/ of `root`, in whatever folder it is called."""
    return LAUNCHER.format(python=shlex.quote(str(python)), root=str(root))


def _azurite() -> None:
    subprocess.run([str(PYTHON), "-m", "local.azurite", "install"], cwd=ROOT, check=True)


def _kusto() -> None:
    command = [str(PYTHON), "-m", "local.azurite", "install", str(KUSTO)]
    subprocess.run(command, cwd=ROOT, check=True)


PARTS = {
    "packages": Part(
        (ROOT / "requirements-dev.txt",),
        VENV / ".installed",
        "Installing Python packages into .venv (about a minute) ...",
        _packages,
    ),
    "azurite": Part(
        (ROOT / "local/azurite/package-lock.json", ROOT / "local/azurite/requirements-node.txt"),
        ROOT / "local/azurite/node_modules/.installed",
        "Installing Azurite into local/azurite/node_modules (about half a minute) ...",
        _azurite,
    ),
    "kusto": Part(
        (KUSTO / "package-lock.json",),
        KUSTO / "node_modules/.installed",
        "Installing Microsoft's parser of Kusto queries (some seconds) ...",
        _kusto,
    ),
    "command": Part(
        (Path(__file__),),
        COMMAND,
        "Making .venv/bin/imagescan ...",
        _command,
    ),
}


def main(names: list[str]) -> int:
    """Install the parts that are not current; 0, or 1 where one cannot be installed."""
    oldest, too_new = SUPPORTED
    if not oldest <= sys.version_info[:2] < too_new:
        print("Python 3.11 to 3.13 is needed; name one: make PYTHON=python3.12", file=sys.stderr)
        return 1
    with _one_at_a_time():
        for part in [PARTS[name] for name in names]:
            if part.is_current:
                continue
            print(part.notice, flush=True)
            try:
                part.install()
            except subprocess.CalledProcessError as error:
                print(f"This failed (exit status {error.returncode}).", file=sys.stderr)
                return 1
            part.stamp.touch()
    return 0


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
