"""An inventory: what runs in some scopes, noted page by page."""

from typing import Any

import azure.durable_functions as df

from imagescan import function_names as names
from imagescan.deployment import Scope
from imagescan.inventory.pages import Place
from orchestrators.context import Context, Steps, step

bp = df.Blueprint()

STEPS_PER_GENERATION = 50


@bp.orchestration_trigger(context_name="context")
def take_inventory(context: df.DurableOrchestrationContext) -> Steps:
    """See `note_what_runs`."""
    return (yield from note_what_runs(context))


def note_what_runs(context: Context) -> Steps:
    """Note what runs in each scope, and then what of it is gone.

    Input {scopes, since?, resources?, refused?, place?, after?}, all but the first for its own
    later generations; returns {resources, refused}: how many resources there are, and how many
    lists Azure refused.
    """
    state = {"resources": 0, "refused": 0, "place": None, "after": None, **context.get_input()}
    state.setdefault("since", context.current_utc_datetime.isoformat())
    for _ in range(STEPS_PER_GENERATION):
        if not state["scopes"]:
            return {"resources": state["resources"], "refused": state["refused"]}
        state = yield from (_look_again if state["after"] is not None else _take_page)(
            context, state
        )
    context.continue_as_new(state)
    return None


def _take_page(context: Context, state: dict[str, Any]) -> Steps:
    first = Place(Scope(**state["scopes"][0])).to_dict()
    page = yield step(context, names.TAKE_INVENTORY_PAGE, state["place"] or first)
    return {
        **state,
        "resources": state["resources"] + page["resources"],
        "refused": state["refused"] + bool(page["refused"]),
        "place": page["next"],
        "after": None if page["next"] else "",
    }


def _look_again(context: Context, state: dict[str, Any]) -> Steps:
    """The last of a scope; the next one begins anew."""
    scope, *left = state["scopes"]
    data = {"scope": scope, "since": state["since"], "after": state["after"]}
    looked = yield step(context, names.LOOK_FOR_UNSEEN, data)
    if looked["next"] is not None:
        return {**state, "after": looked["next"]}
    return {**state, "scopes": left, "place": None, "after": None}
