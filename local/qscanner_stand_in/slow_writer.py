"""Writes a file little by little, so that no look finds it at rest; whole only at the end.

Runs as a process of its own, beyond the end of the scanner: FILE SECONDS, the text on stdin.
"""

import sys
import time
from pathlib import Path

STEP_SECONDS = 0.25
CYCLE = 7  # a short text over a long time does not grow at every step: this makes it differ


def main() -> None:
    """Write a longer and longer beginning of the text until the time is over, then all of it."""
    file, seconds, text = Path(sys.argv[1]), float(sys.argv[2]), sys.stdin.read()
    steps = max(1, int(seconds / STEP_SECONDS))
    for step in range(steps):
        written = text[: len(text) * (step + 1) // (steps + 1)]
        file.write_text(written + "\n" * (step % CYCLE))
        time.sleep(STEP_SECONDS)
    file.write_text(text)


main()
