"""Images of other registries, made up when they are asked for: nothing is fetched from anywhere."""

import re
from pathlib import Path

from local.registry_stand_in.images import Image, add_index
from local.registry_stand_in.layouts import Layout, Layouts

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


class MadeUp:
    """Images below a folder, as layouts: those of an earlier run are there still."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made yet."""
        self._folder = folder
        self._layouts = Layouts([folder])

    def find(self, registry: str, repository: str, reference: str) -> Layout | None:
        """The repository; a tag that it lacks is made, a digest that it lacks is not."""
        name = f"{registry}/{repository}"
        layout = self._layouts.find(name)
        is_known = layout is not None and layout.manifest(reference) is not None
        if not is_known and TAG.fullmatch(reference):
            _make(self._folder / name, f"{name}:{reference}", reference)
        return self._layouts.find(name)


def _make(folder: Path, name: str, tag: str) -> None:
    """An index, as most images of public registries are; what is in it says what it is."""
    notice = f"STAND-IN: this is not {name}; the registry stand-in made it up.\n"
    images = [Image({"STAND-IN": notice}, architecture) for architecture in ("amd64", "arm64")]
    add_index(folder, tag, images)
