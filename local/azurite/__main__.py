"""`python -m local.azurite install`"""

import subprocess
import sys

from local.azurite.launcher import install

if sys.argv[1:] != ["install"]:
    sys.exit("usage: python -m local.azurite install")
try:
    install()
except subprocess.CalledProcessError as error:
    sys.exit(f"Azurite was not installed: {error.cmd[0]} ended with {error.returncode}.")
