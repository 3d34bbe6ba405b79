"""Timer schedules against what NCrontab was recorded to say."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from local.functions_host.ncrontab import ScheduleError, parse

RECORDED = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "conformance/ncrontab.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda one: one["ncrontab"] or "empty")
def test_a_schedule_has_the_recorded_next_times_or_is_refused(recorded: dict[str, Any]) -> None:
    if recorded["next"] is None:
        with pytest.raises(ScheduleError):
            parse(recorded["ncrontab"])
        return
    schedule, moment = parse(recorded["ncrontab"]), datetime.fromisoformat(recorded["from"])

    found = []
    for _ in recorded["next"]:
        following = schedule.after(moment)
        assert following is not None
        moment = following
        found.append(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

    assert found == recorded["next"]
