"""What the log tells, in the words of host.json's levels."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from local.functions_host.app import Function, index
from local.functions_host.invocation import InvocationError, Invoker
from local.functions_host.logs import limit
from tests.local_host.virtual_host import VirtualHost

Log = Callable[[], list[str]]


@pytest.fixture
def log() -> Iterator[Log]:
    """The lines that get through, each with its level."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.levelname} {record.getMessage()}")

    root, kept = logging.getLogger(), Kept()
    level, filters = root.level, {one: list(one.filters) for one in root.handlers}
    root.addHandler(kept)
    yield lambda: lines
    # pytest's own handlers stay in their list: they are the same for every test that follows.
    root.removeHandler(kept)
    root.setLevel(level)
    for handler, known in filters.items():
        handler.filters = known


def function(body: Callable[..., Any]) -> Function:
    app = func.FunctionApp()
    app.function_name("say")(app.route(route="say")(body))
    return index(app, {}).functions["say"]


def speaks(req: Any) -> str:
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        logging.getLogger("app").log(level, "of the app")
    return str(req)


def fails(req: Any) -> None:
    raise LookupError(req)


def call(body: Callable[..., Any], longest: float | None = None) -> Any:
    return asyncio.run(Invoker(1, "{}", longest).call(function(body), "it"))


def test_the_begin_and_the_end_of_every_invocation_are_told(log: Log) -> None:
    limit({})

    call(speaks)

    first, *middle, last = log()
    assert (first, middle) == ("INFO executing", ["INFO of the app", "WARNING of the app"])
    assert last.startswith("INFO succeeded after ")


def test_the_failure_of_an_invocation_is_told_once(log: Log) -> None:
    limit({})

    with pytest.raises(InvocationError):
        call(fails)

    assert [line.split(" (")[0] for line in log()] == ["INFO executing", "ERROR say failed"]


@pytest.mark.parametrize(
    ("levels", "heard"),
    [
        ({"default": "Warning"}, ["WARNING of the app"]),
        ({"default": "None"}, []),
        ({"default": "None", "Function": "Warning"}, ["WARNING of the app"]),
        ({"Function": "None", "Function.Say.User": "Warning"}, ["WARNING of the app"]),
        ({"Function": "None", "Function.other": "Warning"}, []),
        ({"Function.say": "None", "Function.say.User": "Information"}, [
            "INFO of the app", "WARNING of the app",
        ]),
        ({"default": "None", "Function.say.User": "Debug"}, [
            "DEBUG of the app", "INFO of the app", "WARNING of the app",
        ]),
    ],
)  # fmt: skip
def test_the_longest_category_that_is_listed_decides(
    log: Log, levels: dict[str, str], heard: list[str]
) -> None:
    """Function.NAME is the host's word on a function, Function.NAME.User the function's own."""
    limit(levels)

    call(speaks)

    assert log() == heard


def test_a_function_that_runs_for_too_long_is_told_while_it_runs(log: Log) -> None:
    limit({"default": "Error"})

    async def waits_for_its_alarm(req: Any) -> Any:
        while not log():  # noqa: ASYNC110  # no event: the log is what is tried
            await asyncio.sleep(0)
        return req

    call(waits_for_its_alarm, longest=0)

    assert log() == [
        "ERROR say runs for longer than functionTimeout: on Azure its process would be ended"
    ]


def test_what_an_orchestrator_asked_for_before_and_now_is_told(log: Log, tmp_path: Path) -> None:
    names = iter(["echo", "other", "other"])

    def changes(context: Any) -> Any:
        one = yield context.call_activity("echo", 1)
        two = context.call_activity(next(names), one)
        yield context.task_all([two, context.create_timer(context.current_utc_datetime)])

    def echo(value: Any) -> Any:
        return value

    def other(value: Any) -> Any:
        return value

    limit({"default": "Error"})

    VirtualHost(tmp_path, changes, echo, other).run("changes")

    [line] = log()
    assert line.endswith(
        "Asked for before: 0 activity echo, 1 activity echo, 2 timer. "
        "Asked for now: 0 activity echo, 1 activity other, 2 timer."
    )
