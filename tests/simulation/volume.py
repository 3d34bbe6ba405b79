"""A volume of a container group: files with every version they ever have, by time."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Version:
    """A file from a moment on.

    `zipped_bytes` is told where nobody wants to zip so much, `printed` where the log comes to hold
    something else in its place.
    """

    at: datetime
    content: bytes = field(repr=False)
    zipped_bytes: int | None = None
    printed: bytes | None = field(default=None, repr=False)


@dataclass
class Volume:
    """Files by name; what is to be written later stands in it already."""

    files: dict[str, list[Version]] = field(default_factory=dict)

    def write(self, name: str, version: Version) -> None:
        """Let a file have this content from a moment on."""
        versions = self.files.setdefault(name, [])
        versions.append(version)
        versions.sort(key=lambda one: one.at)

    def stop(self, at: datetime) -> None:
        """Nothing is written any more after this moment."""
        for name, versions in self.files.items():
            self.files[name] = [one for one in versions if one.at <= at]

    def read(self, name: str, now: datetime) -> Version | None:
        """The file as it is now, if it is there."""
        versions = self.files.get(name, [])
        count = bisect_right(versions, now, key=lambda one: one.at)
        return versions[count - 1] if count else None
