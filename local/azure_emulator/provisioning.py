"""How a container group gets to run: pending, image pull, and what may go wrong on the way.

States: azure-docs, container-state.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.azure_emulator.containers import Container, event

# Provisioning that does not get there fails after this long (azure-docs, container-state).
GIVES_UP_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Timings:
    """How long things take: short here, tens of seconds on Azure.

    For `stop_seconds` after a stop a group is still in transition (support article
    "Container group remains in transitioning state": leave at least 10 seconds between operations).
    """

    pending_seconds: float = 0.3
    pull_seconds: float = 0.7
    delete_seconds: float = 1.0
    stop_seconds: float = 1.0


@dataclass(frozen=True)
class Course:
    """How a run goes that does not go well.

    `fails`: no container ever starts, or only `starts_anyway_after_seconds` later: a failed group
    may still attempt to succeed (azure-docs, container-state). `pull_fails`: the image is tried for
    until provisioning fails. `interrupted_after_seconds`: once, so long after the start, containers
    are stopped for platform maintenance, and where the group `comes_back` the platform moves it and
    starts them over, whatever their policy (support article
    "container-group-restart-killing-event-interruption").
    """

    fails: bool = False
    starts_anyway_after_seconds: float | None = None
    pull_fails: bool = False
    pull_seconds: float | None = None
    interrupted_after_seconds: float | None = None
    comes_back: bool = False


WELL = Course()


@dataclass(frozen=True)
class Provisioning:
    """One run's way from a PUT or start to running containers."""

    put_at: datetime
    timings: Timings
    course: Course

    @property
    def pulling_at(self) -> datetime:
        """When the pull begins: Pending until then."""
        return self.put_at + timedelta(seconds=self.timings.pending_seconds)

    @property
    def pulled_at(self) -> datetime:
        """When the pull ends, well or not."""
        seconds = self.course.pull_seconds
        pull_seconds = self.timings.pull_seconds if seconds is None else seconds
        return self.pulling_at + timedelta(seconds=pull_seconds)

    @property
    def is_in_vain(self) -> bool:
        """The pull does not end in time, or never well: it is tried for until it is given up."""
        return self.course.pull_fails or self.pulled_at > self.put_at + GIVES_UP_AFTER

    @property
    def over_at(self) -> datetime:
        """When it has succeeded or failed: Creating until then."""
        return self.put_at + GIVES_UP_AFTER if self.is_in_vain else self.pulled_at

    @property
    def starts_at(self) -> datetime | None:
        """When containers start; None where they never do."""
        if self.is_in_vain:
            return None
        if not self.course.fails:
            return self.pulled_at
        seconds = self.course.starts_anyway_after_seconds
        return None if seconds is None else self.over_at + timedelta(seconds=seconds)

    def state(self, now: datetime) -> str:
        """Pending, Creating, then Failed or Succeeded: that it runs, not that it is done."""
        if now < self.pulling_at:
            return "Pending"
        if now < self.over_at:
            return "Creating"
        return "Failed" if self.course.fails or self.is_in_vain else "Succeeded"

    def may_start(self, now: datetime) -> bool:
        """Containers may start."""
        return self.starts_at is not None and now >= self.starts_at

    def events(self, now: datetime) -> list[dict[str, Any]]:
        """Of the group itself: why it failed, in the words of the specification's example."""
        if not self.course.fails or now < self.over_at:
            return []
        message = "Output: mount error(2): Permission denied"
        return [event("FailedMount", message, self.over_at, "Normal")]

    def note_pull(self, container: Container, now: datetime) -> None:
        """Add the pull's events to a container, each once it has happened."""
        image = container.spec.image
        if now >= self.pulling_at and not container.events:
            container.note("Pulling", f'pulling image "{image}"', self.pulling_at)
        if now < self.pulled_at or len(container.events) != 1:
            return
        if self.course.pull_fails:
            at = self.pulled_at
            container.note("Failed", f'Failed to pull image "{image}"', at, "Warning")
            container.note("BackOff", f'Back-off pulling image "{image}"', at, "Warning")
        else:
            container.note("Pulled", f'Successfully pulled image "{image}"', self.pulled_at)
