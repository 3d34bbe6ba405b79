"""Makes OCI image layouts out of files, the same bytes every time."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.registry_stand_in.layouts import DOCKER_INDEX, OCI_INDEX, TAG_ANNOTATION

PACKAGES = Path(__file__).parent / "packages"
CREATED = "2026-01-01T00:00:00Z"
Files = Mapping[str, str]


@dataclass(frozen=True)
class Kinds:
    """What the parts of an image are called: OCI's names, or Docker's older ones."""

    index: str
    manifest: str
    config: str
    layer: str


OCI = Kinds(
    OCI_INDEX,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.oci.image.layer.v1.tar+gzip",
)
DOCKER = Kinds(
    DOCKER_INDEX,
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
)


@dataclass(frozen=True)
class Image:
    """One image to be made: the files of its only layer, for one platform."""

    files: Files
    architecture: str = "amd64"
    os: str = "linux"


def debian() -> Files:
    """Debian 12 with eight packages: their entries are from a real machine's dpkg database."""
    release = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'
    return {
        "etc/os-release": release,
        "var/lib/dpkg/status": (PACKAGES / "debian-12-status").read_text(),
    }


def alpine() -> Files:
    """Alpine 3.20 with seven packages: real names and versions, in the form of apk's database."""
    release = 'PRETTY_NAME="Alpine Linux v3.20"\nID=alpine\nVERSION_ID=3.20.1\n'
    return {
        "etc/os-release": release,
        "lib/apk/db/installed": (PACKAGES / "alpine-3.20-installed").read_text(),
    }


def add_image(folder: Path, tag: str, image: Image, kinds: Kinds = OCI) -> str:
    """Put an image under a tag into the layout, which is made where there is none; its digest."""
    layout = _Writer(folder)
    descriptor = layout.image(image, kinds)
    layout.tag(tag, descriptor)
    return str(descriptor["digest"])


def add_index(folder: Path, tag: str, images: list[Image], kinds: Kinds = OCI) -> tuple[str, ...]:
    """Put an index of images under a tag; the digests of the index and of each image."""
    layout = _Writer(folder)
    members = [
        layout.image(image, kinds)
        | {"platform": {"architecture": image.architecture, "os": image.os}}
        for image in images
    ]
    content = {"schemaVersion": 2, "mediaType": kinds.index, "manifests": members}
    descriptor = layout.put_json(kinds.index, content)
    layout.tag(tag, descriptor)
    return (descriptor["digest"], *(one["digest"] for one in members))


class _Writer:
    """Writes blobs and `index.json`; a reader sees either of two states, whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "blobs/sha256").mkdir(parents=True, exist_ok=True)
        if not (folder / "index.json").exists():
            self._write_index([])
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def image(self, image: Image, kinds: Kinds) -> dict[str, Any]:
        """Write layer, config and manifest; the manifest's descriptor."""
        plain = _tar(image.files)
        layer = self._put(kinds.layer, gzip.compress(plain, mtime=0))
        config = {
            "architecture": image.architecture,
            "os": image.os,
            "created": CREATED,
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [_digest(plain)]},
        }
        content = {
            "schemaVersion": 2,
            "mediaType": kinds.manifest,
            "config": self.put_json(kinds.config, config),
            "layers": [layer],
        }
        return self.put_json(kinds.manifest, content)

    def put_json(self, media_type: str, content: Any) -> dict[str, Any]:
        """Write a document; its descriptor."""
        return self._put(media_type, json.dumps(content).encode())

    def tag(self, tag: str, descriptor: Mapping[str, Any]) -> None:
        """Let the tag stand for this manifest from now on, and for no other."""
        listed = json.loads((self._folder / "index.json").read_text())["manifests"]
        kept = [one for one in listed if one["annotations"][TAG_ANNOTATION] != tag]
        self._write_index([*kept, {**descriptor, "annotations": {TAG_ANNOTATION: tag}}])

    def _put(self, media_type: str, content: bytes) -> dict[str, Any]:
        digest = _digest(content)
        (self._folder / "blobs/sha256" / digest.partition(":")[2]).write_bytes(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def _write_index(self, manifests: list[dict[str, Any]]) -> None:
        fresh = self._folder / "index.new"
        fresh.write_text(
            json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})
        )
        fresh.replace(self._folder / "index.json")


def _tar(files: Files) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            data = files[name].encode()
            entry = tarfile.TarInfo(name)  # of root, made at the beginning of time
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return content.getvalue()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
