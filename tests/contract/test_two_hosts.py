"""Two hosts on one storage, as when an app is scaled out: one scan per digest all the same."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from activities import claims, results
from imagescan.adapters.tables import AzureTable
from imagescan.bootstrap import App, Outside, put_together
from imagescan.records.claims import LEASE
from imagescan.scan.outcome import Outcome
from imagescan.scan.request import ScanRequest, Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.azure import FakeClock, FakeContainerGroups, FakeDeployedResources
from tests.fakes.registries import FakeRegistries
from tests.fakes.storage import FakeBlobs
from tests.unit.environment import settings

pytestmark = pytest.mark.integration
IMAGES = 8
COMPLETED = Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0})


@pytest.fixture
def hosts(azurite: str) -> tuple[App, App]:
    """Each with clients of its own, as two processes have them."""
    storage = f"t{uuid.uuid4().hex[:20]}"
    return _host(storage, azurite), _host(storage, azurite)


def _host(storage: str, azurite: str) -> App:
    outside = Outside(
        clock=FakeClock(),
        groups=FakeContainerGroups(),
        resources=FakeDeployedResources(),
        registries=FakeRegistries(),
        blobs=FakeBlobs(),
        notifier=None,
        table=lambda name: AzureTable(f"{storage}{name.value}", None, azurite),
    )
    return put_together(settings(), outside)


def requests(app: App, host: int) -> list[ScanRequest]:
    """A scan of each image by this host; every host has another tag of the same digest."""
    scans = []
    for number in range(IMAGES):
        image, digest = f"registry.example.com/app-{number}:{host}", f"sha256:{number:064x}"
        request = ScanRequest(f"{number} of {host}", image, Source("request"), app.policy)
        scans.append(request.resolved_to(digest))
    return scans


def claimed_at_once(hosts: tuple[App, App]) -> Iterator[tuple[str, str]]:
    """For each image the scan that holds its claim, and the other one; both asked together."""
    together = Barrier(2)

    def claim(app: App, scan: ScanRequest) -> tuple[bool, str]:
        together.wait()
        answer = claims.acquire(app, scan, None)
        return answer["isHeld"], answer["holder"]

    with ThreadPoolExecutor() as threads:
        for pair in zip(*(requests(app, host) for host, app in enumerate(hosts)), strict=True):
            answers = list(threads.map(claim, hosts, pair))
            [winner] = [scan for scan, (is_held, _) in zip(pair, answers, strict=True) if is_held]
            assert {holder for _, holder in answers} == {winner.scan_id}
            [other] = [scan for scan in pair if scan is not winner]
            yield winner.scan_id, other.scan_id


def test_of_two_hosts_that_claim_a_digest_at_once_one_scans_and_the_other_joins(
    hosts: tuple[App, App],
) -> None:
    """It is told by whom the claim is held, and in the end whose result it took."""
    app, _ = hosts
    for winner, other in claimed_at_once(hosts):
        results.record(app, winner, COMPLETED)
        [scan] = [one for host in (0, 1) for one in requests(app, host) if one.scan_id == other]
        joined = Outcome.from_dict(claims.acquire(app, scan, winner)["outcome"])
        assert (joined.status, joined.joined_scan_id) == (Status.SKIPPED, winner)


def test_of_two_hosts_that_take_over_from_a_lost_scan_at_once_one_does(
    hosts: tuple[App, App],
) -> None:
    """Its claim has just expired."""
    app, _ = hosts
    for scan in requests(app, host=2):
        app.claims.acquire(scan.claim_key, "lost", app.clock.now() - LEASE - timedelta(seconds=1))

    for winner, _ in claimed_at_once(hosts):
        assert winner != "lost"
