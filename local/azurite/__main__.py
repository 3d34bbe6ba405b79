"""`python -m local.azurite install [FOLDER]`: Azurite, or what another folder's lock file names."""

import subprocess
import sys
from pathlib import Path

from local.azurite.launcher import install

command, *folders = sys.argv[1:] or [""]
if command != "install" or folders[1:]:
    sys.exit("usage: python -m local.azurite install [FOLDER]")
try:
    install(*map(Path, folders))
except subprocess.CalledProcessError as error:
    sys.exit(f"It was not installed: {error.cmd[0]} ended with {error.returncode}.")
