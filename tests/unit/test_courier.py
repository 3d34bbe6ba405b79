"""The courier's script, run for real by the shells of this machine."""

import hashlib
import os
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagescan.container_group.frames import Sealed, TooLarge, read_courier_log
from tests.unit.running_courier import Courier

pytestmark = pytest.mark.waits
EVER = datetime.fromtimestamp(0, UTC)
APPLETS = "sha256sum gzip base64 fold wc cp rm cut tr date sleep mktemp"


class Workplace:
    """Starts couriers that look at `output` and work in a temporary folder of their own."""

    def __init__(self, folder: Path, shell: list[str], path: str) -> None:
        self.output = folder / "output"
        self.temporary = folder / "temporary"
        self.output.mkdir()
        self.temporary.mkdir()
        self._shell = shell
        self._path = path
        self._started: list[Courier] = []

    def start(self, wait: int = 60, linger: int = 60, path: str | None = None) -> Courier:
        environment = {
            "PATH": path or self._path,
            "OUTPUT_DIR": str(self.output),
            "WAIT_SECONDS": str(wait),
            "LINGER_SECONDS": str(linger),
            "TMPDIR": str(self.temporary),
        }
        courier = Courier(self._shell, environment)
        self._started.append(courier)
        courier.until("COURIER")
        return courier

    def write(self, name: str, content: bytes) -> bytes:
        """Put a file in place in one step, as new as the clock says."""
        unfinished = self.temporary / "unfinished"
        unfinished.write_bytes(content)
        target = self.output / name
        target.parent.mkdir(exist_ok=True)
        unfinished.rename(target)
        return content

    def put_off(self, name: str) -> None:
        """Make a file newer than any other."""
        os.utime(self.output / name, (4_000_000_000, 4_000_000_000))

    def put_back(self, name: str) -> None:
        """Make a file older than any other."""
        os.utime(self.output / name, (1_000_000_000, 1_000_000_000))

    def stop(self) -> None:
        for courier in self._started:
            courier.kill()


@pytest.fixture(params=["sh", "busybox"])
def workplace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workplace]:
    """Both kinds of shell that the courier promises to run on."""
    shell, path = ["/bin/sh"], os.environ["PATH"]
    if request.param == "busybox":
        busybox = shutil.which("busybox")
        if busybox is None:
            pytest.skip("this machine has no busybox")
        applets = tmp_path / "applets"
        applets.mkdir()
        for applet in ["sh", *APPLETS.split()]:
            (applets / applet).symlink_to(busybox)
        shell, path = [str(applets / "sh")], str(applets)
    place = Workplace(tmp_path, shell, path)
    yield place
    place.stop()


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def incompressible(size_bytes: int) -> bytes:
    return random.Random(5).randbytes(size_bytes)


def test_files_that_appear_are_carried_whole_and_the_report_first(workplace: Workplace) -> None:
    """Byte by byte the same, in lines that ACI keeps whole, sealed at once."""
    courier = workplace.start()
    assert courier.log == "COURIER 1\n"
    inventory = workplace.write("0a1b-ScanResult.json", b'{"ScansPerformed": []}')
    report = workplace.write("0a1b-Report.sarif.json", incompressible(50_000) + b"\n\x00\xff")
    courier.until("SEAL inventory")

    read = read_courier_log(courier.log)
    assert read.document("report", EVER) == Sealed(report)
    assert read.document("inventory", EVER) == Sealed(inventory)
    assert courier.log.index("END report") < courier.log.index("BEGIN inventory")
    assert max(len(line.rstrip("\n")) for line in courier.lines) == 1000


def test_a_file_that_changes_is_carried_again(workplace: Workplace) -> None:
    """The log then holds both; its last frame is what the file is."""
    courier = workplace.start()
    first = workplace.write("x-Report.json", b'{"Vulnerabilities": [1')
    courier.until(f"SEAL report {hash_of(first)}")
    second = workplace.write("x-Report.json", b'{"Vulnerabilities": [1, 2]}')
    courier.until(f"SEAL report {hash_of(second)}")

    assert read_courier_log(courier.log).document("report", EVER) == Sealed(second)


def test_an_unchanged_file_is_sealed_again_with_a_later_time(workplace: Workplace) -> None:
    """The frame itself is not repeated."""
    courier = workplace.start()
    workplace.write("x-Report.json", b"{}")
    first = courier.until("SEAL report").split()
    second = courier.until("SEAL report").split()
    third = courier.until("SEAL report").split()

    assert first[:3] == second[:3] == third[:3]
    assert int(first[3]) <= int(second[3]) < int(third[3])
    assert courier.log.count("BEGIN report") == 1


def test_what_does_not_fit_is_told_and_what_fits_is_carried(workplace: Workplace) -> None:
    """The report is first in line, even where it comes last."""
    courier = workplace.start()
    workplace.write("x-ScanResult.json", incompressible(2_000_000))
    report = workplace.write("x-Report.sarif.json", incompressible(2_000_000))
    courier.until("TOO_LARGE inventory")

    read = read_courier_log(courier.log)
    assert read.document("report", EVER) == Sealed(report)
    assert read.document("inventory", EVER) == TooLarge()


