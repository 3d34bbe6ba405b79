"""Events of writes and deletes, and how they are delivered."""

import signal
from datetime import timedelta

from local.azure_emulator.outbox import Outbox
from tests.emulator.bodies import group
from tests.emulator.conftest import Start
from tests.emulator.in_process import SUBSCRIPTION, VirtualClock, World
from tests.emulator.servers import NO_REPLY, Endpoint, eventually


def test_every_write_and_delete_of_a_group_is_published(world: World) -> None:
    world.run("qscanner-x", group(), "scan-rg")
    world.put("qscanner-x", group(), "scan-rg")
    world.delete("qscanner-x", "scan-rg")
    world.clock.pass_seconds(60)
    world.books()
    kinds = [event["eventType"] for event in world.events]
    assert kinds == [
        "Microsoft.Resources.ResourceWriteSuccess",
        "Microsoft.Resources.ResourceWriteSuccess",
        "Microsoft.Resources.ResourceDeleteSuccess",
    ]
    assert len({event["id"] for event in world.events}) == 3


def test_an_event_names_its_resource_and_says_nothing_of_its_containers(world: World) -> None:
    world.put("one", group())
    [event] = world.events
    assert event["subject"] == world.get("one").id
    assert event["topic"] == f"/subscriptions/{SUBSCRIPTION}"
    assert event["data"]["operationName"] == "Microsoft.ContainerInstance/containerGroups/write"
    assert event["data"]["resourceProvider"] == "Microsoft.ContainerInstance"
    assert event["dataVersion"] == "2"
    assert "httpRequest" not in event["data"]
    assert "nginx" not in str(event)


def test_a_refused_write_publishes_nothing(world: World) -> None:
    world.set_faults({"operation": "put", "code": "X", "status": 400})
    path = "/subscriptions/s/resourceGroups/r/providers/Microsoft.App/jobs/j"
    world.ask("PUT", path, {"properties": {}}, **{"api-version": "1"})
    assert world.events == []


def test_an_event_that_fails_is_tried_again_with_growing_gaps_and_never_lost() -> None:
    clock = VirtualClock()
    outbox = Outbox(clock)
    outbox.publish({"id": "1"})
    gaps = []
    for _ in range(12):
        [delivery] = outbox.take_due()
        outbox.failed(delivery)
        assert outbox.take_due() == []
        gaps.append(delivery.due_at - clock.now())
        clock.pass_seconds(gaps[-1].total_seconds())
    assert gaps == sorted(gaps)
    assert gaps[-1] <= timedelta(seconds=30)


def test_an_event_that_was_taken_and_not_failed_does_not_come_back() -> None:
    clock = VirtualClock()
    outbox = Outbox(clock)
    outbox.publish({"id": "1"})
    assert [one.event["id"] for one in outbox.take_due()] == ["1"]
    clock.pass_seconds(3600)
    assert outbox.take_due() == []


def test_events_reach_the_webhook_as_event_grid_sends_them_and_again_after_an_error(
    start: Start,
) -> None:
    endpoint = Endpoint(statuses=[503])
    emulator = start(endpoint.url)
    emulator.put("one", group())
    eventually(lambda: len(endpoint.received) >= 2)
    assert emulator.end() == 0
    endpoint.close()
    (kind, [event]), (_, [again]) = endpoint.received
    assert kind == "Notification"
    assert event == again
    assert event["subject"].endswith("/containerGroups/one")


def test_an_event_is_sent_again_when_the_endpoint_dies_over_it(start: Start) -> None:
    endpoint = Endpoint(statuses=[NO_REPLY, NO_REPLY])
    emulator = start(endpoint.url)
    emulator.put("one", group())
    eventually(lambda: len(endpoint.received) >= 3)
    emulator.end(signal.SIGINT)
    endpoint.close()
    assert names(endpoint) == ["one", "one", "one"]


def test_an_event_that_the_endpoint_calls_malformed_is_not_sent_again(start: Start) -> None:
    endpoint = Endpoint(statuses=[400, 503])
    emulator = start(endpoint.url)
    emulator.put("malformed", group())
    eventually(lambda: endpoint.received)
    emulator.put("again", group())
    eventually(lambda: names(endpoint).count("again") >= 2)
    emulator.end()
    endpoint.close()
    assert names(endpoint) == ["malformed", "again", "again"]


def names(endpoint: Endpoint) -> list[str]:
    """Whose events arrived, in order."""
    return [event["subject"].rpartition("/")[2] for _, [event] in endpoint.received]
