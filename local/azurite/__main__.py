"""`python -m local.azurite install`"""

import sys

from local.azurite.launcher import install

if sys.argv[1:] != ["install"]:
    sys.exit("usage: python -m local.azurite install")
install()
