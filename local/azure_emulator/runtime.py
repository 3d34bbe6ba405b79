"""What runs containers, seen from the ARM surface. A simulation brings its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class ContainerSpec:
    """What is needed to run one container of a group.

    `volumes` maps mount paths to volume names; volumes of one name in one group are one folder.
    `environment` may hold secure values: it is not shown and not kept.
    """

    group: str
    name: str
    image: str
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    volumes: Mapping[str, str] = field(default_factory=dict)
    is_init: bool = False


@dataclass(frozen=True)
class Ended:
    """How and when a container ended."""

    exit_code: int
    at: datetime


class Execution(Protocol):
    """A container that was started."""

    def ended(self) -> Ended | None:
        """None while it runs; the same answer ever after."""

    def log_tail(self, limit_bytes: int) -> bytes:
        """The last bytes of what it wrote to its two output streams, as far as it wrote yet."""

    def kill(self) -> None:
        """End it at once, and whatever it has started and left running; safe to repeat."""


class Runtime(Protocol):
    """Starts containers and keeps the volumes of groups."""

    def start(self, container: ContainerSpec) -> Execution:
        """Start a container, the same one again after it has ended too.

        One that cannot be started has ended with 127.
        """

    def remove(self, group: str) -> None:
        """Remove a group's volumes and logs; its containers were killed before."""
