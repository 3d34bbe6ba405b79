"""A limit of time for work with hosts that may do anything, slowly too."""

import queue
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self, TypeVar

Result = TypeVar("Result")
_TOO_LATE = "It did not answer in time."


class NoAnswer(Exception):
    """The host did not answer, in time or at all; the message is a sentence."""


class Deadline:
    """A time after which every connection under it is cut off, even one that drips."""

    def __init__(self, seconds: float) -> None:
        """It begins with the block."""
        self._seconds = seconds
        self._ends_at = 0.0
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut_off)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Begin."""
        self._ends_at = time.monotonic() + self._seconds
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is cut off any more."""
        self._timer.cancel()

    @property
    def is_over(self) -> bool:
        """Whether its time has passed."""
        return time.monotonic() >= self._ends_at

    def remaining_seconds(self) -> float:
        """What is left; raises `NoAnswer` where nothing is."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise NoAnswer(_TOO_LATE)
        return left

    def wait_for(self, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises; raises `NoAnswer` where that takes too long.

        It is for what knows no limit of ours, such as resolving a name: that is then left alone to
        end by itself.
        """
        done: queue.SimpleQueue[Future[Result]] = queue.SimpleQueue()

        def attempt() -> None:
            outcome: Future[Result] = Future()
            try:
                outcome.set_result(work())
            except Exception as error:  # noqa: BLE001  # raised again where it was asked for
                outcome.set_exception(error)
            done.put(outcome)

        threading.Thread(target=attempt, daemon=True).start()
        try:
            return done.get(timeout=self.remaining_seconds()).result()
        except queue.Empty:
            raise NoAnswer(_TOO_LATE) from None

    def watch(self, connection: socket.socket) -> None:
        """Cut this off too when the time has come."""
        with self._lock:
            self._sockets.append(connection)
        self.remaining_seconds()  # after the fact: no socket slips past the timer

    def _cut_off(self) -> None:
        with self._lock:
            for connection in self._sockets:
                try:
                    # The plain socket's own: TLS would first forget its state under the reader.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
                except OSError:
                    pass  # closed already
