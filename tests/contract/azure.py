"""The contract on Azure itself, for whoever has a subscription: nothing here has been run there.

CONTRACT_AZURE=SUBSCRIPTION/RESOURCE-GROUP/REGION adds it to the tests of container groups, with the
sign-in of `az login`. A few groups run there for some minutes each, with made-up credentials; all
are deleted. CONTRACT_ENDPOINT is another Azure Resource Manager, such as an emulator of it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from imagescan.adapters.container_instances import AzureContainerGroups
from imagescan.ports import Refusal
from tests.unit.environment import COMPLETE

# Pulling the scanner's image takes its time, and a deletion up to 90 s.
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Place:
    """Where container groups are made."""

    subscription_id: str
    resource_group: str
    region: str
    endpoint: str = "https://management.azure.com"

    @classmethod
    def told(cls) -> Self | None:
        """As the environment tells; None where it does not."""
        told = os.environ.get("CONTRACT_AZURE", "")
        if not told:
            return None
        if not re.fullmatch(r"[0-9a-fA-F-]{36}/[^/]+/[a-z0-9]+", told):
            raise ValueError("CONTRACT_AZURE is SUBSCRIPTION/RESOURCE-GROUP/REGION.")
        subscription_id, resource_group, region = told.split("/")
        endpoint = os.environ.get("CONTRACT_ENDPOINT", cls.endpoint)
        return cls(subscription_id, resource_group, region, endpoint)


PLACE = Place.told()
REGION = PLACE.region if PLACE else COMPLETE["AZURE_REGION"]


class TidyContainerGroups(AzureContainerGroups):
    """The app's own, and a note of what was made by it."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.endpoint, place.subscription_id, place.resource_group)
        self._made: set[str] = set()

    def create(self, name: str, body: Mapping[str, Any]) -> Refusal | None:
        self._made.add(name)
        return super().create(name, body)

    def tidy(self) -> None:
        """Delete all of it; what is gone already is no error."""
        for name in self._made:
            assert self.delete(name) is None, name
