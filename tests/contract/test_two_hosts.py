"""Two host processes on one storage, as when an app is scaled out: one scan per digest still."""

import multiprocessing
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

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
NEVER_CLAIMED, LOST = range(8), range(8, 16)
HOSTS = (0, 1)
COMPLETED = Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0})


@dataclass(frozen=True)
class Answer:
    """What a host was told when it claimed an image for a scan of its own."""

    number: int
    host: int
    scan_id: str
    is_held: bool
    holder: str


@pytest.fixture(scope="module")
def storage(azurite: str) -> str:
    """Tables in which scans that were lost hold the claims on half of the images."""
    name = f"t{uuid.uuid4().hex[:20]}"
    app = _host(name, azurite)
    for number in LOST:
        expired = app.clock.now() - LEASE - timedelta(seconds=1)
        app.claims.acquire(_scan(app, 2, number).claim_key, "lost", expired)
    return name


@pytest.fixture(scope="module")
def answers(storage: str, azurite: str) -> dict[int, list[Answer]]:
    """For each image the answers that two processes got which claimed it at the same time."""
    processes = multiprocessing.get_context("spawn")
    together, told = processes.Barrier(len(HOSTS)), processes.SimpleQueue()
    hosts = [
        processes.Process(target=claim_all, args=(storage, azurite, host, together, told))
        for host in HOSTS
    ]
    for host in hosts:
        host.start()
    numbers = [*NEVER_CLAIMED, *LOST]
    found = [told.get() for _ in numbers for _ in HOSTS]
    for host in hosts:
        host.join()
    return {number: [one for one in found if one.number == number] for number in numbers}


def claim_all(
    storage: str, azurite: str, host: int, together: Barrier, told: "SimpleQueue[Answer]"
) -> None:
    """What each process does; it meets the other before every image."""
    app = _host(storage, azurite)
    for number in (*NEVER_CLAIMED, *LOST):
        scan = _scan(app, host, number)
        together.wait(timeout=120)
        answer = claims.acquire(app, scan, None)
        told.put(Answer(number, host, scan.scan_id, answer["isHeld"], answer["holder"]))


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


def _scan(app: App, host: int, number: int) -> ScanRequest:
    """This host's scan of an image; every host has another tag of the same digest."""
    image, digest = f"registry.example.com/app-{number}:{host}", f"sha256:{number:064x}"
    request = ScanRequest(f"{number} of {host}", image, Source("request"), app.policy)
    return request.resolved_to(digest)


def winners(answers: dict[int, list[Answer]], numbers: range) -> Iterator[tuple[Answer, Answer]]:
    """For each image the one that holds its claim, and the other; both were told who does."""
    for number in numbers:
        [winner] = [one for one in answers[number] if one.is_held]
        [other] = [one for one in answers[number] if not one.is_held]
        assert winner.holder == other.holder == winner.scan_id
        yield winner, other


def test_of_two_hosts_that_claim_a_digest_at_once_one_scans_and_the_other_joins(
    storage: str, azurite: str, answers: dict[int, list[Answer]]
) -> None:
    """It is told by whom the claim is held, and in the end whose result it took."""
    app = _host(storage, azurite)
    for winner, other in winners(answers, NEVER_CLAIMED):
        results.record(app, winner.scan_id, COMPLETED)
        scan = _scan(app, other.host, other.number)
        joined = Outcome.from_dict(claims.acquire(app, scan, winner.scan_id)["outcome"])
        assert (joined.status, joined.joined_scan_id) == (Status.SKIPPED, winner.scan_id)


def test_of_two_hosts_that_take_over_from_a_lost_scan_at_once_one_does(
    answers: dict[int, list[Answer]],
) -> None:
    """Its claim has just expired."""
    for winner, _ in winners(answers, LOST):
        assert winner.holder != "lost"
