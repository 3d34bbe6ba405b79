"""What a subscription may do at most: Azure's own figures until `PUT /emulator/limits` says else.

The body names what differs, everything else is as on Azure; `{}` is Azure:

    {"standardCores": 10, "createsPer5Minutes": 5}
"""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Per subscription and region, as a new pay-as-you-go subscription has them.

    Groups, cores, creations and deletions, 4 cores and 16 GB in a group: azure-docs,
    container-instances-resource-and-quota-limits (2023). Tokens: Azure Resource Manager's buckets
    per subscription and principal, with what flows in per second, and how much larger the bucket
    of all principals together is (learn, request-limits-and-throttling). How many groups, or
    apps, jobs or revisions, a list shows at once is not published.
    """

    container_groups: int = 100
    standard_cores: int = 100
    cores_per_group: int = 4
    memory_gb_per_group: int = 16
    creates_per_5_minutes: int = 100
    creates_per_hour: int = 300
    deletes_per_5_minutes: int = 100
    deletes_per_hour: int = 300
    read_tokens: int = 250
    read_tokens_per_second: int = 25
    write_tokens: int = 200
    write_tokens_per_second: int = 10
    delete_tokens: int = 200
    delete_tokens_per_second: int = 10
    all_principals_factor: int = 15
    groups_per_page: int = 50
    apps_per_page: int = 50


class LimitsInForce:
    """The limits that hold now."""

    def __init__(self) -> None:
        """Azure's own."""
        self.now = Limits()

    def set(self, told: Any) -> str | None:
        """Azure's limits but for those named; what is wrong, in which case nothing changes."""
        names = {_wire_name(field.name): field.name for field in fields(Limits)}
        if not isinstance(told, dict):
            return "An object is needed: limit to number."
        for name, value in told.items():
            if name not in names:
                return f"There is no limit '{name}'; there are {', '.join(names)}."
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                return f"'{name}' needs to be a whole number of at least 0."
        self.now = Limits(**{names[name]: value for name, value in told.items()})
        return None

    def to_wire(self) -> dict[str, int]:
        """All of them, as a body would name them."""
        return {_wire_name(name): value for name, value in asdict(self.now).items()}


def _wire_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
