"""Creating, reading, listing, tagging and deleting container groups, answered as ACI does."""

from collections.abc import Mapping
from typing import Any

from local.azure_emulator.containers import containers_of
from local.azure_emulator.faults import Faults
from local.azure_emulator.group_life import Group, region_of
from local.azure_emulator.limits import LimitsInForce
from local.azure_emulator.messages import Request, Response, arm_error, resource_not_found
from local.azure_emulator.operations import HEADERS
from local.azure_emulator.paging import page_of
from local.azure_emulator.provisioning import Course
from local.azure_emulator.quotas import Windows, in_use, over_quota, quotas, requested, too_big
from local.azure_emulator.registry import Part, Registry, resource_id
from local.azure_emulator.updates import refuse_update
from local.azure_emulator.validation import refuse_group


class ContainerGroups:
    """Requests about container groups as resources."""

    def __init__(self, registry: Registry, faults: Faults, limits: LimitsInForce) -> None:
        """Answer from this registry, within these limits."""
        self._registry, self._faults, self._limits = registry, faults, limits
        self._creates, self._deletes = Windows("creates"), Windows("deletes")

    def put(self, request: Request, part: Part) -> Response:
        """201 for a new group; 200 for an update, which restarts the containers.

        Repeating a PUT is an update too (azure-docs, container-instances-update). Where a group
        runs on that was said to be deleted, a new one takes its place.
        """
        body, existing = request.json(), self._registry.find(part)
        refused = refuse_group(part["name"], body)
        if refused is None and existing:
            refused = self._refuse_existing(existing, body)
        if refused is None:
            refused = self._refuse_by_limits(part, body, existing)
        if refused:
            return refused
        group = existing or self._registry.add(part, body["location"])
        now = self._registry.now
        if existing:
            existing.kill(now)
            self._registry.runtime.remove(existing.key)
        is_update = existing is not None and not existing.outlived_delete
        wrong = self._faults.misbehaviour("put", part["group"], part["name"])
        group.put(body, now, _course(wrong))
        self._registry.announce(group, "Write", "PUT" if is_update else None)
        headers = self._registry.begin(request, part, group)
        return Response(200 if is_update else 201, group.to_arm(now, with_view=False), headers)

    def get(self, request: Request, part: Part) -> Response:
        """With instanceView; the first 404 after a deletion is written down in the books."""
        group = self._registry.find(part)
        if group is not None:
            wrong = self._faults.misbehaviour("get", part["group"], part["name"])
            with_view = wrong.get("code") != "noInstanceView"
            return Response(200, group.to_arm(self._registry.now, with_view=with_view))
        self._registry.confirm_gone(resource_id(part))
        return resource_not_found(resource_id(part))

    def list(self, request: Request, part: Part) -> Response:
        """Of a resource group, or of the subscription where none is named; a page at a time."""
        prefix = f"/subscriptions/{part['subscription']}/"
        if "group" in part:
            prefix += f"resourceGroups/{part['group']}/"
        groups = {one.resource_id.lower(): one for one in self._registry.all()}
        ids = sorted(one for one in groups if one.startswith(prefix.lower()))
        page = page_of(ids, request, self._limits.now.groups_per_page)
        now = self._registry.now
        shown = [groups[one].to_arm(now, with_view=False) for one in page.ids]
        return Response(200, {"value": shown, **page.next_link})

    def patch(self, request: Request, part: Part) -> Response:
        """200 with other tags; nothing else of a group can be patched, and nothing restarts."""
        group, body = self._registry.find(part), request.json()
        if group is None:
            return resource_not_found(resource_id(part))
        tags = body.get("tags") if isinstance(body, dict) else None
        if not isinstance(tags, dict) or any(not isinstance(one, str) for one in tags.values()):
            return arm_error(400, "InvalidRequestContent", "'tags' of strings are needed.")
        group.body["tags"] = tags
        self._registry.announce(group, "Write", "PATCH")
        return Response(200, group.to_arm(self._registry.now, with_view=True))

    def delete(self, request: Request, part: Part) -> Response:
        """202 for a group that is there, 204 for one that is not; 200 where it is gone at once."""
        group = self._registry.find(part)
        if group is None:
            return Response(204)
        limits, now = self._limits.now, self._registry.now
        refused = self._deletes.refusal(
            group.region, now, limits.deletes_per_5_minutes, limits.deletes_per_hour
        )
        if refused:
            return refused
        wrong = self._faults.misbehaviour("delete", part["group"], part["name"])
        code = wrong.get("code")
        ends_as = _in_words_only(group, code)
        if ends_as is None:
            seconds = 0 if code == "atOnce" else wrong.get("seconds")
            at_once = self._delete(group, seconds)
            if at_once:
                return Response(200, at_once)
        headers = self._registry.begin(request, part, group, is_delete=True, ends_as=ends_as)
        return Response(202, None, headers)

    def operation(self, request: Request, part: Part) -> Response:
        """How a PUT or DELETE is getting on."""
        operation = self._registry.operation(part["operation"])
        if operation is None:
            return arm_error(404, "OperationNotFound", "There is no such operation.")
        return Response(200, operation.to_arm(request.path, self._registry.now), HEADERS)

    def usages(self, request: Request, part: Part) -> Response:
        """How many groups and cores are in use in a location."""
        region = region_of(part["subscription"], part["location"])
        used, limits = in_use(self._registry.all(), region), quotas(self._limits.now)
        return Response(200, {"value": [
            {"unit": "Count", "currentValue": count, "limit": limits[name],
             "name": {"value": name, "localizedValue": name}}
            for name, count in used.items()
        ]})  # fmt: skip

    def _refuse_existing(self, existing: Group, body: Any) -> Response | None:
        if existing.is_transitioning(self._registry.now):
            return transitioning(existing)
        return refuse_update(existing, body)

    def _refuse_by_limits(self, part: Part, body: Any, existing: Group | None) -> Response | None:
        """By size, by quota, then by how many were created lately: only the last counts."""
        limits, location = self._limits.now, body["location"]
        region = region_of(part["subscription"], location)
        others = [group for group in self._registry.all() if group is not existing]
        asked = requested(containers_of("", body["properties"]))
        return (
            too_big(body["properties"], limits, location)
            or over_quota(in_use(others, region), asked, limits, location)
            or self._creates.refusal(
                region, self._registry.now, limits.creates_per_5_minutes, limits.creates_per_hour
            )
        )

    def _delete(self, group: Group, seconds: float | None) -> dict[str, Any] | None:
        """Begin a deletion; what the group was where it is gone already."""
        now = self._registry.now
        shown = group.to_arm(now, with_view=False)
        group.delete(now, self._registry.timings.delete_seconds if seconds is None else seconds)
        group.advance(now, self._registry.runtime)
        if not group.is_gone:
            return None
        self._registry.remove(group)
        return shown


