"""The courier's script, which runs beside the scanner; courier.sh says what it does."""

from importlib.resources import files

COURIER_SCRIPT = (files(__package__) / "courier.sh").read_text(encoding="utf-8")
