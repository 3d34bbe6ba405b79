"""The courier's script, which runs beside the scanner; courier.sh says what it does."""

from pathlib import Path

COURIER_SCRIPT = Path(__file__).with_name("courier.sh").read_text(encoding="utf-8")
