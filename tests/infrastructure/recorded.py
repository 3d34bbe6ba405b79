"""What the app does to Azure, and the events it meets: recorded with the real SDKs on the emulator.

Every method of the ports that reach Azure Resource Manager is called, so a new one that is not
called here is noticed.
"""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from imagescan.adapters.container_instances import AzureContainerGroups
from imagescan.adapters.deployed_resources import AzureDeployedResources
from imagescan.container_group.body import COURIER, build_body
from imagescan.deployment import ResourceKind, Scope
from imagescan.ports import ContainerGroups, DeployedResources
from imagescan.scan.request import Attempt
from local.azure_emulator.arm_routes import Emulator
from local.azure_emulator.events import resource_event
from local.azure_emulator.messages import Request
from tests.emulator.bodies import group
from tests.emulator.in_process import Images, ScriptedRuntime, VirtualClock
from tests.emulator.transport import Transport
from tests.infrastructure.compiler import OTHER_SUBSCRIPTION, SUBSCRIPTION
from tests.unit.environment import settings

ENDPOINT = "http://emulator"
SCAN_GROUP = "scanner-rg-scans"
NAME = "qscanner-one"
APP = {
    "location": "westeurope",
    "properties": {
        "configuration": {"activeRevisionsMode": "Multiple"},
        "template": {"containers": [{"image": "a:1"}]},
    },
}
DEPLOYED = {
    "Microsoft.ContainerInstance/containerGroups/agroup": group(),
    "Microsoft.App/containerApps/anapp": APP,
    "Microsoft.App/jobs/ajob": APP,
}
ELSEWHERE = ["Microsoft.Storage/storageAccounts/anaccount", "Microsoft.App/managedEnvironments/one"]
UNTIL_ALL_IS_DELETED_SECONDS = 300
VERBS = {
    "GET": "read",
    "PUT": "write",
    "PATCH": "write",
    "DELETE": "delete",
    "POST": "action",
    "JOIN": "join/action",
}


@dataclass(frozen=True)
class Operation:
    """One request to Azure Resource Manager."""

    method: str
    path: str

    @property
    def action(self) -> str:
        """What a role has to grant for it: provider, types, verb.

        azure-docs, role-based-access-control/resource-provider-operations.
        """
        provider, *rest = self.path.rpartition("/providers/")[2].split("/")
        return "/".join([provider, *rest[::2], VERBS[self.method]])


class RecordingTransport(Transport):
    """The emulator in process, and a note of each request."""

    def __init__(self, emulator: Emulator, clock: VirtualClock) -> None:
        super().__init__(emulator, clock)
        self.operations: set[Operation] = set()
        self.identities: set[str] = set()

    def send(self, request: Any, **options: Any) -> Any:
        self.operations.add(Operation(request.method, urlsplit(request.url).path))
        if request.method == "PUT":
            body = json.loads(request.body)
            self.identities |= set(body.get("identity", {}).get("userAssignedIdentities", {}))
            # ARM asks for the right to what is linked, too.
            for subnet in body["properties"].get("subnetIds", []):
                self.operations.add(Operation("JOIN", subnet["id"]))
        return super().send(request, **options)


class Run:
    """The app beside users who deploy, write and delete in two subscriptions."""

    def __init__(self, settings_on_azure: Mapping[str, str]) -> None:
        """Of the settings on Azure those count that give a container group something of it."""
        linked = ("SCAN_IDENTITY_ID", "SUBNET_ID")
        self._settings = {name: settings_on_azure.get(name, "") for name in linked}
        self._clock = VirtualClock()
        self.events: list[dict[str, Any]] = []
        self._emulator = Emulator(
            self._clock, ScriptedRuntime(self._clock), self.events.append, Images()
        )
        self._transport = RecordingTransport(self._emulator, self._clock)
        self._groups = AzureContainerGroups(ENDPOINT, SUBSCRIPTION, SCAN_GROUP, self._transport)
        self._resources = AzureDeployedResources(ENDPOINT, self._transport)
        self.deployed = [
            f"/subscriptions/{subscription}/resourceGroups/their-rg/providers/{resource}"
            for subscription in (SUBSCRIPTION, OTHER_SUBSCRIPTION)
            for resource in DEPLOYED
        ]
        self._scan()
        self._users_deploy()
        self._clock.pass_seconds(UNTIL_ALL_IS_DELETED_SECONDS)
        self._emulator.advance()
        self.events += [self._event_of(path) for path in ELSEWHERE]

    @property
    def operations(self) -> set[Operation]:
        """What the app asked of Azure Resource Manager; users' requests are not among them."""
        return self._transport.operations

    @property
    def identities(self) -> set[str]:
        """The identities that container groups of scans were given."""
        return self._transport.identities

    def _scan(self) -> None:
        attempt = Attempt("s1", "private.azurecr.io/nginx:1.27", 1, NAME)
        known = settings(**self._settings)
        steps: dict[str, Callable[[], Any]] = {
            "create": lambda: self._groups.create(
                NAME, build_body(attempt, known, self._clock.now())
            ),
            "get": lambda: self._groups.get(NAME),
            "list": self._groups.list,
            "log": lambda: self._groups.log(NAME, COURIER),
            "delete": lambda: self._groups.delete(NAME),
        }
        _call_every_method_of(ContainerGroups, steps)

    def _users_deploy(self) -> None:
        for path in self.deployed:
            self._users("PUT", path, DEPLOYED[path.partition("/providers/")[2]])
            steps: dict[str, Callable[[], Any]] = {
                "read": partial(self._resources.read, path),
                "list_page": partial(self._list, path.split("/")[2]),
            }
            _call_every_method_of(DeployedResources, steps)
            self._users("DELETE", path)

    def _list(self, subscription_id: str) -> None:
        for group_name in (None, "their-rg"):
            for kind in ResourceKind:
                self._resources.list_page(Scope(subscription_id, group_name), kind, None)

    def _event_of(self, resource: str) -> dict[str, Any]:
        """Something else was written; the emulator has no such resources."""
        path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/their-rg/providers/{resource}"
        kind, now = resource.rpartition("/")[0], self._clock.now()
        return resource_event(path, kind, "Write", now, lambda: "an-event")

    def _users(self, method: str, path: str, body: Any = None) -> None:
        version = {"api-version": "2024-03-01"}
        request = Request(method, path, version, body=json.dumps(body).encode())
        assert self._emulator.handle(request).status < 300


def _call_every_method_of(port: type, steps: dict[str, Callable[[], Any]]) -> None:
    promised = {name for name, _ in inspect.getmembers(port, inspect.isfunction)}
    assert {name for name in promised if not re.match("_", name)} == set(steps)
    for step in steps.values():
        step()
