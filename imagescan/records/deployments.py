"""Where images run: each deployed resource as it was last seen, and the images that it ran then.

A resource has a head, which says of when our knowledge is and whether it exists, and a row for each
image. Observations and deletions come twice, late and in any order: what is older than the head
changes nothing, and rows older than the head are no longer so and are swept. Whoever comes late
sweeps as well, so whatever two writers leave of each other is mended by the later of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from imagescan.deployment import ResourceId, Scope
from imagescan.errors import TransientError
from imagescan.inventory.running import RunningImage, RunningResource
from imagescan.ports import Row, Table, Value
from imagescan.records import hashed, put_newer, time_of
from imagescan.records.images import Images
from imagescan.scan.reasons import Reason, ReasonCode

TICK = timedelta(microseconds=1)
MOST_IMAGES = 1000


@dataclass(frozen=True)
class Head:
    """What is known of a resource as of a time."""

    as_of: datetime
    exists: bool
    resource_id: str = ""

    @classmethod
    def of(cls, row: Row) -> Self:
        """As it was stored."""
        return cls(time_of(row), bool(row.values["exists"]), str(row.values["resourceId"]))

    def outdates(self, as_of: datetime) -> bool:
        """Whether what was seen then is known to be so no longer."""
        return as_of < self.as_of or (not self.exists and as_of == self.as_of)


class Deployments:
    """Resources by subscription and resource group, with their images."""

    def __init__(self, table: Table, images: Images) -> None:
        """Keep resources in this table; what an image runs in stands with the image as well."""
        self._table, self._images = table, images

    def seen(self, running: RunningResource, at: datetime) -> None:
        """A resource ran exactly these images at that time; may be repeated.

        Where they could not be read, what was known of them stays.
        """
        resource = running.resource
        as_of = self._claim(resource, at, exists=True) if running.is_readable else None
        if as_of is None:
            return
        for image in running.images:
            self._keep(resource, image, as_of)
        self._sweep(resource, {image.name for image in running.images}, as_of)

    def gone(self, resource: ResourceId, at: datetime) -> None:
        """A resource did not exist (any more) at that time; may be repeated."""
        if self._claim(resource, at, exists=False) is not None:
            self._sweep(resource, set(), at)

    def of(self, resource: ResourceId) -> list[tuple[RunningImage, datetime]]:
        """The images of a resource and when each was last seen, in no particular order."""
        rows = self._table.query(_key(resource), limit=MOST_IMAGES)
        return [(_image(row), time_of(row)) for row in rows]

    def page(self, scope: Scope, after: str, limit: int) -> list[tuple[str, Head]]:
        """At most `limit` resources of a scope as (cursor, head), those that are gone included."""
        prefix = _prefix(scope)
        rows = self._table.query(_partition(scope), after=after or prefix, limit=limit)
        return [(row.key, Head.of(row)) for row in rows if row.key.startswith(prefix)]

    def forget(self, scope: Scope, cursor: str) -> None:
        """Drop the head of a resource that is gone, once nothing can come late any more."""
        row = self._table.get(_partition(scope), cursor)
        if row is not None and not Head.of(row).exists:
            self._table.delete(row)

    def _claim(self, resource: ResourceId, at: datetime, *, exists: bool) -> datetime | None:
        """Move the head to that time; the time that it has now, None where it is later already."""
        partition, key = _place(resource)
        for _ in range(5):
            row = self._table.get(partition, key)
            known = Head.of(row) if row else None
            if known and known.as_of > at:
                return None
            # Of two observations at one time, the one that comes later counts.
            as_of = at + TICK if known and known.as_of == at and exists else at
            head: dict[str, Value] = {"exists": exists, "asOf": as_of, "resourceId": str(resource)}
            if self._table.replace(row, head) if row else self._table.insert(partition, key, head):
                return as_of
        raise TransientError(f"What is known of {resource} is being changed by many at once.")

    def _keep(self, resource: ResourceId, image: RunningImage, as_of: datetime) -> None:
        """The resource's row first: it is what leads to the image's."""
        columns: dict[str, Value] = {"image": image.name}
        if image.problem:
            columns |= {"code": image.problem.code.value, "message": image.problem.message}
        put_newer(self._table, _key(resource), hashed(image.name), as_of, columns)
        if image.problem is None:
            self._images.runs_in(image.name, str(resource), _key(resource), as_of)

    def _sweep(self, resource: ResourceId, written: set[str], as_of: datetime) -> None:
        """Remove what the head outdates, and what was just `written` as of a time that it does."""
        row = self._table.get(*_place(resource))
        if row is None:
            return
        head = Head.of(row)
        rows = self._table.query(_key(resource), limit=MOST_IMAGES)
        stale = [one for one in rows if head.outdates(time_of(one))]
        names = {str(one.values["image"]) for one in stale}
        for name in names | (written if head.outdates(as_of) else set()):
            self._images.runs_no_longer(name, _key(resource), head.outdates)
        for one in stale:
            self._table.delete(one)


def _key(resource: ResourceId) -> str:
    return hashed(str(resource).lower())


def _partition(scope: Scope) -> str:
    return scope.subscription_id.lower()


def _prefix(scope: Scope) -> str:
    return f"{hashed(scope.resource_group.lower())}-" if scope.resource_group else ""


def _place(resource: ResourceId) -> tuple[str, str]:
    scope = Scope(resource.subscription_id, resource.resource_group)
    return _partition(scope), f"{_prefix(scope)}{_key(resource)}"


def _image(row: Row) -> RunningImage:
    code = row.values.get("code")
    problem = Reason(ReasonCode(str(code)), str(row.values["message"])) if code else None
    return RunningImage(str(row.values["image"]), problem)
