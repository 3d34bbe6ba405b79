"""Reports as large as the courier carries are stored whole, within bounds; larger ones are told."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from imagescan.errors import ReportError
from imagescan.report.findings import MOST_FINDINGS
from imagescan.report.parse import parse_report
from local.system.processes import PROJECT
from tests.fuzz.collecting import Collecting
from tests.fuzz.large import brought_by_courier, framed, inventory, write_sarif

MB = 1_000_000


def test_a_report_of_30_mb_that_compresses_below_3_mb_is_stored_whole(tmp_path: Path) -> None:
    """Through the courier's own script, from the scanner's file to the rows of every finding."""
    report = tmp_path / "x-Report.sarif.json"
    write_sarif(report, size_bytes=30 * MB, findings=10_000)
    inventory(tmp_path)
    scan = Collecting.begin()

    outcome = scan.collect(brought_by_courier(tmp_path))["outcome"]
    scan.store()

    assert report.stat().st_size >= 30 * MB
    assert len(gzip.compress(report.read_bytes())) < 3 * MB
    assert (outcome["status"], outcome["verdict"]) == ("completed", "vulnerable")
    assert outcome["counts"]["total"] == len(scan.findings.keys) == 10_000
    [kept] = scan.blobs.content.values()
    assert json.loads(gzip.decompress(kept))["report"] == json.loads(report.read_bytes())


def test_a_report_beyond_3_mb_gzipped_is_told_as_truncated_and_has_no_verdict(
    tmp_path: Path,
) -> None:
    """However many findings it holds, nothing of it is stored."""
    write_sarif(tmp_path / "x-Report.sarif.json", 5 * MB, findings=10, padding_bytes=3 * MB)
    inventory(tmp_path)
    scan = Collecting.begin()

    outcome = scan.collect(brought_by_courier(tmp_path))["outcome"]

    assert (outcome["status"], outcome["verdict"], outcome["counts"]) == ("failed", None, None)
    assert outcome["reason"]["code"] == "report_truncated"
    assert scan.blobs.content == {}


def test_a_report_of_50_mb_is_judged_redacted_and_stored_within_400_mb(tmp_path: Path) -> None:
    """Measured for a process of its own, the fakes and all modules included."""
    report, log = tmp_path / "report.json", tmp_path / "log"
    write_sarif(report, size_bytes=50 * MB, findings=40_000)
    log.write_text(framed("report", report.read_bytes(), Collecting.begin().sealed_at))

    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.collecting", str(log)],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    told = json.loads(done.stdout)
    assert report.stat().st_size >= 50 * MB
    assert (told["verdict"], told["total"], told["rows"]) == ("vulnerable", 40_000, 40_000)
    assert told["peakBytes"] <= 400 * MB


def test_more_findings_than_fit_into_memory_are_refused() -> None:
    """Packages are the cheapest way to many findings: a few bytes each."""
    packages = ",".join(f'{{"name":"{n}"}}' for n in range(1000))
    result = f'{{"ruleId":"%d","properties":{{"vulnerableSoftware":[{packages}]}}}}'
    results = ",".join(result % n for n in range(MOST_FINDINGS // 1000 + 1))

    with pytest.raises(ReportError, match="200,000"):
        parse_report(f'{{"runs":[{{"results":[{results}]}}]}}'.encode())
