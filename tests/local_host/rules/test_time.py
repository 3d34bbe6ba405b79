"""Time, as the real extension was seen to treat it (durable engine on a virtual clock)."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.functions_host.durable.history import Kind
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]


def note(text: str) -> str:
    return text


def wait(context: Any) -> Steps:
    """How much later than planned a timer of so many seconds is seen."""
    fire_at = context.current_utc_datetime + timedelta(seconds=context.get_input())
    yield context.create_timer(fire_at)
    return (context.current_utc_datetime - fire_at).total_seconds()


def poll(context: Any) -> Steps:
    """Looks every two minutes for half an hour."""
    end = context.current_utc_datetime + timedelta(minutes=30)
    looks = 0
    while end - context.current_utc_datetime > timedelta(seconds=1):
        yield context.call_activity("note", str(looks))
        looks += 1
        yield context.create_timer(context.current_utc_datetime + timedelta(minutes=2))
    return looks


def spin(context: Any) -> Steps:
    """Rounds of a timer of one second each, until a third of a second has passed."""
    start, rounds = context.current_utc_datetime, 0
    while context.current_utc_datetime - start < timedelta(seconds=0.3):
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
        rounds += 1
    return rounds


def far(context: Any) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(days=14))
    return "at last"


@shows(Rule.TIMER_IS_EARLY)
def test_a_timer_of_whole_seconds_fires_up_to_a_second_early(tmp_path: Path) -> None:
    """Its delay is cut to whole seconds after some of the time has gone."""
    host = VirtualHost(tmp_path, wait)

    late = float(host.run("wait", 2).output or "")

    assert -1 < late < -0.9


@shows(Rule.SHORT_TIMER_FIRES_AT_ONCE)
def test_a_timer_of_less_than_a_second_fires_at_once(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, wait)

    host.run("wait", 0.9)

    assert host.seconds() < 0.1


def test_half_an_hour_of_polling_passes_the_same_way_every_time(tmp_path: Path) -> None:
    first, second = VirtualHost(tmp_path / "1", poll, note), VirtualHost(tmp_path / "2", poll, note)

    outputs = {first.run("poll").output, second.run("poll").output}

    assert len(outputs) == 1
    assert [e["Timestamp"] for e in first.history()] == [e["Timestamp"] for e in second.history()]
    assert 1780 < first.seconds() < 1920


@shows(Rule.LONG_TIMER_IS_CUT)
def test_a_timer_of_two_weeks_is_cut_into_pieces_of_three_days(tmp_path: Path) -> None:
    """The SDK asks for the pieces, from six days on."""
    host = VirtualHost(tmp_path, far)

    assert host.run("far").output == '"at last"'
    planned = [e["FireAt"][:10] for e in host.history() if e["EventType"] == Kind.TIMER_CREATED]
    assert planned[:4] == ["2026-01-04", "2026-01-06", "2026-01-09", "2026-01-15"]
    assert host.seconds() > timedelta(days=13.9).total_seconds()


@shows(Rule.SHORT_TIMER_FIRES_AT_ONCE)
def test_a_loop_of_one_second_timers_spins(tmp_path: Path) -> None:
    """Seen on the real extension: 508 rounds in 6 s."""
    host = VirtualHost(tmp_path, spin)

    assert int(host.run("spin").output or "") > 20


@shows(Rule.FIRED_CARRIES_ITS_MAKING)
def test_the_time_of_a_fired_timer_is_when_it_was_made(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, wait)

    host.run("wait", 60)

    created, fired = (
        next(e["Timestamp"] for e in host.history() if e["EventType"] == kind)
        for kind in (Kind.TIMER_CREATED, Kind.TIMER_FIRED)
    )
    assert fired == created
