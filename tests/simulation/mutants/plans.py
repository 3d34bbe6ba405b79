"""Small worlds in which broken variants of the app show: a few arrivals, a fault or two."""

from dataclasses import replace

from imagescan.ports import ResolveProblem
from local.qscanner_stand_in.behaviour import normal_name
from local.qscanner_stand_in.catalogue import KNOWN
from local.qscanner_stand_in.findings import Finding
from tests.simulation.arrivals import ACI, SCANS_GROUP, SHOP_GROUP, Arrival, Ask, Deploy
from tests.simulation.endings import SARIF, Ending, Scan, Script, no_inventory, whole
from tests.simulation.faults import KINDS, Strike
from tests.simulation.phases import Phase
from tests.simulation.plan import Plan
from tests.simulation.truth import Image


def image(name: str, *findings: Finding) -> Image:
    """An image that goes by one name."""
    return Image(normal_name(name), (name,), findings)


def vulnerabilities(count: int) -> tuple[Finding, ...]:
    """Findings of the catalogue."""
    return tuple(
        Finding(
            one.qid, one.title, one.severity, (one.cve,), "vulnerability", one.package,
            one.installed, one.fixed,
        )
        for one in KNOWN[:count]
    )  # fmt: skip


CLEAN = image("nginx:1.27")
VULNERABLE = image("team/api:2.0", *vulnerabilities(12))
TWO_TAGS = Image(normal_name("shop:1"), ("shop:1", "shop:latest"), vulnerabilities(1))
INSIDE = replace(image("10.0.0.1/app:1"), problem=ResolveProblem.FORBIDDEN_ADDRESS)
LEAKY = image("ghcr.io/org/tool:v3", Finding(990001, "A key", 5, type="secret", path="/.env"))


def ask(at_seconds: float, of: Image) -> Ask:
    """A scan that nobody else's result will do for."""
    return Ask(at_seconds, {"image": of.name, "force": True})


def deploy(
    at_seconds: float, of: Image, name: str = "app", group: str = SHOP_GROUP, spelling: int = 0
) -> Deploy:
    """A container group of one image."""
    return Deploy(at_seconds, ACI, group, name, (of.spellings[spelling],))


def strike(name: str, phase: Phase, skip: int = 0, times: int = 1, of: str = "") -> Strike:
    """A fault by its kind's name."""
    (kind,) = [one for one in KINDS if one.name == name]
    assert kind.can_strike(phase)
    return Strike(kind, phase, skip, times, of)


def world(
    *arrivals: Arrival,
    ending: Ending = whole,
    strikes: tuple[Strike, ...] = (),
    seed: int = 1,
    timeout_seconds: int = 600,
    minutes: float = 40,
    slots: int = 20,
) -> Plan:
    """A plan in which every scan ends alike."""
    return Plan(
        seed,
        (CLEAN, VULNERABLE, LEAKY, TWO_TAGS, INSIDE),
        arrivals,
        strikes,
        timeout_seconds,
        longest_seconds=int(minutes * 60),
        weights={ending: 1},
        environment={"EXPECTED_SCAN_SECONDS": "20", "MAX_CONCURRENT_SCANS": str(slots)},
    )


# ---------------------------------------------------------------------- how scans end here
def takes(seconds: float, ending: Ending = whole) -> Ending:
    """The same, but in so many seconds."""

    def in_time(scan: Scan) -> Script:
        return ending(replace(scan, seconds=seconds))

    in_time.__name__ = f"{ending.__name__}_in_{seconds:g}_s"
    return in_time


def no_operating_system(scan: Scan) -> Script:
    """Exit code 15, with all files: the scanner looked at nothing."""
    return Script(scan.seconds, 15, tuple(scan.files()))


def courier_dies_on_a_first_report(scan: Scan) -> Script:
    """Half a report was framed and sealed, and replaced when nobody could print it any more."""
    early = replace(scan, image=replace(scan.image, findings=scan.image.findings[:1]))
    writes = (*early.files(before=40), *scan.files())
    return replace(scan.whole(), writes=writes, courier_dies_after_seconds=scan.seconds - 10)


def sarif_only(scan: Scan) -> Script:
    """No inventory, and the report in one format."""
    script = no_inventory(scan)
    return replace(script, writes=tuple(one for one in script.writes if one.name == SARIF))


# ---------------------------------------------------------------------- worlds that several share
ONE_SCAN = world(ask(10, VULNERABLE))
ONE_CLEAN_SCAN = world(ask(10, CLEAN))
ONE_DEPLOYMENT = world(deploy(10, VULNERABLE))
LOOKS_LIKE_OURS = world(deploy(10, VULNERABLE, "qscanner-shop", SCANS_GROUP))
