"""Functions of the app that run: each on a greenlet of its own, which waits while others go on.

Whatever a function asks of the outside takes time, so other functions act in between, as they do
on a real host; and a host that dies takes with it what has not happened yet.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from greenlet import getcurrent, greenlet

from tests.simulation.schedule import Schedule

T = TypeVar("T")


class HostCrashError(BaseException):
    """The process dies here. No exception of the app's: nothing of it may catch this."""


@dataclass(eq=False)
class Step:
    """One run of a function; `scan_id` is the scan that it serves, where it serves one.

    `on_end` takes what it returned, `on_death` is called when its host died before that.
    """

    name: str
    call: Callable[[], Any]
    on_end: Callable[[Any], None]
    on_death: Callable[[], None]
    scan_id: str | None = None
    is_over: bool = False
    _greenlet: "StepGreenlet" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._greenlet = StepGreenlet(self)

    def go_on(self) -> None:
        """Run until it waits or ends; called by the schedule. Raises `HostCrashError`."""
        if not self.is_over:
            self._greenlet.switch()

    def kill(self) -> None:
        """End it where it waits, or before it has begun, without a result."""
        self.is_over = True
        if self._greenlet:  # has begun and not ended
            self._greenlet.throw(HostCrashError)

    def run(self) -> None:
        """On the greenlet: the call, and what follows from its end."""
        try:
            result = self.call()
        except HostCrashError:
            if self.is_over:
                return  # killed from outside, by whoever takes care of the rest
            raise
        self.is_over = True
        self.on_end(result)


class StepGreenlet(greenlet):
    """A greenlet that knows its step; when it waits, the schedule goes on."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.run, _outermost())
        self.step = step

    @classmethod
    def current(cls) -> Self | None:
        """The one that runs now; None outside of every step."""
        running = getcurrent()
        return running if isinstance(running, cls) else None


def _outermost() -> greenlet:
    found = getcurrent()
    while found.parent is not None:
        found = found.parent
    return found


def running_step() -> Step | None:
    """The step that runs now, if one does."""
    current = StepGreenlet.current()
    return current.step if current else None


def pause(schedule: Schedule, seconds: float) -> None:
    """Let the running step wait while time passes; outside of steps time stands still."""
    current = StepGreenlet.current()
    if current is None:
        return
    schedule.after(seconds, current.step.go_on)
    with _loop_left_alone():
        _outermost().switch()


def crash(why: HostCrashError) -> None:
    """The host dies at this very point of the running step: it does not come back."""
    with _loop_left_alone():
        _outermost().throw(why)


@contextmanager
def _loop_left_alone() -> Iterator[None]:
    """Which event loop runs is remembered per thread: while others go on it is none of theirs."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


def complete(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing but steps' own pauses."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("A function waits for an event loop.")


class StepLoop(asyncio.BaseEventLoop):
    """An event loop in virtual time for one step: what goes to threads is run at once."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self._schedule = schedule
        self._selector: Any = self  # what is asked for ready sockets: there are none

    def time(self) -> float:
        return self._schedule.seconds

    def select(self, seconds: float | None) -> list[Any]:
        """Nothing is ready: time passes until something is due."""
        assert seconds is not None, "A function waits for something that never comes."
        if seconds > 0:
            pause(self._schedule, seconds)
        return []

    def run_in_executor(  # type: ignore[override]  # a type variable of its own for the result
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """The result at once; an exception too."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  # as a thread would hand it over
            future.set_exception(error)
        return future

    def _process_events(self, _: list[Any]) -> None: ...

    def _write_to_self(self) -> None: ...


def run_until_complete(schedule: Schedule, work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that may use everything of an event loop but sockets."""
    loop = StepLoop(schedule)
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
