"""What ACI gives of a container's log."""

# Hard limits of ACI, not to be raised (azure-docs, container-instances-resource-and-quota-limits):
# 4 MB while the container runs; 16 KB or 1,000 lines, whichever is less, once it has stopped.
RUNNING_BYTES = 4 * 1024 * 1024
STOPPED_BYTES = 16 * 1024
STOPPED_LINES = 1000


def limit_bytes(*, is_running: bool) -> int:
    """How much of the end of a log there is to get at most."""
    return RUNNING_BYTES if is_running else STOPPED_BYTES


def tail_of(content: bytes, *, is_running: bool, lines: int | None = None) -> str:
    """The end of a log within ACI's limits, and of that the last `lines` lines if given."""
    kept = content[-limit_bytes(is_running=is_running) :]
    if not is_running:
        kept = _last_lines(kept, STOPPED_LINES)
    if lines is not None:
        kept = _last_lines(kept, lines)
    return kept.decode("utf-8", "replace")


def _last_lines(content: bytes, count: int) -> bytes:
    return b"".join(content.splitlines(keepends=True)[-count:])
