"""An inventory goes through every page and scope, replayed through the SDK's own executor."""

from typing import Any

from imagescan import function_names as names
from imagescan.deployment import ResourceKind, Scope
from imagescan.inventory.pages import Place
from tests.replay.scans import in_turn, world

SCOPES = [{"subscription_id": one, "resource_group": "rg"} for one in ("s1", "s2")]
JOBS = Place(Scope("s1", "rg"), ResourceKind.JOB).to_dict()


def page(resources: int, following: Any = None, refused: str | None = None) -> dict[str, Any]:
    return {"resources": resources, "refused": refused, "next": following}


def test_each_scope_is_read_to_its_end_and_then_what_was_not_seen_is_looked_for() -> None:
    """What is missing from half an inventory says nothing."""
    happened = world(
        take_inventory_page=in_turn(
            [page(3, JOBS), page(2, refused="AuthorizationFailed"), page(1)]
        ),
        look_for_unseen=in_turn([{"next": "k1"}, {"next": None}]),
    )

    run = happened.run(names.TAKE_INVENTORY, {"scopes": SCOPES})

    assert run.output == {"resources": 6, "refused": 1}
    assert [
        (name, data.get("continuation", data.get("after"))) for name, data in happened.calls
    ] == [
        (names.TAKE_INVENTORY_PAGE, None),
        (names.TAKE_INVENTORY_PAGE, None),
        (names.LOOK_FOR_UNSEEN, ""),
        (names.LOOK_FOR_UNSEEN, "k1"),
        (names.TAKE_INVENTORY_PAGE, None),
        (names.LOOK_FOR_UNSEEN, ""),
    ]
    scopes = [(data.get("scope") or data)["subscription_id"] for _, data in happened.calls]
    assert scopes == ["s1"] * 4 + ["s2"] * 2
    assert happened.calls[1][1] == JOBS


def test_what_was_not_seen_is_measured_from_the_beginning_of_the_whole_inventory() -> None:
    """However many generations it takes; each stays short."""
    happened = world(take_inventory_page=in_turn([*[page(1, JOBS)] * 120, page(1)]))

    run = happened.run(names.TAKE_INVENTORY, {"scopes": SCOPES[:1]})

    assert run.output["resources"] == 121
    [looked] = [data for name, data in happened.calls if name == names.LOOK_FOR_UNSEEN]
    assert looked["since"].startswith("2026-01-01T00:00:00")
    assert happened.longest_history < 200
