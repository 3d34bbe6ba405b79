"""The predecessor's contract: `qscanner --image REF --tag k=v --output-format json`.

As qualys-aci called it at 333313a: QUALYS_USERNAME and QUALYS_PASSWORD in the environment, one JSON
document on standard output, read from the container's log. No published release of qscanner takes
these arguments, and no real document is known: its keys are those that the predecessor read.

The document is the only thing on standard output, so that it is itself what says that this is a
stand-in. What goes wrong is told on standard error.
"""

import argparse
import hashlib
import json
import os
import signal
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.qscanner_stand_in.arguments import Parser
from local.qscanner_stand_in.behaviour import Behaviour, read
from local.qscanner_stand_in.exit_codes import GENERIC_ERROR, IMAGE_ARTIFACT_FAILED, ending
from local.qscanner_stand_in.findings import Finding, findings
from local.qscanner_stand_in.inventory import inventory
from local.qscanner_stand_in.pull import PullError, pull
from local.qscanner_stand_in.scan import USUAL_SECONDS

FLAGS = ("--image", "--tag", "--output-format")
STAND_IN = "STAND-IN: this is not qscanner; nothing was scanned, findings are invented."
CREDENTIALS = ("QUALYS_USERNAME", "QUALYS_PASSWORD")
SCAN_TYPES = ("pkg", "compliance")
# What of the real tool's inventory the document holds where it is told to prove the scan.
PROOF = ("ScansPerformed", "OSResults", "SCAResults")


def is_legacy(arguments: Sequence[str]) -> bool:
    """Whether a command line begins as the predecessor's did and no release of qscanner's can."""
    return bool(arguments) and arguments[0].partition("=")[0] in FLAGS


def parse_legacy(arguments: Sequence[str]) -> argparse.Namespace:
    """`image`, and `tags` by name; anything unknown or missing ends with 2 and a message."""
    parser = Parser(prog="qscanner", allow_abbrev=False, add_help=False)
    parser.add_argument("--image", required=True)
    parser.add_argument("--output-format", choices=("json",), required=True)
    parser.add_argument("--tag", action="append", default=[], dest="told_tags")
    options = parser.parse_args(arguments)
    wrong = [tag for tag in options.told_tags if not tag.partition("=")[0] or "=" not in tag]
    if wrong:
        parser.error(f"'{wrong[0]}' is no tag such as key=value")
    options.tags = dict(tag.split("=", 1) for tag in options.told_tags)
    return options


def scan_legacy(
    options: argparse.Namespace,
    environment: Mapping[str, str],
    wait: Callable[[float], None],
) -> int:
    """Scan, print the document, and return the exit code."""
    if not all(environment.get(name) for name in CREDENTIALS):
        # [UNKNOWN] which code it was: the predecessor took all but 0 and 1 for failures.
        _complain("failed to authenticate: username or password is missing")
        return GENERIC_ERROR
    try:
        pulled = pull(environment, options.image)
    except PullError as problem:
        _complain(f"{ending(IMAGE_ARTIFACT_FAILED).error}: {problem}")
        return IMAGE_ARTIFACT_FAILED
    told = read(environment, options.image, pulled.names if pulled else ())
    wait(float(told.get("seconds", USUAL_SECONDS)))
    if told.get("oom"):
        os.kill(os.getpid(), signal.SIGKILL)
    exit_code = int(told.get("exitCode", 0))
    end = ending(exit_code)
    if end.leaves_report and not told.get("noReport"):
        text = json.dumps(_document(options, told), indent=told.get("indent"))
        print(text[: told.get("reportBytes", len(text))], flush=True)
    if end.error:
        _complain(end.error)
    return exit_code


def _document(options: argparse.Namespace, told: Behaviour) -> dict[str, Any]:
    found = findings(told, options.image, SCAN_TYPES)
    document = {
        "scanner": STAND_IN,
        "scanId": hashlib.sha256(options.image.encode()).hexdigest()[:12],
        "image": options.image,
        "tags": options.tags,
        "vulnerabilities": [_vulnerability(one) for one in found if one.type == "vulnerability"],
        "compliance": [_broken_rule(one) for one in found if one.type == "compliance"],
    }
    if told.get("proof"):
        whole = inventory(options.image, ("pkg",), told, found)
        document |= {key: whole[key] for key in PROOF}
    padding = os.urandom(int(told.get("reportPaddingBytes", 0)))
    return document | ({"padding": b64encode(padding).decode()} if padding else {})


def _vulnerability(one: Finding) -> dict[str, Any]:
    told = {
        "qid": one.qid,
        "cve": one.cves[0] if one.cves else None,
        "severity": one.severity,
        "title": one.title,
        "package": {"name": one.package, "version": one.installed_version},
        "fixedVersion": one.fixed_version,
    }
    return {key: value for key, value in told.items() if value is not None}


def _broken_rule(one: Finding) -> dict[str, Any]:
    return {"id": str(one.qid), "title": one.title, "status": "FAIL", "severity": one.severity}


def _complain(problem: str) -> None:
    print(f"ERROR: {problem}", file=sys.stderr, flush=True)
