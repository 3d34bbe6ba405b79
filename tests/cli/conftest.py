"""The command, run in this process against a stand-in of the app."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from cli.__main__ import main
from tests.cli.app_stand_in import KEY, AppStandIn, app_stand_in


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it told."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppStandIn]:
    """The app that the environment names."""
    with app_stand_in() as started:
        monkeypatch.setenv("IMAGESCAN_URL", started.url)
        monkeypatch.setenv("IMAGESCAN_KEY", KEY)
        yield started


@pytest.fixture
def imagescan(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`imagescan WORDS`, to its end, where no terminal says how wide it is."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*words: str) -> Ran:
        code = main(words)
        told = capsys.readouterr()
        return Ran(int(code), told.out, told.err)

    return run
