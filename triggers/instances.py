"""Whether an orchestration lives, as Durable tells it."""

from enum import StrEnum

import azure.durable_functions as df
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from imagescan.errors import TransientError

_OVER = frozenset({"Completed", "Failed", "Terminated", "Canceled"})


class Life(StrEnum):
    """How an instance stands; what waits, is suspended or continues as new is running too."""

    RUNNING = "running"
    OVER = "over"
    UNKNOWN = "unknown"


def read_life(status: DurableOrchestrationStatus, instance_id: str) -> Life:
    """What a status says; raises `TransientError` where it says nothing.

    The SDK makes a status of every answer, of 400 and 500 too, and hands on its text. Only a 404
    has none (recorded on Durable extension 3.14.1): anything else is no proof that there is no
    such instance.
    """
    if status.runtime_status is not None:
        return Life.OVER if status.runtime_status.name in _OVER else Life.RUNNING
    if getattr(status, "message", None) == "":
        return Life.UNKNOWN
    raise TransientError(f"Durable did not say how {instance_id} stands.")


async def life_of(client: df.DurableOrchestrationClient, instance_id: str) -> Life:
    """Ask Durable; raises where it does not answer clearly."""
    return read_life(await client.get_status(instance_id), instance_id)
