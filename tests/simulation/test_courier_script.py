"""The scripted courier beside the real script: they print alike of the same files."""

import base64
import gzip
import os
import random
import re
from pathlib import Path

from tests.simulation.courier import CourierRun
from tests.simulation.schedule import Schedule
from tests.simulation.volume import Version, Volume
from tests.unit.running_courier import Courier

FILES = {
    "x-Report.sarif.json": b'{"runs": []}' + random.Random(1).randbytes(3000),
    "x-Report.json": b"{}",
    "x-ScanResult.json": b'{"ScansPerformed": []}',
}
ENVIRONMENT = {"WAIT_SECONDS": "600", "LINGER_SECONDS": "600"}


def of_the_real_script(folder: Path, files: dict[str, bytes]) -> str:
    environment = {"PATH": os.environ["PATH"], "OUTPUT_DIR": str(folder), **ENVIRONMENT}
    courier = Courier(["/bin/sh"], environment)
    try:
        courier.until("COURIER 1")
        for name, content in files.items():
            (folder / name).write_bytes(content)
        courier.until("SEAL inventory")
    finally:
        courier.kill()
    return courier.log


def of_the_scripted_one(files: dict[str, bytes]) -> str:
    schedule, volume = Schedule(random.Random(0)), Volume()
    for name, content in files.items():
        volume.write(name, Version(schedule.now(), content))
    courier = CourierRun(schedule, volume, ENVIRONMENT)
    schedule.after(3, lambda: None)
    schedule.next()
    return courier.log_tail(10_000_000).decode()


def shape(log: str) -> list[str]:
    """The log's lines, each once: frames unpacked, the time of seals left out."""
    lines: list[str] = []
    text: list[str] | None = None
    for line in log.splitlines():
        if line.startswith("END") and text is not None:
            assert all(len(one) <= 1000 for one in text)
            lines.append(str(gzip.decompress(base64.b64decode("".join(text)))))
            text = None
        if text is None:
            lines.append(re.sub(r"^(SEAL .*) \d+$", r"\1", line))
        else:
            text.append(line)
        if line.startswith("BEGIN"):
            text = []
    return list(dict.fromkeys(lines))


def test_the_script_and_its_double_print_the_same_of_the_same_files(tmp_path: Path) -> None:
    """Both reports there, and one alone."""
    only_json = {name: content for name, content in FILES.items() if "sarif" not in name}
    for number, files in enumerate((FILES, only_json)):
        folder = tmp_path / str(number)
        folder.mkdir()

        assert shape(of_the_scripted_one(files)) == shape(of_the_real_script(folder, files))
