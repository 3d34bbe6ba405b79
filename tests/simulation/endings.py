"""How scans end, one function each: what the scanner writes and when, and what is true of it.

Files and exit codes as facts and local/qscanner_stand_in have them. `ENDINGS` says how often each
comes by itself; a fault may ask for any of them.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.qscanner_stand_in.exit_codes import ending as files_left_by
from local.qscanner_stand_in.findings import Finding
from local.qscanner_stand_in.inventory import USUAL_OS, inventory
from local.qscanner_stand_in.report_json import report_json
from local.qscanner_stand_in.sarif import sarif
from tests.simulation.truth import Image

SCAN_TYPES = ("pkg", "secret")
SARIF, JSON, INVENTORY = "x-Report.sarif.json", "x-Report.json", "x-ScanResult.json"
REPORT_TOO_LARGE_BYTES = 3_400_000  # gzipped; the courier has room for 3.0 MB
LATE_STEP_SECONDS = 0.5


@dataclass(frozen=True)
class Write:
    """A file that is there from so many seconds after the scanner's start; see `Version`."""

    after_seconds: float
    name: str
    content: bytes = field(repr=False)
    zipped_bytes: int | None = None
    printed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Script:
    """What a scanner does; it runs for ever where `seconds` is None."""

    seconds: float | None
    exit_code: int
    writes: tuple[Write, ...] = ()
    is_whole: bool = False
    proves_clean: bool = False
    courier_dies_after_seconds: float | None = None


@dataclass(frozen=True)
class Scan:
    """What an ending is made from."""

    image: Image
    seconds: float
    chance: random.Random

    def files(self, told: Mapping[str, Any] | None = None, *, before: float = 0.4) -> list[Write]:
        """Report in both formats and inventory, shortly before the end."""
        at, found = self.seconds - before, list(self.image.findings)
        about: Mapping[str, Any] = told or {}
        os_name = about.get("os", USUAL_OS)
        return [
            Write(at, INVENTORY, _json(inventory(self.image.name, SCAN_TYPES, about, found))),
            Write(at, JSON, _json(report_json(found))),
            Write(at + 0.1, SARIF, _json(sarif(self.image.name, os_name, found))),
        ]

    def whole(self, exit_code: int = 0) -> Script:
        """As it should be."""
        files = tuple(self.files())
        return Script(self.seconds, exit_code, files, is_whole=True, proves_clean=True)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def whole(scan: Scan) -> Script:
    """As it should be, with any of the codes that say so."""
    return scan.whole(scan.chance.choice((0, 0, 0, 42, 43)))


def hangs(_: Scan) -> Script:
    """It never ends, and heeds no time limit of its own."""
    return Script(None, 0)


def fails(scan: Scan) -> Script:
    """It ends with an error, with the files that this error leaves."""
    codes = (1, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 30, 31, 33, 36)
    code = scan.chance.choice((*codes, 38, 71, 72, 143, 255))
    left, files = files_left_by(code), scan.files()
    kept = [one for one in files if left.leaves_inventory or one.name != INVENTORY]
    kept = [one for one in kept if left.leaves_report or one.name == INVENTORY]
    return Script(scan.seconds, code, tuple(kept))


def not_ready(scan: Scan) -> Script:
    """Qualys had no result in time: another attempt may bring it."""
    inventory_alone = [one for one in scan.files() if one.name == INVENTORY]
    return Script(scan.seconds, scan.chance.choice((40, 41)), tuple(inventory_alone))


def out_of_memory(scan: Scan) -> Script:
    """Killed, with nothing written."""
    return Script(scan.seconds, 137)


def no_report(scan: Scan) -> Script:
    """It says success and writes no report."""
    inventory_alone = [one for one in scan.files() if one.name == INVENTORY]
    return Script(scan.seconds, 0, tuple(inventory_alone))


def no_inventory(scan: Scan) -> Script:
    """Its report is whole; nothing proves what was looked at."""
    files = tuple(one for one in scan.files() if one.name != INVENTORY)
    return Script(scan.seconds, 0, files, is_whole=True)


def report_in_json_only(scan: Scan) -> Script:
    """Its report is in the other format."""
    files = tuple(one for one in scan.files() if one.name != SARIF)
    return Script(scan.seconds, 0, files, is_whole=True, proves_clean=True)


def report_cut(scan: Scan) -> Script:
    """Its report breaks off: no JSON, or nothing at all."""
    share = scan.chance.choice((0, 0.3, 0.95))
    files = tuple(
        replace(one, content=one.content[: int(len(one.content) * share)])
        if one.name == SARIF
        else one
        for one in scan.files()
    )
    return Script(scan.seconds, 0, files)


