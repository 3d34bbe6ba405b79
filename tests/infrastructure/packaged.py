"""`python -m tests.infrastructure.packaged FOLDER [HOST.py]`: the app exactly as it is deployed.

Unpacks the package into FOLDER/app beside an environment that holds requirements.txt and nothing
else, lets the real worker's code load it where that is at hand, and writes programs that serve it
(`make e2e HOST=`): FOLDER/on-local-host, and FOLDER/on-other-host for a given one.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

from local.system.package import ROOT, write


def main(words: list[str]) -> int:
    """Prepare the folder and print the programs, one a line."""
    folder = Path(words[0]).resolve()
    app, python = folder / "app", folder / "python/bin/python"
    write(folder / "package.zip")
    with zipfile.ZipFile(folder / "package.zip") as package:
        package.extractall(app)
    subprocess.run([sys.executable, "-m", "venv", "--clear", python.parents[1]], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*pip, "-r", str(app / "requirements.txt")], check=True)
    # Our host needs nothing but what the app needs; the rest of the project is out of its reach.
    (folder / "host").mkdir(exist_ok=True)
    (folder / "host/local").unlink(missing_ok=True)
    (folder / "host/local").symlink_to(ROOT / "local")
    ours = f"-m local.functions_host --state {folder}/state-$$"
    hosts = [_program(folder / "on-local-host", f"{python} {ours}", app)]
    for host in words[1:]:
        worker = Path(host).with_name("worker.py")
        subprocess.run([python, worker, app], check=True, stdout=subprocess.DEVNULL)
        other = f"{python} {Path(host).resolve()}"
        hosts.append(_program(folder / "on-other-host", other, app))
    sys.stdout.writelines(f"{host}\n" for host in hosts)
    return 0


def _program(path: Path, command: str, app: Path) -> Path:
    """Called with --app FOLDER, as hosts are, it serves the package instead."""
    lines = ["#!/bin/sh", f"export PYTHONPATH={path.parent}/host", "shift 2"]
    path.write_text("\n".join([*lines, f'exec {command} --app {app} "$@"', ""]))
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
