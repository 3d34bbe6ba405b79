"""The app on fakes."""

from dataclasses import dataclass

from imagescan.bootstrap import App, Outside, put_together
from tests.fakes.azure import (
    FakeClock,
    FakeContainerGroups,
    FakeDeployedResources,
    FakeNotifier,
)
from tests.fakes.registries import FakeRegistries
from tests.fakes.storage import FakeBlobs, FakeTable
from tests.unit.environment import settings


@dataclass(frozen=True)
class Fakes:
    """The fakes behind an app."""

    clock: FakeClock
    groups: FakeContainerGroups
    resources: FakeDeployedResources
    registries: FakeRegistries
    blobs: FakeBlobs
    notifier: FakeNotifier


def fake_app() -> tuple[App, Fakes]:
    """An app and the fakes that it works with."""
    fakes = Fakes(
        FakeClock(),
        FakeContainerGroups(),
        FakeDeployedResources(),
        FakeRegistries(),
        FakeBlobs(),
        FakeNotifier(),
    )
    outside = Outside(
        clock=fakes.clock,
        groups=fakes.groups,
        resources=fakes.resources,
        registries=fakes.registries,
        blobs=fakes.blobs,
        notifier=fakes.notifier,
        table=lambda _: FakeTable(),
    )
    return put_together(settings(), outside), fakes
