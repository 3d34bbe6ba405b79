"""The Bicep compiler, where there is one, and what it makes of the templates.

`bicep snapshot` evaluates a template with its parameters as Azure would, without Azure: every
resource of every module, with names, loops and conditions worked out. What only a running
deployment can know stays an expression in brackets.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
INFRASTRUCTURE = ROOT / "infrastructure"
TENANT = "00000000-0000-4000-8000-0000000000aa"
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
OTHER_SUBSCRIPTION = "00000000-0000-4000-8000-000000000002"

Resource = dict[str, Any]


def _find() -> str | None:
    """Beside the project where its developers work, on PATH, or the one that `az` installed."""
    beside = ROOT.parent / "shared/tools/bicep"
    of_az = Path.home() / ".azure/bin/bicep"
    known = [str(path) for path in (beside, of_az) if path.exists()]
    return next(iter(known), None) or shutil.which("bicep")


BICEP = _find()
needs_bicep = pytest.mark.skipif(
    BICEP is None, reason="no Bicep compiler here: neither on PATH nor from `az bicep install`"
)


def bicep(
    *words: str, folder: Path = INFRASTRUCTURE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the compiler to its end."""
    assert BICEP is not None
    return subprocess.run(
        [BICEP, *words],
        cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def copied_to(folder: Path) -> Path:
    """The templates in a folder of their own, to be changed or compiled there."""
    return shutil.copytree(INFRASTRUCTURE, folder / "infrastructure")


def snapshot(folder: Path, name: str, environment: Mapping[str, str]) -> list[Resource]:
    """Every resource that the deployment of `name`.bicepparam would have."""
    where = ["--tenant-id", TENANT, "--subscription-id", SUBSCRIPTION, "--location", "westeurope"]
    done = bicep("snapshot", f"{name}.bicepparam", *where, folder=folder, **environment)
    assert done.returncode == 0, done.stderr
    found: list[Resource] = json.loads((folder / f"{name}.snapshot.json").read_text())[
        "predictedResources"
    ]
    return found


def compiled(folder: Path, name: str, environment: Mapping[str, str]) -> tuple[Any, Any]:
    """The template and the parameters that Azure is sent."""
    done = bicep("build-params", f"{name}.bicepparam", "--stdout", folder=folder, **environment)
    assert done.returncode == 0, done.stderr
    both = json.loads(done.stdout)
    return json.loads(both["templateJson"]), json.loads(both["parametersJson"])["parameters"]
