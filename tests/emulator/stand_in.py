"""Runs the scanner stand-in as the runtime does, and reads what it wrote."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.qscanner_stand_in.behaviour import FILE_VARIABLE, normal_name, write
from tests.emulator.servers import ROOT

TOKEN = "stand-in." + "0" * 20
IMAGE = "docker.io/library/nginx:1.27"


@dataclass(frozen=True)
class Run:
    """What a run left behind."""

    exit_code: int
    console: str
    folder: Path
    session: int

    def file(self, suffix: str) -> Any:
        """The content of the one file with that suffix."""
        [file] = self.folder.glob(f"*{suffix}")
        return json.loads(file.read_text())

    def names(self) -> list[str]:
        """What was written, without the hash in front."""
        return sorted(file.name.partition("-")[2] for file in self.folder.iterdir())

    @property
    def sarif(self) -> Any:
        return self.file("-Report.sarif.json")["runs"][0]

    def pairs(self) -> list[tuple[int, str]]:
        """Every QID with every package that it concerns."""
        return [
            (result["properties"]["QID"], software["name"])
            for result in self.sarif["results"]
            for software in result["properties"]["vulnerableSoftware"]
        ]


def scan(
    tmp_path: Path,
    *flags: str,
    told: dict[str, Any] | None = None,
    image: str = IMAGE,
    token: str | None = TOKEN,
    report_format: str = "sarif,json,table",
) -> Run:
    """One scan by the usual command line, and `flags` after it."""
    return run(
        tmp_path, "--pod", "US1", "image", image, "--scan-types", "pkg,secret",
        "--report-format", report_format, "--output-dir", str(tmp_path / "out"), *flags,
        told={image: {"seconds": 0} | (told or {})}, token=token,
    )  # fmt: skip


def run(
    tmp_path: Path,
    *arguments: str,
    told: dict[str, dict[str, Any]] | None = None,
    token: str | None = TOKEN,
    variables: Mapping[str, str] | None = None,
) -> Run:
    """The stand-in with these arguments."""
    file, out = tmp_path / "told.json", tmp_path / "out"
    out.mkdir(exist_ok=True)
    write(file, {normal_name(image): one for image, one in (told or {}).items()})
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), FILE_VARIABLE: str(file)}
    environment |= variables or {}
    if token is not None:
        environment["QUALYS_ACCESS_TOKEN"] = token
    command: Sequence[str] = [sys.executable, "-m", "local.qscanner_stand_in", *arguments]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    console, _ = process.communicate(timeout=60)
    return Run(process.returncode, console, out, process.pid)
