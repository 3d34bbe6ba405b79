"""The registry stand-in of a running system: its command line, its rules, who has its password."""

import json
import sys
from pathlib import Path

from local.system.addresses import Addresses, installation, write_private

USER = "scanner"


def command(folder: Path, where: Addresses) -> list[str]:
    """Serves the layouts below registry/layouts, to which anybody may add; private/ to one user."""
    place = folder / "registry"
    place.mkdir(parents=True, exist_ok=True)
    access = place / "access.json"
    user = {"password": installation(folder).registry_password, "repositories": ["private/*"]}
    rules = {"scheme": "bearer", "private": ["private/*"], "users": {USER: user}}
    write_private(access, rules)
    return [
        sys.executable, "-m", "local.registry_stand_in",
        "--port", where.registry_url.rpartition(":")[2],
        "--layouts", str(place / "layouts"),
        "--made-up", str(place / "made-up"),
        "--samples",
        "--access", str(access),
    ]  # fmt: skip


def credentials(folder: Path, where: Addresses) -> str:
    """The app's REGISTRY_CREDENTIALS on this machine."""
    known = {"username": USER, "password": installation(folder).registry_password}
    return json.dumps({host(where): known})


def host(where: Addresses) -> str:
    """How images name the registry."""
    return where.registry_url.partition("://")[2]
