"""Large reports, written without ever being in memory, and the courier's log that brings them."""

import base64
import gzip
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from imagescan.container_group.courier import COURIER_SCRIPT

LATER = 4_000_000_000  # in seconds since 1970
RULE = (
    '{{"id":"{qid}","name":"Vulnerability","shortDescription":{{"text":"Vulnerability {n}"}},'
    '"help":{{"text":"{help}"}},"properties":{{"severity":{severity}}}}}'
)
RESULT = (
    '{{"ruleId":"{qid}","level":"error","message":{{"text":"Vulnerability {n}"}},"properties":'
    '{{"QID":{qid},"cves":["CVE-2026-{n}"],"vulnerableSoftware":[{{"name":"package-{n}",'
    '"installedVersion":"1.{n}","fixedVersion":"2.{n}","layerSHA":"sha256:{layer}"}}]}}}}'
)


def write_sarif(file: Path, size_bytes: int, findings: int, padding_bytes: int = 0) -> None:
    """A SARIF of that size, with so many findings and rules, and random bytes that no gzip helps.

    Shape-true, not captured. Its findings are CVE-2026-0 and so on, a fifth of each severity.
    """
    layer, padding = "ab" * 32, base64.b64encode(os.urandom(padding_bytes)).decode()
    least = len(RULE.format(n=0, qid=900_000, help="", severity=1))
    least += len(RESULT.format(n=0, qid=900_000, layer=layer))
    each = (size_bytes - len(padding)) // findings + 1
    filler = ("Upgrade the package. " * (each // 20 + 1))[: max(0, each - least)]
    with file.open("w") as out:
        out.write(f'{{"version":"2.1.0","runs":[{{"properties":{{"padding":"{padding}"}},')
        out.write('"tool":{"driver":{"name":"QScanner","rules":[')
        for n in range(findings):
            told = {"n": n, "qid": 900_000 + n, "help": filler, "severity": n % 5 + 1}
            out.write("," * bool(n) + RULE.format(**told))
        out.write(']}},"results":[')
        for n in range(findings):
            out.write("," * bool(n) + RESULT.format(n=n, qid=900_000 + n, layer=layer))
        out.write("]}]}")


def inventory(folder: Path) -> None:
    """What goes with every report."""
    performed = [{"ScanType": kind, "Status": "SUCCESS"} for kind in ("pkg", "secret")]
    told = str({"ScansPerformed": performed, "OSResults": [{"Target": "debian 12"}]})
    (folder / "x-ScanResult.json").write_text(told.replace("'", '"'))


def brought_by_courier(folder: Path) -> str:
    """The log of the courier's own script, run by this machine's shell on the files of a folder."""
    shell = shutil.which("sh", path=os.defpath)
    if shell is None:
        pytest.skip("There is no POSIX shell on this machine.")
    environment = {"OUTPUT_DIR": str(folder), "WAIT_SECONDS": "60", "LINGER_SECONDS": "2"}
    for file in folder.iterdir():  # scanners write beside the courier, not before it
        os.utime(file, (LATER, LATER))
    done = subprocess.run(
        [shell, "-c", COURIER_SCRIPT],
        env=environment | {"PATH": os.environ.get("PATH", os.defpath), "TMPDIR": str(folder)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


def framed(name: str, content: bytes, sealed_at: float) -> str:
    """A frame and its seal, as the courier prints them."""
    digest, text = hashlib.sha256(content).hexdigest(), base64.b64encode(gzip.compress(content))
    lines = "\n".join(text[at : at + 1000].decode() for at in range(0, len(text), 1000))
    header = f"{name} {len(content)} {digest}"
    return f"BEGIN {header}\n{lines}\nEND {header}\nSEAL {name} {digest} {int(sealed_at)}\n"
