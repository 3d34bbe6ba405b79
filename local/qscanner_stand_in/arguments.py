"""The command line, as published: `qscanner [flags] image <reference> [flags]`."""

import argparse
import re
from typing import NoReturn

POD = re.compile(r"(US[1-4]|EU[1-3]|IN1|CA1|AE1|UK1|AU1|KSA1)|https://[A-Za-z0-9.-]+")
INVENTORY_FORMATS = {"json", "db", "spdx", "spdx-tlv", "cyclonedx"}
REPORT_FORMATS = {"table", "sarif", "json", "gitlab"}
SCAN_TYPES = {"pkg", "os", "sca", "secret", "malware", "fileinsight", "compliance"}
MODES = ["inventory-only", "scan-only", "get-report", "evaluate-policy"]
INVALID_PARAMETER = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"ERROR: invalid parameter: {message}", flush=True)
        raise SystemExit(INVALID_PARAMETER)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of an `image` scan; ends with 2 (INVALID_PARAMETER) for anything unknown.

    Flags stand before or after the command. `--image`, `--tag` and `--output-format` are not
    among them: the original app used them, and the real tool has never had them.
    """
    parser = _Parser(prog="qscanner", allow_abbrev=False, add_help=False)
    parser.add_argument("command", choices=["image"])
    parser.add_argument("target")
    parser.add_argument("--pod", required=True)
    parser.add_argument("--mode", "-m", choices=MODES, default="get-report")
    parser.add_argument("--scan-types", default="pkg")
    parser.add_argument("--format", "-f", default="json")
    parser.add_argument("--report-format", default="table")
    parser.add_argument("--output-dir", "-o", required=True)
    parser.add_argument("--policy-tags", default="")
    for flag in ("--cache-dir", "--cache", "--platform", "--proxy", "--log-level"):
        parser.add_argument(flag)
    parser.add_argument("--scan-timeout", default="300s")
    parser.add_argument("--max-network-retries", type=int, default=5)
    parser.add_argument("--network-retry-wait-min", default="10s")
    parser.add_argument("--network-retry-wait-max", default="15s")
    options = parser.parse_args(arguments)
    if not POD.fullmatch(options.pod):
        parser.error(f"unknown pod {options.pod}")
    _check_list(parser, "--scan-types", options.scan_types, SCAN_TYPES)
    _check_list(parser, "--format", options.format, INVENTORY_FORMATS)
    _check_list(parser, "--report-format", options.report_format, REPORT_FORMATS)
    return options


def _check_list(parser: _Parser, flag: str, value: str, known: set[str]) -> None:
    unknown = set(value.split(",")) - known
    if unknown:
        parser.error(f"{flag}: {', '.join(sorted(unknown))}")
