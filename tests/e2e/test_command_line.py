"""`imagescan` against the running system, as a pipeline and as a person use it."""

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from local.system.lifecycle import ROOT
from tests.cli.terminal import Terminal
from tests.e2e.deploying import group, random_finding, random_image
from tests.e2e.system import System

pytestmark = [pytest.mark.e2e]
COMMAND = (sys.executable, "-m", "cli")


def environment(system: System) -> Mapping[str, str]:
    where = system.where
    return {"IMAGESCAN_URL": where.functions_url, "IMAGESCAN_KEY": where.function_key}


def started(system: System, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *words], cwd=ROOT, env=environment(system),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, Any]:
    """The exit code, and the JSON that is all of standard output."""
    out, err = process.communicate(timeout=120)
    assert err
    return process.returncode, json.loads(out)


def test_a_pipeline_gates_on_what_was_found(system: System) -> None:
    """Three images at once: one is clean, one is not, of one nobody knows."""
    clean, bad, broken = random_image(), random_image(), random_image()
    found = random_finding(1) | {"severity": "high"}
    behaviour: dict[str, dict[str, Any]] = {
        clean: {"seconds": 0.5, "findings": 0},
        bad: {"seconds": 0.5, "findings": [found]},
        broken: {"seconds": 0.5, "exitCode": 1},
    }
    system.tell("images", behaviour)

    gates = [started(system, "scan", image, "--fail-on", "high", "--json") for image in behaviour]
    (passed, its_scan), (tripped, other), (unknown, third) = map(ended, gates)

    assert (passed, tripped, unknown) == (0, 1, 3)
    told = [(one["image"], one["status"], one["verdict"]) for one in (its_scan, other, third)]
    assert told == [
        (clean, "completed", "clean"),
        (bad, "completed", "vulnerable"),
        (broken, "failed", None),
    ]
    code, document = _out(started(system, "findings", other["scanId"], "--format", "sarif"))
    assert (code, len(json.loads(document)["runs"][0]["results"])) == (0, 1)
    code, listed = _out(started(system, "list", "--image", bad))
    assert (code, other["scanId"] in listed) == (0, True)


def _out(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, _ = process.communicate(timeout=120)
    return process.returncode, out


def test_a_person_leaves_a_rescan_alone_and_comes_back(system: System) -> None:
    """Ctrl-C at a terminal; the rescan ends as if nobody had left.

    It joins the scan that the deployment began, or takes its place.
    """
    image, name = random_image(), f"left-alone-{secrets.token_hex(4)}"
    system.tell("images", {image: {"seconds": 4, "findings": 0}})
    system.deploy(name, group(image), resource_group=name)

    words = ("rescan", "-g", name, "--force", "--watch")
    terminal = Terminal(*words, environment=environment(system))
    terminal.wait_for("1 running")
    terminal.interrupt()
    code, way_back = terminal.ended(), re.search(r"imagescan status (\S+) --watch", terminal.told)

    assert code == 130
    assert way_back is not None, terminal.told
    back = started(system, "status", way_back[1], "--watch", "--fail-on", "low", "--json")
    code, rescan = ended(back)
    assert (code, rescan["total"], rescan["found"]["total"]) == (0, 1, 0)
    covered = started(system, "coverage", "-g", name, "--fail-on-unscanned", "--json")
    code, told = ended(covered)
    assert (code, [one["image"] for one in told["images"]]) == (0, [image])