def report_without_results(scan: Scan) -> Script:
    """Its report is JSON that holds no place for findings."""
    hollow: list[Any] = [{}, [], {"runs": []}, {"runs": [{"tool": {}}]}, {"runs": None}]
    content = _json(scan.chance.choice(hollow))
    files = [one for one in scan.files() if one.name == INVENTORY]
    return Script(scan.seconds, 0, (*files, Write(scan.seconds - 0.3, SARIF, content)))


def type_failed(scan: Scan) -> Script:
    """It says success, and of one scan type that it failed or was partial."""
    outcome = scan.chance.choice(("FAILED", "PARTIAL"))
    told = {"scansPerformed": {scan.chance.choice(SCAN_TYPES): outcome}}
    partly = replace(scan, image=replace(scan.image, findings=scan.image.findings[:1]))
    return Script(scan.seconds, 0, tuple(partly.files(told)))


def nothing_recognised(scan: Scan) -> Script:
    """It recognised neither an operating system nor a package, so it looked at nothing."""
    blind = replace(scan, image=replace(scan.image, findings=()))
    files = tuple(blind.files({"os": None, "packages": 0}))
    return Script(scan.seconds, 0, files, is_whole=scan.image.is_clean)


def report_rewritten(scan: Scan) -> Script:
    """A first report with fewer findings stands there for a while, framed and sealed."""
    early = replace(scan, image=replace(scan.image, findings=scan.image.findings[:1]))
    first = early.files(before=scan.seconds * 0.7)
    return replace(scan.whole(), writes=(*first, *scan.files()))


def report_replaced_at_the_end(scan: Scan) -> Script:
    """The last write comes a moment after the scanner's end: a child of it is still at it."""
    early = replace(scan, image=replace(scan.image, findings=scan.image.findings[:1]))
    first = early.files(before=scan.chance.uniform(6, 20))
    last = scan.files(before=-scan.chance.uniform(0.1, 1.5))
    return replace(scan.whole(), writes=(*first, *last))


def report_written_on(scan: Scan) -> Script:
    """The report grows on and on beyond the scanner's end, and is whole only then."""
    late = scan.chance.uniform(2, 25)
    files = scan.files()
    text = files[-1].content
    steps = int(late / LATE_STEP_SECONDS)
    parts = [
        Write(
            scan.seconds + step * LATE_STEP_SECONDS,
            SARIF,
            text[: len(text) * (step + 1) // (steps + 1)] + b"\n" * (step % 7),
        )
        for step in range(steps)
    ]
    whole_at_last = Write(scan.seconds + late, SARIF, text)
    return replace(scan.whole(), writes=(*files[:-1], *parts, whole_at_last))


def report_too_large(scan: Scan) -> Script:
    """The report does not fit into the log."""
    *others, report = scan.files()
    content = report.content + b" "  # of the same content it would be of the same size
    large = replace(report, content=content, zipped_bytes=REPORT_TOO_LARGE_BYTES)
    return Script(scan.seconds, 0, (*others, large))


def log_mixes_frames(scan: Scan) -> Script:
    """What stands in the log between a frame's ends is another content, of the same length."""
    *others, report = scan.files()
    early = replace(scan, image=replace(scan.image, findings=scan.image.findings[:1]))
    other = early.files()[-1].content.ljust(len(report.content))
    return replace(scan.whole(), writes=(*others, replace(report, printed=other)))


def courier_dies(scan: Scan) -> Script:
    """The courier is killed somewhere on the way."""
    dies_after = scan.chance.uniform(1, scan.seconds + 30)
    return replace(scan.whole(), courier_dies_after_seconds=dies_after)


Ending = Callable[[Scan], Script]
ENDINGS: dict[Ending, float] = {
    whole: 60,
    fails: 4,
    not_ready: 5,
    hangs: 1.5,
    out_of_memory: 1,
    no_report: 1,
    no_inventory: 2,
    report_in_json_only: 3,
    report_cut: 1,
    report_without_results: 1,
    type_failed: 2,
    nothing_recognised: 2,
    report_rewritten: 4,
    report_replaced_at_the_end: 3,
    report_written_on: 3,
    report_too_large: 1,
    log_mixes_frames: 1,
    courier_dies: 1,
}
BY_NAME = {ending.__name__: ending for ending in ENDINGS}


def without(findings: tuple[Finding, ...], kind: str) -> tuple[Finding, ...]:
    """Findings but for one kind."""
    return tuple(one for one in findings if one.type != kind)
