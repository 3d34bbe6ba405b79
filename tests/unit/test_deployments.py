"""Where images run stays true however observations and deletions arrive."""

import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.deployment import ResourceKind, Scope, parse_resource_id
from imagescan.inventory.running import RunningResource, read_images
from imagescan.ports import Row, Table, Value
from imagescan.records.deployments import Deployments
from imagescan.records.images import Images
from tests.fakes.storage import FakeTable

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
START = datetime(2026, 1, 1, tzinfo=UTC)
IMAGES = ("a.io/a:1", "a.io/b:1", "a.io/c:1")
WEB = parse_resource_id(
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"
    f"/providers/{ResourceKind.CONTAINER_GROUP}/web"
)
Seen = frozenset[str] | None
"""The images that the resource ran, or None where it was gone."""


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


class Known:
    """The records, and what they tell of the one resource."""

    def __init__(self, table: Table | None = None, images: Table | None = None) -> None:
        self.images = Images(images or FakeTable())
        self.deployments = Deployments(table or FakeTable(), self.images)

    def learn(self, second: float, seen: Seen) -> None:
        if seen is None:
            self.deployments.gone(WEB, at(second))
        else:
            running = RunningResource(WEB, read_images(sorted(seen)))
            self.deployments.seen(running, at(second))

    def told(self) -> set[str]:
        """By the resource and by each image, which have to agree."""
        by_resource = {image.name for image, _ in self.deployments.of(WEB)}
        by_image = {name for name in IMAGES if self.images.uses(name, 10)}
        assert by_resource == by_image
        return by_resource


seen = st.one_of(st.none(), st.frozensets(st.sampled_from(IMAGES)))


@given(st.lists(seen, min_size=1, max_size=5).flatmap(
    lambda history: st.tuples(
        st.just(history),
        st.permutations([*range(len(history))]).flatmap(
            lambda order: st.lists(st.sampled_from(order)).map(lambda again: [*order, *again])
        ),
    )
))  # fmt: skip
def test_the_latest_observation_counts_in_whatever_order_and_however_often_they_come(
    case: tuple[list[Seen], list[int]],
) -> None:
    """Event Grid delivers at least once, unordered; a step that was interrupted comes again."""
    history, order = case
    known = Known()

    for second in order:
        known.learn(second, history[second])

    assert known.told() == (history[-1] or set())


class Interruption:
    """Something that happens before the n-th operation on tables."""

    def __init__(self, number: int, happens: Callable[[], None]) -> None:
        self.number, self.happens = number, happens

    def count(self) -> None:
        self.number -= 1
        if self.number == 0:
            self.happens()


class InterruptedTable(FakeTable):
    """A table on which there may be one."""

    interruption: Interruption | None = None

    def count(self) -> None:
        if self.interruption:
            self.interruption.count()

    def get(self, partition: str, key: str) -> Row | None:
        self.count()
        return super().get(partition, key)

    def insert(self, partition: str, key: str, values: Mapping[str, Value]) -> bool:
        self.count()
        return super().insert(partition, key, values)

    def replace(self, row: Row, values: Mapping[str, Value]) -> bool:
        self.count()
        return super().replace(row, values)

    def delete(self, row: Row) -> bool:
        self.count()
        return super().delete(row)


SOME = [None, frozenset(IMAGES[:1]), frozenset(IMAGES[:2])]


@pytest.mark.parametrize("is_first_older", [True, False])
@pytest.mark.parametrize("first", SOME)
@pytest.mark.parametrize("second", SOME)
def test_two_writers_at_once_leave_what_the_later_one_saw(
    first: Seen, second: Seen, is_first_older: bool
) -> None:
    """The second one does all of its work in the middle of the first one's, wherever that is."""
    for number in itertools.count(1):
        known = Known(InterruptedTable(), InterruptedTable())
        known.learn(0, frozenset(IMAGES[1:]))
        interruption = Interruption(number, partial(known.learn, 4, second))
        InterruptedTable.interruption = interruption
        try:
            known.learn(3 if is_first_older else 5, first)
        finally:
            InterruptedTable.interruption = None
        if interruption.number > 0:
            break
        assert known.told() == ((second if is_first_older else first) or set()), number


def test_each_use_of_an_image_tells_the_resource_and_when_it_was_last_seen() -> None:
    """An older observation does not move it back."""
    known = Known()
    known.learn(5, frozenset(IMAGES[:1]))
    known.learn(2, frozenset(IMAGES[:1]))

    [use] = known.images.uses(IMAGES[0], 10)

    assert (use.resource_id, use.last_seen) == (str(WEB), at(5))


def test_of_two_observations_at_one_time_the_one_that_comes_later_counts() -> None:
    """Clocks stand still between two steps."""
    known = Known()
    known.learn(1, frozenset(IMAGES[:1]))
    known.learn(1, frozenset(IMAGES[1:2]))

    assert known.told() == {IMAGES[1]}


def test_a_deletion_at_the_very_time_of_an_observation_counts() -> None:
    """Of the two only the deletion can be the last word."""
    known = Known()
    known.learn(1, frozenset(IMAGES[:1]))
    known.learn(1, None)

    assert known.told() == set()


def test_a_malformed_image_is_kept_with_its_problem_and_is_no_image() -> None:
    """It can be told, and not be scanned."""
    known = Known()
    known.deployments.seen(RunningResource(WEB, read_images(["UPPER/case"])), at(1))

    [(image, _)] = known.deployments.of(WEB)

    assert (image.name, image.problem is None) == ("UPPER/case", False)
    assert known.images.names(None, 10) == []


def test_resources_are_listed_by_scope_and_a_group_is_found_whatever_its_spelling() -> None:
    """A subscription holds all of its resource groups."""
    known = Known()
    for group in ("shop", "SHOP", "other"):
        resource = parse_resource_id(str(WEB).replace("/shop/", f"/{group}/"))
        known.deployments.seen(RunningResource(resource, ()), at(1))

    def count(scope: Scope) -> int:
        return len(known.deployments.page(scope, "", 10))

    assert count(Scope(SUBSCRIPTION.upper(), "Shop")) == 1
    assert count(Scope(SUBSCRIPTION)) == 2
    assert count(Scope(SUBSCRIPTION, "none")) == 0
