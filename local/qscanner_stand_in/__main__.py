"""`python -m local.qscanner_stand_in image REFERENCE --pod US1 --output-dir FOLDER ...`

Or the predecessor's `--image REFERENCE --output-format json --tag key=value ...`, see `legacy`.
"""

import os
import sys
import time

from local.qscanner_stand_in.arguments import parse
from local.qscanner_stand_in.legacy import is_legacy, parse_legacy, scan_legacy
from local.qscanner_stand_in.scan import scan


def main(arguments: list[str]) -> int:
    """Scan by the contract that the command line is one of; returns the exit code."""
    if is_legacy(arguments):
        return scan_legacy(parse_legacy(arguments), os.environ, time.sleep)
    return scan(parse(arguments), os.environ, time.sleep)


sys.exit(main(sys.argv[1:]))
