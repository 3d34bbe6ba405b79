"""What is registered, under which names."""

import asyncio
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imagescan import function_names

ROOT = Path(__file__).parents[2]
WORKER = ROOT.parent / "shared/tools/durable-host/worker.py"
TRIGGERS = {
    "on_container_deployed", "restart_accepted", "take_stock", "start_reaper", "look_for_pending",
    "purge_history",
    "post_scan", "list_scans", "get_scan", "delete_scan", "get_findings",
    "list_images", "get_coverage",
    "post_rescan", "get_rescan", "delete_rescan", "rescan_on_schedule",
    "get_health", "get_openapi",
}  # fmt: skip


def registered() -> set[str]:
    """The functions that the app shows, read in a process of its own: it can be asked once."""
    code = (
        "import function_app; "
        "print(' '.join(f.get_function_name() for f in function_app.app.get_functions()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_every_name_that_is_called_is_registered_and_no_other() -> None:
    """A call of an unknown name would wait for ever on Azure; no settings are needed to index."""
    named = {value for key, value in vars(function_names).items() if key.isupper()}

    assert registered() == named | TRIGGERS


def test_the_real_python_worker_loads_the_app() -> None:
    """The worker's own indexing code refuses what the SDK alone would take."""
    if not WORKER.exists():
        pytest.skip("the worker's indexing code is not on this machine")
    done = subprocess.run(
        [sys.executable, str(WORKER), str(ROOT)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    for name in TRIGGERS:
        assert name in done.stdout


def test_nothing_is_read_or_built_when_the_app_is_imported() -> None:
    """An app that raises while it is indexed shows no function and no reason."""
    module = importlib.import_module("imagescan.bootstrap")

    assert module._process.app is None
    assert asyncio.iscoroutinefunction(module.app) is False
