"""Tables and blobs: what the ports promise, of the fakes and of Azurite through the real SDKs."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from imagescan.adapters.blobs import AzureBlobs
from imagescan.adapters.tables import AzureTable
from imagescan.ports import Blobs, Row, Table, Value
from tests.fakes.storage import FakeBlobs, FakeTable

pytestmark = pytest.mark.xdist_group("azurite")
BOTH = ["fake", pytest.param("azurite", marks=pytest.mark.integration)]
MOMENT = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture(params=BOTH)
def table(request: pytest.FixtureRequest) -> Table:
    if request.param == "fake":
        return FakeTable()
    return AzureTable(f"t{uuid.uuid4().hex}", None, request.getfixturevalue("azurite"))


@pytest.fixture(params=BOTH)
def blobs(request: pytest.FixtureRequest) -> Blobs:
    if request.param == "fake":
        return FakeBlobs()
    return AzureBlobs(f"c{uuid.uuid4().hex}", None, request.getfixturevalue("azurite"))


def read(table: Table, partition: str, key: str) -> Row:
    row = table.get(partition, key)
    assert row is not None
    return row


def test_every_kind_of_value_comes_back_as_it_went_in(table: Table) -> None:
    """Texts, whole numbers beyond 32 bits, fractions, booleans and times to the microsecond."""
    values: dict[str, Value] = {
        "text": "ü€ 'quoted' \n line",
        "small": 7,
        "large": 2**40,
        "fraction": 1.5,
        "yes": True,
        "moment": MOMENT,
    }

    table.put("p", "k", values)

    assert read(table, "p", "k").values == values


def test_an_insert_of_a_key_that_exists_changes_nothing(table: Table) -> None:
    """False is how a duplicate is told."""
    assert table.insert("p", "k", {"n": 1})

    assert not table.insert("p", "k", {"n": 2})
    assert read(table, "p", "k").values == {"n": 1}


def test_a_row_that_is_not_there_is_none(table: Table) -> None:
    """An empty table included."""
    assert table.get("p", "k") is None


def test_a_replace_needs_the_row_as_it_was_read_and_leaves_no_old_column(table: Table) -> None:
    """Two writers: the second one is told that it came too late."""
    table.put("p", "k", {"a": 1, "b": 1})
    first = read(table, "p", "k")

    assert table.replace(first, {"a": 2})
    assert not table.replace(first, {"a": 3})
    assert read(table, "p", "k").values == {"a": 2}


def test_a_replace_of_a_row_that_is_gone_fails(table: Table) -> None:
    """It is not made anew."""
    table.put("p", "k", {"a": 1})
    row = read(table, "p", "k")
    assert table.delete(row)

    assert not table.replace(row, {"a": 2})
    assert table.get("p", "k") is None


def test_a_delete_needs_the_row_as_it_was_read_and_may_be_repeated(table: Table) -> None:
    """True when it is gone, whoever removed it."""
    table.put("p", "k", {"a": 1})
    old = read(table, "p", "k")
    table.put("p", "k", {"a": 2})

    assert not table.delete(old)
    new = read(table, "p", "k")
    assert table.delete(new)
    assert table.delete(new)


def test_many_rows_are_written_whatever_their_number_and_may_be_written_again(
    table: Table,
) -> None:
    """More than one transaction of Azure's hundred."""
    rows = [(f"{number:04d}", {"n": number}) for number in range(250)]

    table.put_many("p", rows)
    table.put_many("p", rows)

    assert [row.key for row in table.query("p")] == [key for key, _ in rows]


def test_a_query_filters_pages_and_keeps_to_its_partition(table: Table) -> None:
    """Ascending by key; fewer rows than the limit mean the end."""
    for number in range(6):
        table.put("p", f"k{number}", {"even": number % 2 == 0, "word": "it's"})
    table.put("other", "k0", {"even": True, "word": "it's"})

    first = table.query("p", where={"even": True, "word": "it's"}, limit=2)
    rest = table.query("p", where={"even": True, "word": "it's"}, after=first[-1].key, limit=2)

    assert [row.key for row in first] == ["k0", "k2"]
    assert [row.key for row in rest] == ["k4"]


def test_a_value_from_outside_is_never_read_as_part_of_the_filter(table: Table) -> None:
    """Values go in as parameters."""
    table.put("p", "k", {"word": "x"})

    assert table.query("p", where={"word": "x' or 'a' eq 'a"}) == []


def test_a_blob_is_stored_replaced_and_read(blobs: Blobs) -> None:
    """None for one that is not there."""
    assert blobs.get("a/b.gz") is None

    blobs.put("a/b.gz", b"one")
    blobs.put("a/b.gz", b"two")

    assert blobs.get("a/b.gz") == b"two"


def test_two_clients_open_one_table_or_container_at_once(
    request: pytest.FixtureRequest,
) -> None:
    """Whoever comes second finds it made."""
    storage = request.getfixturevalue("azurite")
    makers: list[Callable[[], object]] = [
        lambda: AzureTable("shared", None, storage).get("p", "k"),
        lambda: AzureBlobs("shared", None, storage).get("x"),
    ]

    assert [make() for make in makers for _ in range(2)] == [None] * 4
