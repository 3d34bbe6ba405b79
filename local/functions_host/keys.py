"""The key that callers show: system key and function key in one."""

import os
import secrets
from pathlib import Path

KEY_SETTING = "FUNCTIONS_HOST_KEY"


def given_key() -> str:
    """The key in the environment, empty where there is none; taken out, for it is not the app's."""
    return os.environ.pop(KEY_SETTING, "")


def kept_key(state: Path) -> str:
    """The key of a state folder, made when it is asked for first; only its owner may read it."""
    file = state / "key"
    if not file.exists():
        state.mkdir(parents=True, exist_ok=True)
        fresh = state / "key.new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(24))
        fresh.replace(file)
    return file.read_text().strip()
