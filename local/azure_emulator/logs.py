"""What ACI gives of a container's log."""

# Hard limits of ACI (azure-docs, container-instances-resource-and-quota-limits).
RUNNING_BYTES = 4 * 1024 * 1024
STOPPED_BYTES = 16 * 1024
STOPPED_LINES = 1000


def tail_of(content: bytes, *, is_running: bool, lines: int | None) -> str:
    """The end of a log, within the limits for a running or a stopped container."""
    kept = content[-(RUNNING_BYTES if is_running else STOPPED_BYTES) :]
    if not is_running:
        kept = b"".join(kept.splitlines(keepends=True)[-STOPPED_LINES:])
    if lines:
        kept = b"".join(kept.splitlines(keepends=True)[-lines:])
    return kept.decode("utf-8", "replace")