def transitioning(group: Group) -> Response:
    """ACI's 409 for a group that is on its way from one state to another.

    Code, status and sentence: support article "container group remains in transitioning state".
    """
    message = f"The container group '{group.name}' is still transitioning, please retry later."
    return arm_error(409, "ContainerGroupTransitioning", message)


def _in_words_only(group: Group, code: str | None) -> str | None:
    """How a deletion is said to have ended where the group runs on; None where it is deleted.

    A delete that fails leaves the provisioning state Failed (azure-docs, container-state).
    """
    if code == "fails":
        group.delete_failed = True
        return "Failed"
    if group.is_immortal or code in ("stuck", "immortal"):
        group.outlive_delete(for_good=code == "immortal")
        return "Succeeded"
    return None


def _course(wrong: Mapping[str, Any]) -> Course:
    match wrong.get("code"):
        case "provisioningFailed":
            return Course(fails=True, starts_anyway_after_seconds=wrong.get("seconds"))
        case "pullFails":
            return Course(pull_fails=True)
        case "slow":
            return Course(pull_seconds=wrong["seconds"])
        case "restarts":
            return Course(interrupted_after_seconds=wrong.get("seconds", 30), comes_back=True)
        case "maintenance":
            return Course(interrupted_after_seconds=wrong.get("seconds", 30))
    return Course()
