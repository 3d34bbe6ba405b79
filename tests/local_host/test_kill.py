"""A host that is killed goes on where it was; `make crash` kills more of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.functions_host.durable import history as events
from local.functions_host.durable.history import Event, Kind
from tests.crash import proof
from tests.crash.lives import Lives
from tests.crash.places import Place

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KILLS_A_PLACE = 2


def test_wherever_it_is_killed_every_orchestration_completes_and_uses_each_result_once(
    tmp_path: Path,
) -> None:
    lives = Lives(tmp_path, instances=40, kills=KILLS_A_PLACE * len(Place), seed=6)

    lives.run()

    assert lives.happened == dict.fromkeys(Place, KILLS_A_PLACE)
    assert proof.prove(tmp_path, lives.client.started).instances >= 40


RUNS: list[dict[str, Any]] = [
    {"token": "x/a/1", "after": []},
    {"token": "x/a/2", "after": []},
    {"token": "x/b/3", "after": ["x/a/2"]},
]


@pytest.mark.parametrize(
    "used",
    [
        ["x/a/1", "x/b/3"],  # a later activity was given another run's result
        ["x/a/2", "x/a/2", "x/b/3"],
        ["x/a/2", "x/b/4"],  # no run has returned it
    ],
)
def test_the_proof_notices_a_result_that_is_not_the_one(used: list[str]) -> None:
    proof._each_result_is_used_once(RUNS, ["x/a/2", "x/b/3"])

    with pytest.raises(AssertionError):
        proof._each_result_is_used_once(RUNS, used)


BEGUN = events.task_scheduled(NOW, 0, "work")
ENDED = events.completed(NOW, 0, "1")
OVER = events.event(Kind.EXECUTION_COMPLETED, NOW)


@pytest.mark.parametrize("history", [[BEGUN, OVER], [BEGUN, ENDED, ENDED, OVER], [BEGUN, ENDED]])
def test_the_proof_notices_an_end_too_few_or_too_many(history: list[Event]) -> None:
    assert proof._ends_what_it_began("x", [BEGUN, ENDED, OVER]) == 1

    with pytest.raises(AssertionError):
        proof._ends_what_it_began("x", history)
