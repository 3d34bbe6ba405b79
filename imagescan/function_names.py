"""The names under which the app's functions are registered.

They are wire format: orchestrations in flight and Event Grid subscriptions hold them, so none is
renamed without a plan for both. A call of a name that is not registered hangs for ever on Azure
(observed on Durable extension 3.14.1); a test checks that every name here is registered.
"""

# Orchestrators
SCAN_DEPLOYMENT = "scan_deployment"
SCAN_IMAGE = "scan_image"
AWAIT_CLAIM = "await_claim"
AWAIT_ADMISSION = "await_admission"
WATCH_SCANNER = "watch_scanner"
AWAIT_REPORT = "await_report"
REMOVE_CONTAINER_GROUP = "remove_container_group"
TAKE_INVENTORY = "take_inventory"
REAP_CONTAINER_GROUPS = "reap_container_groups"
REAP_SCAN = "reap_scan"

# Activities
READ_DEPLOYMENT = "read_deployment"
TAKE_INVENTORY_PAGE = "take_inventory_page"
LOOK_FOR_UNSEEN = "look_for_unseen"
OPEN_SCAN = "open_scan"
ACQUIRE_CLAIM = "acquire_claim"
RELEASE_CLAIM = "release_claim"
ADMIT_SCAN = "admit_scan"
RECORD_INTENT = "record_intent"
CREATE_CONTAINER_GROUP = "create_container_group"
OBSERVE_SCANNER = "observe_scanner"
COLLECT_REPORT = "collect_report"
STORE_FINDINGS = "store_findings"
KEEP_LAST_WORDS = "keep_last_words"
DELETE_CONTAINER_GROUP = "delete_container_group"
CONFIRM_CONTAINER_GROUP_GONE = "confirm_container_group_gone"
RECORD_OUTCOME = "record_outcome"
NOTIFY = "notify"
FIND_LEFT_BEHIND = "find_left_behind"
TAKE_OVER_CONTAINER_GROUP = "take_over_container_group"
REVIVE_CONTAINER_GROUP = "revive_container_group"
END_ABANDONED_SCAN = "end_abandoned_scan"
