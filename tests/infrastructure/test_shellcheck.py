"""Every script is as ShellCheck wants it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.infrastructure.compiler import INFRASTRUCTURE, ROOT

COURIER = ROOT / "imagescan/container_group/courier.sh"
SCRIPTS = [*sorted(INFRASTRUCTURE.glob("*.sh")), COURIER, ROOT / ".ci/run"]
SHELLCHECK = Path(sys.executable).with_name("shellcheck")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_says_nothing(script: Path) -> None:
    """What a script sources is followed; the courier has no first line, for it is an argument."""
    shell = ["-s", "sh"] if script == COURIER else []
    done = subprocess.run(
        [SHELLCHECK, "-x", *shell, script], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert (done.returncode, done.stdout) == (0, "")