def test_a_report_that_is_too_large_is_told_once_and_never_sealed(workplace: Workplace) -> None:
    """Just above the budget; the inventory, which fits, comes nevertheless."""
    courier = workplace.start()
    workplace.write("x-Report.sarif.json", incompressible(3_000_001))
    inventory = workplace.write("x-ScanResult.json", b"{}")
    courier.until("SEAL inventory")
    courier.until("SEAL inventory")

    assert courier.log.count("TOO_LARGE report") == 1
    assert "SEAL report" not in courier.log
    assert read_courier_log(courier.log).document("report", EVER) == TooLarge()
    assert read_courier_log(courier.log).document("inventory", EVER) == Sealed(inventory)


def test_sarif_goes_before_json_and_the_newest_before_the_rest(workplace: Workplace) -> None:
    """Newer builds of the scanner write one level down."""
    courier = workplace.start()
    workplace.write("a-Report.json", b"json")
    newest = workplace.write("scan-1/b-Report.sarif.json", b"new")
    workplace.put_off("scan-1/b-Report.sarif.json")
    workplace.write("z-Report.sarif.json", b"old")
    courier.until(f"SEAL report {hash_of(newest)}")

    assert read_courier_log(courier.log).document("report", EVER) == Sealed(newest)


def test_what_is_older_than_the_courier_is_passed_over(workplace: Workplace) -> None:
    """An earlier life of the group left it: it proves nothing of this one."""
    workplace.write("x-ScanResult.json", b'{"ScansPerformed": []}')
    workplace.put_back("x-ScanResult.json")
    courier = workplace.start(wait=1, linger=3)
    report = workplace.write("x-Report.sarif.json", b"{}")

    assert courier.end() == 0
    assert read_courier_log(courier.log).document("report", EVER) == Sealed(report)
    assert "inventory" not in courier.log


def test_names_of_files_are_neither_printed_nor_run(workplace: Workplace) -> None:
    """Whatever the scanner calls its files, the log holds only lines of the format."""
    courier = workplace.start()
    report = workplace.write("$(touch run)`touch run`;touch run;*?\n-Report.json", b"{}")
    workplace.write("BEGIN report 1 x\nCOURIER-ERROR\n-ScanResult.json", b"{}")
    (workplace.output / "-n -Report.sarif.json").symlink_to("/etc/hostname")
    (workplace.output / "folder-Report.sarif.json").mkdir()
    courier.until("SEAL inventory")

    starts = {line.split()[0] for line in courier.lines if " " in line}
    assert starts == {"COURIER", "BEGIN", "END", "SEAL"}
    assert read_courier_log(courier.log).document("report", EVER) == Sealed(report)
    assert not list(workplace.output.parent.rglob("run"))


def test_without_any_file_it_ends_by_itself(workplace: Workplace) -> None:
    """The folder does not even exist."""
    workplace.output.rmdir()
    courier = workplace.start(wait=0, linger=60)

    assert courier.end() == 0
    assert courier.log == "COURIER 1\n"


def test_it_ends_by_itself_after_lingering_and_leaves_nothing(workplace: Workplace) -> None:
    """The wait for files, however long, is over once there was one."""
    courier = workplace.start(wait=3600, linger=1)
    workplace.write("x-Report.json", b"{}")

    assert courier.end() == 0
    assert not list(workplace.temporary.iterdir())


def test_an_inventory_without_a_report_is_carried_when_the_wait_is_over(
    workplace: Workplace,
) -> None:
    """What was looked at is worth knowing even then."""
    courier = workplace.start(wait=1, linger=1)
    inventory = workplace.write("x-ScanResult.json", b"{}")

    assert courier.end() == 0
    assert read_courier_log(courier.log).document("inventory", EVER) == Sealed(inventory)


def test_a_file_that_never_stops_changing_does_not_keep_it_alive(workplace: Workplace) -> None:
    """Each frame would start the lingering anew; both times together are the limit."""
    courier = workplace.start(wait=1, linger=3)
    content = workplace.write("x-Report.json", b"0")
    changes = 0
    while courier.reaches(f"SEAL report {hash_of(content)}"):
        changes += 1
        content = workplace.write("x-Report.json", str(changes).encode())

    assert changes > 0
    assert courier.end() == 0


@pytest.mark.parametrize("workplace", ["sh"], indirect=True)  # busybox has its applets built in
@pytest.mark.parametrize("missing", ["sha256sum", "gzip", "mktemp"])
def test_an_image_that_lacks_an_applet_is_told_by_its_name(
    workplace: Workplace, tmp_path: Path, missing: str
) -> None:
    """Before anything else, so that a person can find out why no report came."""
    bare = tmp_path / "bare"
    bare.mkdir()
    for applet in APPLETS.split():
        source = shutil.which(applet)
        assert source is not None
        if applet != missing:
            (bare / applet).symlink_to(source)
    courier = workplace.start(path=str(bare))

    assert courier.end() == 3
    assert courier.log == f"COURIER-ERROR missing applet {missing}\n"
    assert read_courier_log(courier.log).problem == f"missing applet {missing}"
