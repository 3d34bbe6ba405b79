"""How soon a rescan could be over at best, whoever plans it."""

from collections.abc import Mapping, Sequence


def least_seconds(scans: Sequence[float], slots: int, limits: Mapping[int, int]) -> float:
    """No plan ends earlier that makes each scan a group for so many seconds.

    At most `slots` groups are there at once, and `limits` says how many may be created within so
    many seconds. So when k whole windows have passed, k times the limit were created at most. What
    is left has yet to begin, takes the slots for as long as its scans do, and lasts for as long as
    the longest of them. Which scans are left is the plan's choice: the shortest.
    """
    shortest = sorted(scans)
    bounds = [max(shortest[-1], sum(shortest) / slots)]
    for window_seconds, most in limits.items():
        windows, before_last = divmod(len(scans) - 1, most)
        left = shortest[: before_last + 1]
        bounds.append(windows * window_seconds + max(left[-1], sum(left) / slots))
    return max(bounds)
