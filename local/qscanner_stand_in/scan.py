"""One scan of the stand-in: console lines, files, exit code."""

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.qscanner_stand_in import catalogue, reports

GENERIC_ERROR = 1
IMAGE_ARTIFACT_FAILED = 6
RESULT_CODES = {0, 42, 43}
DEFAULT_SECONDS = 2.0
# Qualys' own rule for access tokens.
TOKEN = re.compile(r"[a-zA-Z0-9_.-]{20,1000}")


def behaviour(image: str) -> Mapping[str, Any]:
    """What the emulator was told of this image: a private file, named by one variable."""
    file = os.environ.get("QSCANNER_STAND_IN_IMAGES")
    told: dict[str, Any] = json.loads(Path(file).read_text()) if file else {}
    name = image.removeprefix("docker.io/").removeprefix("library/")
    return dict(told.get(name) or told.get(name.partition("@")[0]) or {})


def scan(options: argparse.Namespace) -> int:
    """Scan, and return the exit code."""
    print("STAND-IN: this is not qscanner; nothing is pulled or scanned, findings are invented.")
    if not TOKEN.fullmatch(os.environ.get("QUALYS_ACCESS_TOKEN", "")):
        # Which code the real tool ends with is not known; 1 is its general error.
        print("ERROR: failed to authenticate: QUALYS_ACCESS_TOKEN is missing or malformed")
        return GENERIC_ERROR
    told = behaviour(options.target)
    print(f"INFO  Image source: registry ({options.target})", flush=True)
    time.sleep(float(told.get("seconds", DEFAULT_SECONDS)))
    if told.get("oom"):
        os.kill(os.getpid(), signal.SIGKILL)
    exit_code = int(told.get("exitCode", 0))
    if exit_code == IMAGE_ARTIFACT_FAILED:
        print("ERROR: failed to create scan target: failed to create Image artifact")
        return exit_code
    _write(options, told, exit_code)
    print(f"INFO  The scan ends with {exit_code}", flush=True)
    return exit_code


def _write(options: argparse.Namespace, told: Mapping[str, Any], exit_code: int) -> None:
    """Print what is known of the image, and write the files that were asked for."""
    findings = catalogue.findings(told, options.target)
    scan_types = options.scan_types.split(",")
    os_name, packages = told.get("os", "Debian GNU/Linux 12"), told.get("packages", 12)
    if os_name:
        print(f"INFO  OS detected: {os_name}")
    print(f"INFO  OS package(s) detected: {packages}\nINFO  Language package(s) detected: 0")
    print("INFO  All scans completed in 412.730582ms")
    stem = Path(options.output_dir) / hashlib.sha256(options.target.encode()).hexdigest()[:16]
    stem.parent.mkdir(parents=True, exist_ok=True)
    if not told.get("noInventory"):
        content = reports.inventory(findings, scan_types, told)
        Path(f"{stem}-ScanResult.json").write_text(json.dumps(content))
        print(f"INFO  Scan Result JSON created at {stem}-ScanResult.json")
    if options.mode in ("inventory-only", "scan-only") or told.get("noReport"):
        return
    if exit_code in RESULT_CODES or told.get("reportSecondsAfterExit"):
        _write_reports(options.report_format.split(","), stem, findings, told)


def _write_reports(
    formats: list[str], stem: Path, findings: reports.Findings, told: Mapping[str, Any]
) -> None:
    if "sarif" in formats:
        text = json.dumps(reports.sarif(findings))
        after = told.get("reportSecondsAfterExit")
        file = Path(f"{stem}-Report.sarif.json")
        if after:
            _write_slowly(file, text, float(after))
            return
        file.write_text(text)
    if "json" in formats:
        Path(f"{stem}-Report.json").write_text(json.dumps(reports.report_json(findings)))
    if "table" in formats:
        for finding in findings:
            print(f"| {finding['qid']} | {finding['severity']} | {finding['package']} |")


def _write_slowly(file: Path, text: str, seconds: float) -> None:
    """Go on writing after the scanner has ended, so that no look finds the file at rest."""
    writer = (
        "import pathlib, sys, time\n"
        "file, text, seconds = pathlib.Path(sys.argv[1]), sys.stdin.read(), float(sys.argv[2])\n"
        "end, written = time.monotonic() + seconds, 0\n"
        "while time.monotonic() < end:\n"
        "    written += 1\n"
        "    file.write_text(text[: written % len(text)])\n"
        "    time.sleep(0.3)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", writer, str(file), str(seconds)], stdin=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    child.stdin.write(text)
    child.stdin.close()
