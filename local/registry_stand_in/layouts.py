"""OCI image layouts on disk: folders with `oci-layout`, `index.json` and `blobs/`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIGEST = re.compile(r"(sha256|sha512):([0-9a-f]{64}|[0-9a-f]{128})")
TAG_ANNOTATION = "org.opencontainers.image.ref.name"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEXES = frozenset({OCI_INDEX, DOCKER_INDEX})


@dataclass(frozen=True)
class Manifest:
    """A manifest or index as it is stored."""

    digest: str
    media_type: str
    content: bytes


class Layout:
    """One layout, which is one repository; it is read anew for every question."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._folder = folder

    def tags(self) -> list[str]:
        """Every tag, sorted."""
        return sorted(name for one in self._listed() if (name := _tag(one)))

    def manifest(self, reference: str) -> Manifest | None:
        """By tag, or by the digest of anything that `index.json` leads to."""
        for one in self._reachable(self._listed()):
            if reference in (_tag(one), one["digest"]):
                return self._read(one)
        return None

    def blob(self, digest: str) -> Path | None:
        """The file of a blob."""
        found = DIGEST.fullmatch(digest)
        file = self._folder / "blobs" / found[1] / found[2] if found else None
        return file if file and file.is_file() else None

    def _listed(self) -> list[dict[str, Any]]:
        index = json.loads((self._folder / "index.json").read_text())
        listed: list[dict[str, Any]] = index["manifests"]
        return listed

    def _reachable(self, descriptors: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for one in descriptors:
            yield one
            if one["mediaType"] in INDEXES and (index := self._read(one)):
                yield from self._reachable(json.loads(index.content)["manifests"])

    def _read(self, descriptor: dict[str, Any]) -> Manifest | None:
        file = self.blob(descriptor["digest"])
        if file is None:
            return None  # an index may name platforms that nobody fetched
        return Manifest(descriptor["digest"], descriptor["mediaType"], file.read_bytes())


def _tag(descriptor: dict[str, Any]) -> str | None:
    tag: str | None = descriptor.get("annotations", {}).get(TAG_ANNOTATION)
    return tag


class Layouts:
    """Folders that are layouts, or that hold layouts at any depth.

    A layout that is given itself is the repository of its own name; those below a folder are
    called by their path from there. The first folder that has a repository serves it.
    """

    def __init__(self, folders: list[Path]) -> None:
        """Whatever is put into the folders later is served too."""
        self._folders = folders

    def find(self, repository: str) -> Layout | None:
        """The layout of a repository, whose name is one that the grammar allows."""
        for folder in self._folders:
            is_itself = _is_layout(folder) and folder.name == repository
            place = folder if is_itself else folder / repository
            if _is_layout(place):
                return Layout(place)
        return None


def _is_layout(folder: Path) -> bool:
    return (folder / "oci-layout").is_file() and (folder / "index.json").is_file()
