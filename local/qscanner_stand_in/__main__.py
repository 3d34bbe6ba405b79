"""`python -m local.qscanner_stand_in image REFERENCE --pod US1 --output-dir FOLDER ...`"""

import os
import sys
import time

from local.qscanner_stand_in.arguments import parse
from local.qscanner_stand_in.scan import scan

sys.exit(scan(parse(sys.argv[1:]), os.environ, time.sleep))
