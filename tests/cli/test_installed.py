"""The command as it is installed: what it needs, and where it can be called."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from local.system.install import launcher
from tests.cli.app_stand_in import KEY, Answer, AppStandIn
from tests.cli.bodies import SCAN_ID, completed

ROOT = Path(__file__).parents[2]


def test_it_is_called_from_any_folder(app: AppStandIn, tmp_path: Path) -> None:
    """Also where folders have odd names, and where a package of the same name lies around."""
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, completed(high=1)))
    folder = tmp_path / "it's a folder"
    (folder / "cli").mkdir(parents=True)
    (folder / "cli/__init__.py").write_text("raise SystemExit('the wrong one')")
    (folder / "venv").symlink_to(sys.prefix)
    command = folder / "imagescan"
    command.write_text(launcher(folder / "venv/bin/python", ROOT))
    command.chmod(0o755)

    ran = subprocess.run(
        [str(command), "status", SCAN_ID, "--fail-on", "high", "--json"],
        cwd=folder, env={"IMAGESCAN_URL": app.url, "IMAGESCAN_KEY": KEY},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 1, ran.stderr
    assert json.loads(ran.stdout) == completed(high=1)
    assert ran.stderr.endswith("The gate tripped: 1 high.\n")


def test_it_tells_the_version_of_the_project_without_an_app() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "cli", "--version"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (ran.returncode, ran.stdout) == (0, f"imagescan {project['version']}\n")


@pytest.mark.parametrize(
    ("pipe", "code"),
    [
        ("| true", 70),  # under pipefail: who read it went away
        (">/dev/full", 70),
        ("2>&- >/dev/null", 1),  # nobody hears the sentence, but the gate is known
    ],
)
def test_what_could_not_be_told_is_no_success(app: AppStandIn, pipe: str, code: int) -> None:
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, completed(high=1)))
    command = f"{sys.executable} -m cli status {SCAN_ID} --fail-on high --json {pipe}"

    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=ROOT, env={"IMAGESCAN_URL": app.url, "IMAGESCAN_KEY": KEY, "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == code, ran.stderr
