"""A scan on fakes that has come as far as its courier's log; as a program it tells its peak.

python -m tests.fuzz.collecting LOG    {"status", "verdict", "total", "rows", "peakBytes"}
"""

import json
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from activities import claims, container_groups, results
from imagescan.bootstrap import App, Outside, put_together
from imagescan.container_group.body import COURIER, SCANNER
from imagescan.ports import TableName, Value
from imagescan.scan.request import Attempt, ScanRequest, Source
from tests.fakes.azure import FakeClock, FakeContainerGroups, FakeDeployedResources, FakeNotifier
from tests.fakes.registries import FakeRegistries
from tests.fakes.storage import FakeBlobs, FakeTable
from tests.unit.environment import settings

IMAGE = "docker.io/library/nginx:1.27"
ATTEMPT = Attempt("s1", IMAGE, 1, "qscanner-nginx-1")


class Findings(FakeTable):
    """Notes the keys of what is stored: on Azure the rows are not in this process."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    def put_many(self, partition: str, rows: Sequence[tuple[str, Mapping[str, Value]]]) -> None:
        self.keys.update(f"{partition}/{key}" for key, _ in rows)


@dataclass(frozen=True)
class Collecting:
    """One scan whose scanner has ended, an hour ago, and what became of its documents."""

    app: App
    groups: FakeContainerGroups
    blobs: FakeBlobs
    findings: Findings

    @classmethod
    def begin(cls) -> "Collecting":
        groups, blobs, findings, clock = FakeContainerGroups(), FakeBlobs(), Findings(), FakeClock()

        def table(name: TableName) -> FakeTable:
            return findings if name is TableName.FINDINGS else FakeTable()

        outside = Outside(
            clock=clock,
            groups=groups,
            resources=FakeDeployedResources(),
            registries=FakeRegistries(),
            blobs=blobs,
            notifier=FakeNotifier(),
            table=table,
        )
        app = put_together(settings(), outside)
        claims.acquire(app, ScanRequest("s1", IMAGE, Source("request"), app.policy), None)
        app.ledger.intend(ATTEMPT, clock.now())
        container_groups.create(app, ATTEMPT)
        groups.end(ATTEMPT.group, SCANNER, 0, clock.now() - timedelta(hours=1))
        return cls(app, groups, blobs, findings)

    @property
    def sealed_at(self) -> float:
        """A moment after the scanner's end, for seals."""
        return self.app.clock.now().timestamp()

    def collect(self, log: str, *, exit_code: int = 0, is_last: bool = True) -> dict[str, Any]:
        """The outcome that follows from the courier's log; `{"outcome": None}` to look again."""
        self.groups.logs[ATTEMPT.group, COURIER] = log
        finished_at = self.app.clock.now() - timedelta(hours=1)
        end = {"exitCode": exit_code, "finishedAt": finished_at.isoformat()}
        return results.collect(self.app, ATTEMPT, end, is_last)

    def store(self) -> None:
        """Store the findings of what was collected."""
        assert results.store(self.app, ATTEMPT) is None


def peak_bytes() -> int:
    """The most memory that this process ever took.

    ru_maxrss would begin with that of whoever started it: Linux hands it on through exec.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [one for one in status.read_text().splitlines() if one.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def main(file: str) -> None:
    scan = Collecting.begin()
    outcome = scan.collect(Path(file).read_text())["outcome"]
    scan.store()
    told = {name: outcome[name] for name in ("status", "verdict")}
    told |= {"total": outcome["counts"]["total"], "rows": len(scan.findings.keys)}
    sys.stdout.write(json.dumps(told | {"peakBytes": peak_bytes()}))


if __name__ == "__main__":
    main(sys.argv[1])
