"""Manifests and indexes of images (OCI image specification 1.1, Docker's older names too)."""

import hashlib
import json
import re
from typing import Any

INDEXES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
MANIFESTS = frozenset(
    {
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    }
)
ACCEPT = ", ".join(sorted(INDEXES | MANIFESTS))
LARGEST_BYTES = 4 * 1024 * 1024  # what the specification asks every registry to take
_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})")
_PLATFORM = {"os": "linux", "architecture": "amd64"}


def is_digest(text: str) -> bool:
    """Whether it is one of the digests that image references may hold."""
    return _DIGEST.fullmatch(text) is not None


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """The digest of what was received."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def has_digest(content: bytes, digest: str) -> bool:
    """Whether the content is what the digest stands for."""
    return is_digest(digest) and digest_of(content, digest.partition(":")[0]) == digest


def is_index(content_type: str, content: bytes) -> bool:
    """Whether it lists images instead of being one; raises `ValueError` where it is neither.

    The content decides, so that one digest means the same whoever serves it; a document that is
    both, or that its header calls the other, is refused (CVE-2021-41190).
    """
    found = _object(content)
    lists, is_image = "manifests" in found, "layers" in found or "config" in found
    named = {content_type.partition(";")[0].strip().lower(), str(found.get("mediaType", ""))}
    if lists == is_image or named & (MANIFESTS if lists else INDEXES):
        raise ValueError("It is no image and no index of images.")
    return lists


def digest_for_linux_amd64(index: bytes) -> str | None:
    """The manifest that Azure would run, or None where there is none; raises `ValueError`.

    The one for every amd64 processor goes before those for newer ones (a variant); one without a
    platform counts only if it is alone.
    """
    listed = _object(index).get("manifests")
    if not isinstance(listed, list):
        raise ValueError("The index lists nothing.")  # noqa: TRY004  # all of it is one error
    images = [
        one for one in listed if isinstance(one, dict) and str(one.get("mediaType")) in MANIFESTS
    ]
    fitting = [one for one in images if _runs_on(one.get("platform"))]
    fitting.sort(key=lambda one: bool(one["platform"].get("variant")))
    if not fitting and len(images) == 1 and "platform" not in images[0]:
        fitting = images
    if not fitting:
        return None
    digest = fitting[0].get("digest")
    if not isinstance(digest, str) or not is_digest(digest):
        raise ValueError("The index names no digest.")
    return digest


def _runs_on(platform: Any) -> bool:
    return isinstance(platform, dict) and _PLATFORM.items() <= platform.items()


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("It is not JSON.") from None
    if not isinstance(found, dict):
        raise ValueError("It is not an object.")  # noqa: TRY004  # all of it is one error
    return found
