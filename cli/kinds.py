"""Scans and rescans: two things that are begun, looked at, waited for and cancelled alike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import RenderableType

from cli.api import Api, Reply
from cli.exit_codes import ExitCode, Failure
from cli.gate import Judgement, judge_rescan, judge_scan
from cli.progress import Look, View, look_at_rescan, look_at_scan
from cli.screen import Screen
from cli.show.rescans import one_rescan
from cli.show.scans import one_scan
from cli.watching import follow, goes_on, patient

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """What differs between the two; `fields` have to be in whatever the app tells of it."""

    name: str
    fields: tuple[str, ...]
    look_at: Callable[[Body, datetime], Look]
    picture: Callable[[Body], RenderableType]
    judge: Callable[[Body, str | None], Judgement]

    def path(self, its_id: object) -> str:
        """Where it is, below /api."""
        return f"/{self.name}s/{its_id}"

    def begin(self, api: Api, body: Body) -> dict[str, Any]:
        """What the app tells of the one that this began, or joined."""
        return api.post(f"/{self.name}s", body, *self.fields).body

    def get(self, api: Api, its_id: object) -> Reply:
        """Where it stands."""
        return api.get(self.path(its_id), *self.fields)

    def cancel(self, api: Api, its_id: object) -> Reply:
        """Where it stands after it was asked to end."""
        return api.delete(self.path(its_id), *self.fields)


SCAN = Kind(
    "scan",
    ("scanId", "image", "status", "verdict", "counts", "joinedStatus"),
    look_at_scan,
    one_scan,
    judge_scan,
)
RESCAN = Kind(
    "rescan",
    (
        "rescanId", "subscriptionId", "resourceGroup", "dryRun", "status", "total", "counts",
        "skippedAsFresh", "failures", "eta",
    ),
    look_at_rescan,
    one_rescan,
    judge_rescan,
)  # fmt: skip


def of_either(ask: Callable[[Kind], Reply]) -> tuple[Kind, Reply]:
    """Of a scan or, where there is none, of a rescan: an id does not say what it is of."""
    try:
        return SCAN, ask(SCAN)
    except Failure as failure:
        if failure.exit_code is not ExitCode.NOT_FOUND:
            raise
    try:
        return RESCAN, ask(RESCAN)
    except Failure as failure:
        if failure.exit_code is not ExitCode.NOT_FOUND:
            raise
        failure.message = "There is no scan and no rescan of this id."
        raise


def to_the_end(
    api: Api, screen: Screen, kind: Kind, its_id: object, fail_on: str | None
) -> ExitCode:
    """Wait until it is over, show how it goes and how it ended, and judge that.

    Raises `Failure` where somebody interrupts it: what was begun goes on.
    """

    def look() -> Reply:
        return patient(lambda: kind.get(api, its_id), screen.say, time.sleep)

    try:
        with View(screen, kind.look_at) as view:
            body = follow(look, view.tell, time.sleep)
    except KeyboardInterrupt:
        raise goes_on(kind.name, str(its_id)) from None
    except Failure as failure:
        if failure.exit_code is ExitCode.UNAVAILABLE:
            failure.advice = goes_on(kind.name, str(its_id)).advice
        raise
    screen.show(body, kind.picture(body))
    return end(screen, kind.judge(body, fail_on))


def end(screen: Screen, judgement: Judgement) -> ExitCode:
    """Tell a judgement."""
    screen.say(judgement.sentence, "green" if judgement.exit_code is ExitCode.FINE else "bold red")
    return judgement.exit_code
