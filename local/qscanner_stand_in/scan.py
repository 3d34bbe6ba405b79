"""One scan of the stand-in: console lines, files, exit code."""

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from local.qscanner_stand_in.behaviour import Behaviour, read
from local.qscanner_stand_in.exit_codes import GENERIC_ERROR, IMAGE_ARTIFACT_FAILED, ending
from local.qscanner_stand_in.findings import Finding, findings
from local.qscanner_stand_in.inventory import USUAL_OS, USUAL_PACKAGES, inventory
from local.qscanner_stand_in.pull import Pulled, PullError, pull
from local.qscanner_stand_in.report_json import report_json
from local.qscanner_stand_in.sarif import sarif
from local.qscanner_stand_in.table import table

USUAL_SECONDS = 2.0
TOKEN = re.compile(r"[a-zA-Z0-9_.-]{20,1000}")  # Qualys' own rule for access tokens
WITHOUT_REPORT = ("inventory-only", "scan-only")


def scan(
    options: argparse.Namespace,
    environment: Mapping[str, str],
    wait: Callable[[float], None],
) -> int:
    """Scan, and return the exit code."""
    _say("STAND-IN: this is not qscanner; nothing is scanned, findings are invented.")
    token = options.access_token or environment.get("QUALYS_ACCESS_TOKEN", "")
    if not TOKEN.fullmatch(token):
        # [UNKNOWN] which code the real tool ends with (1, 33 or 40): its table has none for this.
        _say("ERROR: failed to authenticate: the access token is missing or malformed")
        return GENERIC_ERROR
    _say("INFO  Image source: registry")
    try:
        pulled = pull(environment, options.target)
    except PullError as problem:
        _say(f"ERROR: {ending(IMAGE_ARTIFACT_FAILED).error}: {problem}")
        return IMAGE_ARTIFACT_FAILED
    if pulled:
        _say(f"INFO  Image digest: {pulled.digest}, {len(pulled.layers)} layer(s)")
    told = read(environment, options.target, pulled.names if pulled else ())
    seconds = float(told.get("seconds", USUAL_SECONDS))
    wait(min(seconds, options.scan_timeout))
    if seconds > options.scan_timeout:
        # [UNKNOWN] which code it is that a scan over its time ends with.
        _say("ERROR: scan timed out")
        return GENERIC_ERROR
    if told.get("oom"):
        os.kill(os.getpid(), signal.SIGKILL)
    own = dict(environment) if told.get("tellsEnvironment") else {}
    for line in [*told.get("console", ()), *(f"DEBUG {name}={own[name]}" for name in own)]:
        _say(line)
    return _finish(options, told, pulled, own)


def _finish(
    options: argparse.Namespace,
    told: Behaviour,
    pulled: Pulled | None,
    environment: Mapping[str, str],
) -> int:
    exit_code = int(told.get("exitCode", 0))
    end = ending(exit_code)
    image = pulled.digest if pulled else options.target
    found = findings(told, image, options.scan_types)
    folder = Path(options.output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{folder}/{hashlib.sha256(options.target.encode()).hexdigest()}"
    if end.leaves_inventory:
        _tell_of_image(told)
        if "json" in options.format and not told.get("noInventory"):
            content = inventory(options.target, options.scan_types, told, found)
            _write(Path(f"{stem}-ScanResult.json"), content)
            _say(f"INFO  Scan Result JSON created at {stem}-ScanResult.json")
    is_reported = end.leaves_report and options.mode not in WITHOUT_REPORT
    if is_reported and not told.get("noReport"):
        report = sarif(options.target, told.get("os", USUAL_OS), found, pulled)
        _report(options, stem, told, found, _told_besides(report, told, environment))
    if end.error:
        _say(f"ERROR: {end.error}")
    return exit_code


def _tell_of_image(told: Behaviour) -> None:
    os_name = told.get("os", USUAL_OS)
    if os_name is not None:
        _say(f"INFO  OS detected: {os_name}")
    _say(f"INFO  OS package(s) detected: {told.get('packages', USUAL_PACKAGES)}")
    _say("INFO  Language package(s) detected: 0")
    _say("INFO  All scans completed in 412.730582ms")


def _report(
    options: argparse.Namespace,
    stem: str,
    told: Behaviour,
    found: Sequence[Finding],
    content: dict[str, Any],
) -> None:
    if "json" in options.report_format:
        _write(Path(f"{stem}-Report.json"), report_json(found))
    if "sarif" in options.report_format:
        padding = os.urandom(int(told.get("reportPaddingBytes", 0)))
        if padding:
            content["runs"][0]["properties"]["padding"] = b64encode(padding).decode()
        _write_sarif(Path(f"{stem}-Report.sarif.json"), json.dumps(content), told)
    if "table" in options.report_format:
        for line in table(found):
            _say(line)


def _told_besides(
    report: dict[str, Any], told: Behaviour, environment: Mapping[str, str]
) -> dict[str, Any]:
    """The report with how the image was made and in what environment the scanner ran."""
    [run] = report["runs"]
    commands = [{"LayerContentHash": "", "Command": one} for one in told.get("layerCommands", ())]
    if commands:
        run["properties"]["layerInfo"] = [*run["properties"].get("layerInfo", ()), *commands]
    if environment:
        run["invocations"] = [
            {"executionSuccessful": True, "environmentVariables": dict(environment)}
        ]
    return report


def _write_sarif(file: Path, text: str, told: Behaviour) -> None:
    text = text[: told.get("reportBytes", len(text))]
    seconds = float(told.get("reportSecondsAfterExit", 0))
    if not seconds:
        file.write_text(text)
        return
    writer = subprocess.Popen(
        [sys.executable, "-m", "local.qscanner_stand_in.slow_writer", str(file), str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # nobody who reads the console waits for it
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert writer.stdin is not None
    with writer.stdin as stdin:
        stdin.write(text)


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content))


def _say(line: str) -> None:
    print(line, flush=True)
