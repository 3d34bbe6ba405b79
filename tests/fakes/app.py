"""The app on fakes."""

from dataclasses import dataclass

from imagescan.bootstrap import App
from imagescan.records.claims import Claims
from imagescan.records.findings import StoredFindings
from imagescan.records.images import Images
from imagescan.records.inbox import Inbox
from imagescan.records.ledger import Ledger
from imagescan.records.scans import Scans
from tests.fakes.azure import (
    FakeClock,
    FakeContainerGroups,
    FakeDeployedResources,
    FakeNotifier,
)
from tests.fakes.storage import FakeBlobs, FakeTable
from tests.unit.environment import settings


@dataclass(frozen=True)
class Fakes:
    """The fakes behind an app."""

    clock: FakeClock
    groups: FakeContainerGroups
    resources: FakeDeployedResources
    blobs: FakeBlobs
    notifier: FakeNotifier


def fake_app() -> tuple[App, Fakes]:
    """An app and the fakes that it works with."""
    fakes = Fakes(
        FakeClock(), FakeContainerGroups(), FakeDeployedResources(), FakeBlobs(), FakeNotifier()
    )
    app = App(
        settings=settings(),
        clock=fakes.clock,
        groups=fakes.groups,
        resources=fakes.resources,
        blobs=fakes.blobs,
        notifier=fakes.notifier,
        inbox=Inbox(FakeTable()),
        scans=Scans(FakeTable(), FakeTable()),
        findings=StoredFindings(FakeTable()),
        images=Images(FakeTable()),
        claims=Claims(FakeTable()),
        ledger=Ledger(FakeTable()),
    )
    return app, fakes
