"""`python -m local.system ...` as `make` runs it."""

import os
import subprocess
import sys
from pathlib import Path

from local.system.addresses import DEFAULT_PORTS
from local.system.lifecycle import ROOT

ANY_PORTS = dict.fromkeys(DEFAULT_PORTS, "0")


def command(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run to its end, on a state folder."""
    return subprocess.run(
        [sys.executable, "-m", "local.system", *words, "--state", str(folder)],
        cwd=ROOT, env=os.environ | ANY_PORTS | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
