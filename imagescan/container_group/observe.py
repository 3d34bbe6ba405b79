"""What a container group's state says of the scan in it. Pure."""

from imagescan.container_group.body import SCANNER
from imagescan.ports import GroupState
from imagescan.scan.decide import Observation, Phase

_OVER = frozenset({"Succeeded", "Failed", "Stopped"})
_FAILED_PROVISIONING = frozenset({"Failed", "Canceled"})


def observe(group: GroupState | None) -> Observation:
    """Read one GET of a container group.

    The scanner's own state comes first: its neighbour, the courier, runs on after it. A missing
    instanceView means that nothing has started yet, never that anything has ended.
    """
    if group is None:
        return Observation(Phase.GONE)
    scanner = group.containers.get(SCANNER)
    if scanner is not None and scanner.state == "Terminated":
        finished_at = scanner.finished_at.isoformat() if scanner.finished_at else None
        return Observation(Phase.ENDED, scanner.exit_code, finished_at, scanner.detail[:200])
    if scanner is not None and scanner.state == "Running":
        return Observation(Phase.SCANNING)
    if group.provisioning_state in _FAILED_PROVISIONING or group.state in _OVER:
        return Observation(Phase.BROKEN, detail=" ".join(group.messages)[-400:])
    return Observation(Phase.PROVISIONING)
