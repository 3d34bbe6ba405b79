"""What stands above every resource: the caller's rights, and resource groups.

Codes and sentences: learn, azure-resource-manager error codes, and published replies. The emulator
takes no tokens, so there is one caller; it has every right but on the subscriptions named.

A resource group is there once it was put, or anything was put into it: nobody has to make one here
as on Azure, where a write into a group that is not there is refused as a read is.
"""

from collections.abc import Mapping
from typing import Any

from local.azure_emulator.messages import Request, Response, arm_error
from local.azure_emulator.throttling import ACTOR

GROUP_TYPE = "Microsoft.Resources/resourceGroups"
_RIGHTS = {"GET": "read", "DELETE": "delete", "POST": "action"}


class Scopes:
    """Subscriptions that the caller has no rights on, and resource groups that there are."""

    def __init__(self) -> None:
        """Every right, and no resource group."""
        self._denied: tuple[str, ...] = ()
        self._groups: dict[tuple[str, str], dict[str, Any]] = {}

    def refusal(self, request: Request, part: Mapping[str, str]) -> Response | None:
        """403 where the caller has no rights, 404 where there is no such resource group."""
        if part["subscription"].lower() in (one.lower() for one in self._denied):
            return _forbidden(request)
        if "group" not in part or request.method == "PUT" or _key(part) in self._groups:
            return None
        message = f"Resource group '{part['group']}' could not be found."
        return arm_error(404, "ResourceGroupNotFound", message)

    def written(self, request: Request, part: Mapping[str, str], reply: Response) -> None:
        """After a request had its effect: what was put into a resource group has made it."""
        if request.method == "PUT" and "group" in part and reply.status < 300:  # noqa: PLR2004  # a success
            self._groups.setdefault(_key(part), _resource_group(part, ""))

    def put_group(self, request: Request, part: Mapping[str, str]) -> Response:
        """201 for a new resource group, 200 for one that is there."""
        body = request.json()
        location = body.get("location") if isinstance(body, dict) else None
        if not isinstance(location, str) or not location:
            message = "The location property is required for this definition."
            return arm_error(400, "LocationRequired", message)
        is_there = _key(part) in self._groups
        self._groups[_key(part)] = made = _resource_group(part, location)
        return Response(200 if is_there else 201, made)

    def get_group(self, request: Request, part: Mapping[str, str]) -> Response:
        """A resource group that is there."""
        return Response(200, self._groups[_key(part)])

    def denied(self, request: Request, part: Mapping[str, str]) -> Response:
        """The subscriptions without rights."""
        return Response(200, {"deniedSubscriptions": list(self._denied)})

    def deny(self, request: Request, part: Mapping[str, str]) -> Response:
        """Replace them: `{"deniedSubscriptions": [...]}`; [] gives every right back."""
        body = request.json()
        told = body.get("deniedSubscriptions") if isinstance(body, dict) else None
        if not isinstance(told, list) or any(not isinstance(one, str) for one in told):
            return arm_error(400, "InvalidControl", "A list 'deniedSubscriptions' is needed.")
        self._denied = tuple(told)
        return Response(200, body)


def _key(part: Mapping[str, str]) -> tuple[str, str]:
    return part["subscription"].lower(), part["group"].lower()


def _resource_group(part: Mapping[str, str], location: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{part['subscription']}/resourceGroups/{part['group']}",
        "name": part["group"],
        "type": GROUP_TYPE,
        "location": location,
        "properties": {"provisioningState": "Succeeded"},
    }


def _forbidden(request: Request) -> Response:
    """By the resource's type and what was to be done to it."""
    scope, _, provided = request.path.partition("/providers/")
    names = (
        provided.split("/") if provided else ["Microsoft.Resources/subscriptions/resourceGroups"]
    )
    kind = "/".join([names[0], *names[1::2]])
    message = (
        f"The client '{ACTOR}' with object id '{ACTOR}' does not have authorization to perform "
        f"action '{kind}/{_RIGHTS.get(request.method, 'write')}' over scope '{scope}' or the scope "
        "is invalid. If access was recently granted, please refresh your credentials."
    )
    return arm_error(403, "AuthorizationFailed", message)
