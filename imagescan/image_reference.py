"""Image references by the grammar of the OCI distribution project, and their one normal form.

Source: github.com/distribution/reference (grammar in reference.go, Docker Hub rules in
normalize.go), narrower in one point: the first part of a name is no registry for being upper case.
Input is hostile: every text gives a reference or `InvalidInput`, in bounded time.
"""

import re
from dataclasses import dataclass

from imagescan.errors import InvalidInput

DOCKER_HUB = "docker.io"
LONGEST_NAME = 255
# The longest name, tag (128) and digest (sha512, 135), and the `index.` that normalising drops.
LONGEST_REFERENCE = len("index.") + LONGEST_NAME + len(":") + 128 + len("@") + 135

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]{{1,5}})?")
_PATH_PART = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_IMAGE_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ImageReference:
    """An image: where it is (`registry`, `repository`) and which one (`tag`, `digest` or both)."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """Registry and repository, as `docker.io/library/nginx`."""
        return f"{self.registry}/{self.repository}"

    def __str__(self) -> str:
        """The normal form: parsing it gives an equal reference."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


def parse_image_reference(text: str) -> ImageReference:
    """Parse a reference as a person or a container group writes it; raises `InvalidInput`.

    Docker Hub's short names are completed (`nginx` is `docker.io/library/nginx:latest`); the tag
    is `latest` where neither tag nor digest is given. The message never repeats the input.
    """
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_REFERENCE:
        raise _invalid(f"An image reference is a text of 1 to {LONGEST_REFERENCE} characters.")
    if _IMAGE_ID.fullmatch(text):
        raise _invalid("This is an image's id, which no registry knows; give its name.")
    rest, _, digest = text.partition("@")
    if "@" in text and not _DIGEST.fullmatch(digest):
        raise _invalid(
            "The digest must be sha256:, sha384: or sha512: and 64, 96 or 128 hexadecimal digits "
            "in lower case."
        )
    name, tag = _split_tag(rest)
    registry, repository = _split_registry(name)
    if len(registry) + len(repository) + 1 > LONGEST_NAME:
        raise _invalid(f"The image's name has more than {LONGEST_NAME} characters.")
    if not tag and not digest:
        tag = "latest"
    return ImageReference(registry, repository, tag, digest or None)


def _invalid(message: str) -> InvalidInput:
    return InvalidInput("invalid_image", message)


def _split_tag(text: str) -> tuple[str, str | None]:
    """A colon after the last slash starts a tag; any other belongs to the registry's port."""
    head, slash, last = text.rpartition("/")
    last_part, colon, tag = last.partition(":")
    if not colon:
        return text, None
    if not _TAG.fullmatch(tag):
        raise _invalid("The tag must be 1 to 128 letters, digits, dots, hyphens or underscores.")
    return f"{head}{slash}{last_part}", tag


def _split_registry(name: str) -> tuple[str, str]:
    """The first part is a registry if it has a dot, a port, or is localhost; else Docker Hub."""
    first, slash, rest = name.partition("/")
    is_registry = slash and ("." in first or ":" in first or first == "localhost")
    registry, repository = (first, rest) if is_registry else (DOCKER_HUB, name)
    if not _HOST.fullmatch(registry):
        raise _invalid("The registry is not a host name with an optional port.")
    # Only after the check: the Kelvin sign, for one, would become an ASCII k.
    registry = registry.lower()
    if registry == f"index.{DOCKER_HUB}":
        registry = DOCKER_HUB
    if registry == DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    if not all(_PATH_PART.fullmatch(part) for part in repository.split("/")):
        raise _invalid(
            "The repository must be lower-case letters and digits, separated by single dots, "
            "underscores, hyphens or slashes."
        )
    return registry, repository
