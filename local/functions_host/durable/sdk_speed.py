"""Makes the SDK's replay about three times faster on this machine; Azure has nothing like it.

azure-functions-durable 1.7 reads the time of every event of every episode with dateutil, which
takes most of a replay. The standard library reads the same texts to the same moments. What it does
to the SDK is confined to one name in one module, and `--unpatched-sdk` leaves it undone.
"""

import importlib
from datetime import datetime

_MODULE = "azure.durable_functions.models.history.HistoryEvent"


def read_times_fast() -> None:
    """Let the SDK read ISO-8601 with the standard library; safe to repeat."""
    vars(importlib.import_module(_MODULE))["dt_parse"] = datetime.fromisoformat
