"""One scan per digest, and registries that hang, on the whole system in virtual time."""

from collections import Counter
from datetime import datetime
from typing import Any

from tests.simulation.arrivals import ACI, SHOP_GROUP, Deploy
from tests.simulation.checker import check
from tests.simulation.checker.evidence import Record, gather
from tests.simulation.endings import whole
from tests.simulation.faults import KINDS, Strike
from tests.simulation.phases import Phase
from tests.simulation.plan import Plan
from tests.simulation.rescans import Rescan
from tests.simulation.simulation import Simulation
from tests.simulation.truth import Image

EVENTS = 50


def image(name: str, *tags: str) -> Image:
    spellings = tuple(f"registry.example.com/{name}:{tag}" for tag in tags)
    return Image(spellings[0], spellings, ())


def event(number: int, resource_id: str) -> dict[str, Any]:
    return {
        "id": f"event-{number}",
        "topic": resource_id.partition("/resourceGroups")[0],
        "subject": resource_id,
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": "2026-01-01T00:00:00Z",
        "dataVersion": "2",
        "metadataVersion": "1",
        "data": {"operationName": f"{ACI}/write"},
    }


def test_fifty_events_for_one_image_at_once_are_one_scan_and_all_others_say_which() -> None:
    """Whichever of its two tags they run, while it is scanned and when it has just been."""
    tags = image("shop/cart", "7", "stable")
    deployed = tuple(
        Deploy(30, ACI, SHOP_GROUP, f"web-{number}", (spelled,))
        for number, spelled in enumerate(tags.spellings)
    )
    run = Simulation(Plan(1, (tags,), deployed, weights={whole: 1}))

    def publish() -> None:
        for number in range(EVENTS):
            resources = list(run.users.resources)
            run.events.publish(event(number, resources[number % len(resources)]))

    run.schedule.after(31, publish)
    run.run()

    evidence = gather(run)
    assert check(evidence) == []
    assert len(evidence.truth.runs) == 1
    [scanned] = [one for one in evidence.records.values() if one["status"] == "completed"]
    ends = Counter((one["status"], one["joinedScanId"]) for one in evidence.records.values())
    joined = EVENTS + len(deployed) - 1
    assert ends == {("completed", None): 1, ("skipped", scanned["scanId"]): joined}


def test_a_registry_that_hangs_delays_one_image_and_not_the_rescan() -> None:
    """That one is scanned by its reference, when it has been waited for; no other is late."""
    images = tuple(image(f"shop/app-{number}", "1") for number in range(4))
    deployed = tuple(
        Deploy(30, ACI, SHOP_GROUP, f"app-{number}", one.spellings)
        for number, one in enumerate(images)
    )
    [hangs] = [kind for kind in KINDS if kind.name == "registry: hangs"]
    first_of_the_rescan = Strike(hangs, Phase.QUEUED, skip=len(images))
    rescan = Rescan(600, {"resourceGroup": SHOP_GROUP, "force": True})
    plan = Plan(1, images, deployed, (first_of_the_rescan,), weights={whole: 1}, rescans=(rescan,))
    run = Simulation(plan)
    run.run()

    evidence = gather(run)
    assert check(evidence) == []
    rescanned = [one for one in evidence.records.values() if one["source"]["kind"] == "rescan"]
    assert [one["status"] for one in rescanned] == ["completed"] * len(images)
    [late] = [one for one in rescanned if one["unresolved"]]
    assert waited_seconds(late) >= hangs.slow_seconds
    assert max(waited_seconds(one) for one in rescanned if one is not late) < hangs.slow_seconds / 2


def waited_seconds(record: Record) -> float:
    """Until its container group was asked for."""
    began, created = (datetime.fromisoformat(record[name]) for name in ("startedAt", "createdAt"))
    return (began - created).total_seconds()
