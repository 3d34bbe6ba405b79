"""The host against recordings of the real Durable extension, taken as they are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local_host.host_process import KEY, ROOT, serving

RECORDINGS = ROOT / "tests" / "conformance"


@pytest.mark.conformance
@pytest.mark.xdist_group("conformance")
def test_the_host_behaves_as_the_real_extension_was_recorded_to_behave(tmp_path: Path) -> None:
    """79 scenarios: status codes, bodies, outputs, histories and replies to operations."""
    out = tmp_path / "out"
    with serving(RECORDINGS, tmp_path / "state", {"PYTHONDONTWRITEBYTECODE": "1"}) as host:
        base = f"{host.url}/runtime/webhooks/durabletask"
        tool("drive.py", base, str(out), "--code", KEY)
        compared = tool("compare.py", str(out))

    assert compared.splitlines()[-1] == "79 of 79 scenarios as the real extension, 0 not"


def tool(name: str, *arguments: str) -> str:
    """What a tool of the recordings prints; what it finds is for the caller to judge."""
    done = subprocess.run(
        [sys.executable, name, *arguments],
        cwd=RECORDINGS,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert not done.stderr, done.stderr
    return done.stdout
