"""Everything that happens by chance, from one seed."""

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch


class Chance:
    """A stream of its own for every subject: one more draw here changes nothing there."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[str, random.Random] = {}

    def of(self, subject: str) -> random.Random:
        """The stream of a subject, which goes on where it was left."""
        if subject not in self._streams:
            self._streams[subject] = random.Random(f"{self._seed}/{subject}")
        return self._streams[subject]


@contextmanager
def seeded_uuids(chance: random.Random) -> Iterator[None]:
    """`uuid.uuid4` draws from the seed too: ids of scans and of executions are names in a run."""

    def uuid4() -> uuid.UUID:
        return uuid.UUID(int=chance.getrandbits(128), version=4)

    with patch.object(uuid, "uuid4", uuid4):
        yield
