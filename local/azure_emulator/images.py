"""What the scanner stand-in finds in an image, as `PUT /emulator/images` says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Images:
    """Behaviour by image, written to a file that the stand-in reads."""

    def __init__(self, file: Path) -> None:
        """Start with nothing said of any image."""
        self.file = file
        self.set({})

    def set(self, behaviour: Mapping[str, Any]) -> None:
        """Replace what is said of the images named; others keep what was said of them."""
        known = json.loads(self.file.read_text()) if self.file.exists() else {}
        named = {plain_name(image): told for image, told in behaviour.items()}
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(known | named))
        fresh.replace(self.file)


def plain_name(image: str) -> str:
    """One spelling for all: `nginx:1.27` and `docker.io/library/nginx:1.27` are one image."""
    name = image.removeprefix("index.").removeprefix("docker.io/").removeprefix("library/")
    last_part = name.rpartition("/")[2]
    return name if ":" in last_part or "@" in last_part else f"{name}:latest"
