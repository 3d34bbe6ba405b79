"""The command line, as published: `qscanner [flags] <command> <target> [flags]`.

Flags stand before or after the command. `--image`, `--tag` and `--output-format` are not among
them: the real tool has never had them (qualys-lambda removed the last as invalid). A command line
that begins with one of them is the predecessor's, which `legacy` takes.
"""

import argparse
import re
from typing import NoReturn

from local.qscanner_stand_in.exit_codes import INVALID_PARAMETER

PODS = re.compile(r"(US[1-4]|EU[1-3]|IN1|CA1|AE1|UK1|AU1|KSA1)|https://[A-Za-z0-9./-]+")
COMMANDS = ("image", "repo", "rootfs", "lambda", "container", "vmsnapshot", "clear-local-cache")
MODES = ("inventory-only", "scan-only", "get-report", "evaluate-policy")
SCAN_TYPES = frozenset({"pkg", "os", "sca", "secret", "malware", "fileinsight", "compliance"})
INVENTORY_FORMATS = frozenset({"json", "db", "spdx", "spdx-tlv", "cyclonedx"})  # never sarif
REPORT_FORMATS = frozenset({"table", "sarif", "json", "gitlab"})
LOG_LEVELS = ("debug", "info", "warn", "error")
STORAGE_DRIVERS = (
    "none", "docker-overlay2", "containerd-overlayfs", "podman-overlay", "crio-overlay",
)  # fmt: skip
# Taken, and without effect here.
_WITH_A_VALUE = (
    "--platform", "--cache", "--cache-dir", "--proxy", "--exclude-dirs", "--exclude-files",
    "--disable-sca-languages", "--scan-target-info", "--compliance-benchmarks",
    "--policy-tags",
)  # fmt: skip
_SWITCHES = (
    "--skip-verify-tls", "--offline-scan", "--skip-java-db-update", "--show-perf-stat",
    "--shell-commands", "--collect-build-pipeline-metadata",
)  # fmt: skip
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h))+")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Parser(argparse.ArgumentParser):
    """Refuses as qscanner does: on the console, with its own exit code."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        print(f"ERROR: invalid parameter: {message}", flush=True)
        raise SystemExit(INVALID_PARAMETER)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of an `image` scan; anything unknown or missing ends with 2 and a message.

    Lists come as tuples, `scan_timeout` in seconds. Other commands exist and are not imitated.
    """
    parser = Parser(prog="qscanner", allow_abbrev=False, add_help=False)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("target")
    _add_flags(parser)
    options = parser.parse_args(arguments)
    if options.command != "image":
        parser.error(f"the stand-in does not imitate the command {options.command}")
    if not PODS.fullmatch(options.pod):
        parser.error(f"unknown pod {options.pod}")
    return options


def _add_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pod", required=True)
    parser.add_argument("--access-token")
    parser.add_argument("--mode", "-m", choices=MODES, default="get-report")
    parser.add_argument("--scan-types", type=_one_or_more(SCAN_TYPES), default=("pkg",))
    parser.add_argument("--format", "-f", type=_one_or_more(INVENTORY_FORMATS), default=("json",))
    parser.add_argument("--report-format", type=_one_or_more(REPORT_FORMATS), default=("table",))
    # The real default is a folder in the user's home, which the stand-in leaves alone.
    parser.add_argument("--output-dir", "-o", required=True)
    parser.add_argument("--scan-timeout", type=_seconds, default=300.0)
    parser.add_argument("--max-network-retries", type=int, default=5)
    parser.add_argument("--network-retry-wait-min", type=_seconds, default=10.0)
    parser.add_argument("--network-retry-wait-max", type=_seconds, default=15.0)
    parser.add_argument("--log-level", "-l", choices=LOG_LEVELS, default="info")
    parser.add_argument("--storage-driver", choices=STORAGE_DRIVERS, default="none")
    for flag in _WITH_A_VALUE:
        parser.add_argument(flag)
    for flag in _SWITCHES:  # also as --flag=true
        parser.add_argument(flag, nargs="?", const="true", choices=("true", "false"))


class _one_or_more:  # noqa: N801  # reads as the type of an argument
    """A comma list of known words."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known

    def __call__(self, text: str) -> tuple[str, ...]:
        words = tuple(text.split(","))
        unknown = sorted(set(words) - self._known)
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
        return words


def _seconds(text: str) -> float:
    """A Go duration: `300s`, `5m`, `1h30m`."""
    if not _DURATION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no duration such as 300s or 5m")
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    return sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts)
