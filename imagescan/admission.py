"""Who may create a container group next, so that ACI's limits are never met. Pure.

ACI allows 100 creates and 100 deletes in any 5 minutes and 300 of each in any hour, per region and
subscription, and counts every request, refused ones too (facts: azure-docs,
container-instances-resource-and-quota-limits). Kept here are windows, not buckets: a bucket of 100
that refills at 100 per 5 minutes lets 199 through in its first 5 minutes.

A scan waits with a priority until it holds one of MAX_CONCURRENT_SCANS slots. A slot is free again
when its group is confirmed gone, not when it was deleted.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Self

# A twentieth below ACI's own limits, for requests that somebody else makes in the region.
MOST_IN_5_MINUTES, MOST_IN_AN_HOUR = 95, 285
FIVE_MINUTES_SECONDS, HOUR_SECONDS = 300, 3600
SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 2, 240  # the claim lasts 600 and is renewed by asking
# A step that was running when its host died comes back after 308 seconds.
VANISHED_AFTER_SECONDS = 360
MOST_WAITERS = 300  # what a table's row has room for; who comes later is told to ask again
LOOK_AGAIN_SECONDS = 15  # for a slot: nobody knows when one comes free
# By then a scan that got a slot has told the ledger of its group, or has died.
INTENDED_WITHIN_SECONDS = 600


class Priority(IntEnum):
    """Lower goes first."""

    DEPLOYMENT = 0
    RESCAN = 1


@dataclass(frozen=True)
class Waiter:
    """A group that waits for a slot; times in seconds since the epoch."""

    priority: int
    since: int
    asks_again_at: int


@dataclass(frozen=True)
class Holder:
    """A group that has a slot; `has_created` once it was asked of Azure."""

    since: int
    has_created: bool = False


@dataclass(frozen=True)
class Gate:
    """The region's one gate: slots, queue, and what was asked of Azure within the last hour."""

    holders: Mapping[str, Holder] = field(default_factory=dict)
    waiters: Mapping[str, Waiter] = field(default_factory=dict)
    creates: Sequence[int] = ()
    deletes: Sequence[int] = ()
    closed_until: int = 0

    def at(self, now: int) -> Self:
        """The gate without what is over: old requests, waiters that never came back."""
        waiters = {
            group: waiter
            for group, waiter in self.waiters.items()
            if waiter.asks_again_at + VANISHED_AFTER_SECONDS > now
        }
        return replace(
            self,
            waiters=waiters,
            creates=_within_an_hour(self.creates, now),
            deletes=_within_an_hour(self.deletes, now),
        )

    def doubtful_holders(self, now: int) -> list[str]:
        """Groups with a slot that should be in the ledger by now, those with the oldest first."""
        old = [
            (holder.since, group)
            for group, holder in self.holders.items()
            if holder.since + INTENDED_WITHIN_SECONDS <= now
        ]
        return [group for _, group in sorted(old)]

    def without(self, groups: Iterable[str]) -> Self:
        """The gate after these groups were confirmed gone, or no longer want a slot."""
        left = set(groups)
        return replace(
            self,
            holders={group: one for group, one in self.holders.items() if group not in left},
            waiters={group: one for group, one in self.waiters.items() if group not in left},
        )

    def closed_for(self, seconds: int, now: int) -> Self:
        """The gate after Azure refused for want of room: nobody asks for a while."""
        return replace(self, closed_until=max(self.closed_until, now + seconds))


@dataclass(frozen=True)
class Wait:
    """Not yet: ask again after so many seconds."""

    seconds: int


def admit(gate: Gate, group: str, priority: int, now: int, slots: int) -> tuple[Gate, Wait | None]:
    """A slot for the group (None), or how long to wait; may be asked again by its holder.

    Who waits longer within a priority goes first; slots are kept for those who are ahead.
    """
    gate = gate.at(now)
    if group in gate.holders:
        return gate, None
    since = gate.waiters[group].since if group in gate.waiters else now
    rank = (priority, since, group)
    ahead = sum((one.priority, one.since, name) < rank for name, one in gate.waiters.items())
    not_begun = sum(not holder.has_created for holder in gate.holders.values())
    free_at = max(gate.closed_until, _free_at(gate.creates, ahead + not_begun + 1, now))
    if free_at <= now and len(gate.holders) + ahead < slots:
        holders = {**gate.holders, group: Holder(now)}
        return replace(gate.without([group]), holders=holders), None
    wait = _wait(free_at, now)
    if group in gate.waiters or len(gate.waiters) < MOST_WAITERS:
        waiter = Waiter(priority, since, now + wait.seconds)
        gate = replace(gate, waiters={**gate.waiters, group: waiter})
    return gate, wait


def begin_create(gate: Gate, group: str, now: int, slots: int) -> tuple[Gate, Wait | None]:
    """Count one request to create, right before it is made; or how long to wait with it.

    The first one of a slot has its place; one that follows a refusal has to wait for room, and one
    that lost its slot meanwhile for another.
    """
    gate = gate.at(now)
    if group not in gate.holders and len(gate.holders) >= slots:
        return gate, Wait(LOOK_AGAIN_SECONDS)
    holder = gate.holders.get(group, Holder(now, has_created=True))
    others_not_begun = sum(
        not one.has_created for name, one in gate.holders.items() if name != group
    )
    reserved = others_not_begun if holder.has_created else 0
    free_at = _free_at(gate.creates, reserved + 1, now)
    if free_at > now:
        return gate, _wait(free_at, now)
    holders = {**gate.holders, group: replace(holder, has_created=True)}
    return replace(gate, holders=holders, creates=[*gate.creates, now]), None


def begin_delete(gate: Gate, now: int) -> tuple[Gate, Wait | None]:
    """Count one request to delete, right before it is made; or how long to wait with it."""
    gate = gate.at(now)
    free_at = _free_at(gate.deletes, 1, now)
    if free_at > now:
        return gate, _wait(free_at, now)
    return replace(gate, deletes=[*gate.deletes, now]), None


def _within_an_hour(times: Sequence[int], now: int) -> Sequence[int]:
    return [time for time in times if time > now - HOUR_SECONDS]


def _free_at(times: Sequence[int], places: int, now: int) -> int:
    """When so many more requests fit into both windows; at most an hour from now."""
    return max(
        _window_free_at(times, places, now, FIVE_MINUTES_SECONDS, MOST_IN_5_MINUTES),
        _window_free_at(times, places, now, HOUR_SECONDS, MOST_IN_AN_HOUR),
    )


def _window_free_at(times: Sequence[int], places: int, now: int, window: int, most: int) -> int:
    inside = sorted(time for time in times if time > now - window)
    too_many = len(inside) + places - most
    if too_many <= 0:
        return now
    if too_many > len(inside):
        return now + window
    # A second later than the window says: times are whole seconds, cut.
    return inside[too_many - 1] + window + 1


def _wait(free_at: int, now: int) -> Wait:
    """Where only a slot is missing nobody knows when: ask again soon, but not all the time."""
    seconds = free_at - now if free_at > now else LOOK_AGAIN_SECONDS
    return Wait(min(LONGEST_WAIT_SECONDS, max(SHORTEST_WAIT_SECONDS, math.ceil(seconds))))
