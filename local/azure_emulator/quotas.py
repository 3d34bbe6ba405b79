"""ACI's own limits per subscription and region: groups, cores, creations and deletions in time."""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.azure_emulator.containers import Container
from local.azure_emulator.group_life import Group
from local.azure_emulator.limits import Limits
from local.azure_emulator.messages import Response, arm_error

SHORT, LONG = timedelta(minutes=5), timedelta(hours=1)
# ACI gives every group at least one core (azure-docs, container-instances-container-groups).
FEWEST_CORES = 1.0


class Windows:
    """When something was done in a region, for limits over the last 5 minutes and the last hour.

    Azure documents the limits, not the refusal: 429 with Retry-After is what resource providers
    answer (learn, request-limits-and-throttling). What was refused does not count.
    """

    def __init__(self, what: str) -> None:
        """`what` is said in the refusal: creates or deletes."""
        self._what = what
        self._times: dict[tuple[str, str], deque[datetime]] = {}

    def refusal(
        self, region: tuple[str, str], now: datetime, short: int, long: int
    ) -> Response | None:
        """None where one more is allowed now, and then it counts."""
        times = self._times.setdefault(region, deque())
        while times and times[0] <= now - LONG:
            times.popleft()
        waits = [
            free_at - now
            for free_at in (_free_at(times, SHORT, short, now), _free_at(times, LONG, long, now))
            if free_at > now
        ]
        if not waits:
            times.append(now)
            return None
        seconds = max(1, math.ceil(max(waits).total_seconds()))
        message = (
            f"Container group {self._what} in region '{region[1]}' exceed the limit of {short} in "
            f"5 minutes or {long} in an hour. Please try again after '{seconds}' seconds."
        )
        return arm_error(429, "TooManyRequests", message, seconds)


def _free_at(times: deque[datetime], window: timedelta, limit: int, now: datetime) -> datetime:
    """When the window has room for one more; now or earlier where it has."""
    if limit == 0:
        return now + window
    return times[-limit] + window if len(times) >= limit else now


def cores_of(containers: Iterable[Container]) -> float:
    """What a group's containers take of the quota of cores."""
    return max(FEWEST_CORES, sum(container.cpu for container in containers))


def in_use(groups: Iterable[Group], region: tuple[str, str]) -> dict[str, int]:
    """The quotas' names with what is used of them; a group counts until it is gone."""
    there = [group for group in groups if group.region == region]
    cores = math.ceil(sum(cores_of(group.containers) for group in there))
    return {"ContainerGroups": len(there), "StandardCores": cores}


def requested(containers: Iterable[Container]) -> dict[str, int]:
    """The quotas' names with what a new group of these containers takes."""
    return {"ContainerGroups": 1, "StandardCores": math.ceil(cores_of(containers))}


def quotas(limits: Limits) -> dict[str, int]:
    """The quotas' names with their limits."""
    return {"ContainerGroups": limits.container_groups, "StandardCores": limits.standard_cores}


def over_quota(used: Mapping[str, int], asked: Mapping[str, int], limits: Limits,
               location: str) -> Response | None:  # fmt: skip
    """The refusal of a group that needs more than is left.

    Sentence: azure-docs #51738. Code: ContainerGroupQuotaReached with 400, as a published Terraform
    log has it; ServiceUnavailable with 409 for a limit of 0 (support article "container group quota
    exceeded in region"), where the status stands in its neighbour about capacity.
    """
    for name, limit in quotas(limits).items():
        if used[name] + asked[name] <= limit:
            continue
        message = (
            f"Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota "
            f"'{name}' exceeded in region '{location}'. Limit: '{limit}', Usage: '{used[name]}' "
            f"Requested: '{asked[name]}'."
        )
        if limit == 0:
            return arm_error(409, "ServiceUnavailable", message)
        return arm_error(400, "ContainerGroupQuotaReached", message)
    return None


def too_big(properties: Mapping[str, Any], limits: Limits, location: str) -> Response | None:
    """The refusal of a group that is larger than any that the region has room for.

    Beyond 4 cores or 16 GB a group is a "big container group", for which a region has capacity only
    on demand (support article "requested resource is not available in the location").
    """
    requests = [one["properties"]["resources"]["requests"] for one in properties["containers"]]
    cores = sum(one["cpu"] for one in requests)
    memory_gb = sum(one["memoryInGB"] for one in requests)
    if cores <= limits.cores_per_group and memory_gb <= limits.memory_gb_per_group:
        return None
    message = (
        f"The requested resource is not available in the location '{location}' at this moment. "
        "Please retry with a different resource request or in another location. Resource "
        f"requested: '{cores:g}' CPU '{memory_gb:g}' GB memory '{properties['osType']}' OS"
    )
    return arm_error(409, "ServiceUnavailable", message)
