"""Which part of a scan's life each function serves, and what it asks of the outside there."""

from enum import StrEnum


class Phase(StrEnum):
    """Where a scan stands when something goes wrong."""

    ACCEPTING = "accepting"
    READING = "reading"
    QUEUED = "queued"
    PROVISIONING = "provisioning"
    SCANNING = "scanning"
    COLLECTING = "collecting"
    REMOVING = "removing"
    ENDING = "ending"
    REAPING = "reaping"
    INVENTORY = "inventory"
    GATHERING = "gathering"
    LANES = "lanes"


PHASE_OF = {
    "on_container_deployed": Phase.ACCEPTING,
    "post_scan": Phase.ACCEPTING,
    "delete_scan": Phase.ACCEPTING,
    "restart_accepted": Phase.ACCEPTING,
    "read_deployment": Phase.READING,
    "open_scan": Phase.READING,
    "resolve_image": Phase.QUEUED,
    "acquire_claim": Phase.QUEUED,
    "admit_scan": Phase.QUEUED,
    "record_intent": Phase.PROVISIONING,
    "create_container_group": Phase.PROVISIONING,
    "observe_scanner": Phase.SCANNING,
    "collect_report": Phase.COLLECTING,
    "store_findings": Phase.COLLECTING,
    "keep_last_words": Phase.REMOVING,
    "delete_container_group": Phase.REMOVING,
    "confirm_container_group_gone": Phase.REMOVING,
    "release_claim": Phase.ENDING,
    "record_outcome": Phase.ENDING,
    "notify": Phase.ENDING,
    "take_stock": Phase.INVENTORY,
    "take_inventory_page": Phase.INVENTORY,
    "look_for_unseen": Phase.INVENTORY,
    "start_reaper": Phase.REAPING,
    "find_left_behind": Phase.REAPING,
    "take_over_container_group": Phase.REAPING,
    "revive_container_group": Phase.REAPING,
    "end_abandoned_scan": Phase.REAPING,
    "post_rescan": Phase.GATHERING,
    "list_running_images": Phase.GATHERING,
    "begin_lanes": Phase.GATHERING,
    "take_image": Phase.LANES,
    "finish_image": Phase.LANES,
    "count_rescan": Phase.LANES,
    "finish_rescan": Phase.LANES,
    "delete_rescan": Phase.LANES,
}
OF_RESCANS = frozenset({Phase.GATHERING, Phase.LANES})

# The daily rescan begins as every other; lists of Durable's and its history are for operators.
NOT_YET = frozenset({"rescan_on_schedule", "look_for_pending", "purge_history"})

# What the functions of a phase ask for: nothing else can go wrong there.
REQUESTS: dict[Phase, frozenset[str]] = {
    Phase.ACCEPTING: frozenset({"table", "durable", "registry"}),
    Phase.READING: frozenset({"table", "arm get", "arm revisions"}),
    Phase.QUEUED: frozenset({"table", "registry"}),
    Phase.PROVISIONING: frozenset({"table", "arm get", "arm put"}),
    Phase.SCANNING: frozenset({"table", "arm get"}),
    Phase.COLLECTING: frozenset({"table", "arm logs", "blob"}),
    Phase.REMOVING: frozenset({"table", "arm get", "arm delete", "arm logs"}),
    Phase.ENDING: frozenset({"table", "webhook"}),
    Phase.INVENTORY: frozenset({"table", "durable", "arm list", "arm get", "arm revisions"}),
    Phase.REAPING: frozenset({"table", "durable", "arm list", "arm get", "arm put"}),
    Phase.GATHERING: frozenset({"table", "durable", "arm list", "arm get", "arm revisions"}),
    Phase.LANES: frozenset({"table"}),
}


def phase_of(function: str) -> Phase | None:
    """The phase that a function serves; None for those that only read."""
    return PHASE_OF.get(function)
