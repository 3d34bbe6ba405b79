"""What is true of images and of their scans, whatever the app comes to believe."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from imagescan.ports import ResolveProblem
from local.qscanner_stand_in.behaviour import normal_name
from local.qscanner_stand_in.findings import Finding

# What one finding is known by, as the API shows it and as the truth has it.
Known = tuple[object, ...]


def known(
    qid: int | None, title: str, severity: int, kind: str, package: str | None, version: str | None
) -> Known:
    """A found secret has a QID in some of the scanner's formats only: it goes by its kind."""
    return (None if kind == "secret" else qid, title, severity, kind, package, version)


@dataclass(frozen=True)
class Image:
    """An image in normal form, how users spell it, and what a whole scan of it finds.

    Spellings may hold several tags, which all stand for its one digest. `problem` is what its
    registry answers instead.
    """

    name: str
    spellings: tuple[str, ...]
    findings: tuple[Finding, ...]
    problem: ResolveProblem | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its spellings in normal form, each once."""
        return tuple(dict.fromkeys(normal_name(one) for one in self.spellings))

    @property
    def digest(self) -> str:
        """What every tag of it stands for."""
        return f"sha256:{hashlib.sha256(self.name.encode()).hexdigest()}"

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to be found."""
        return not self.findings

    def known(self) -> frozenset[Known]:
        """Its findings by what they are known by."""
        return frozenset(
            known(one.qid, one.title, one.severity, one.type, one.package, one.installed_version)
            for one in self.findings
        )


@dataclass
class ScannerRun:
    """One run of a scanner in a container group; `target` is the reference that it was given.

    `is_whole`: it ended with 0, 42 or 43, every scan type succeeded, and its report in the end
    holds all that a whole scan finds. `proves_clean`: its inventory says so too, and recognised
    something. `ended_at` is None while it runs. What Azure starts anew by itself, where it moves a
    group, is one `life` with what ran before; a PUT begins another one.
    """

    image: Image
    target: str
    group: str
    ending: str
    started_at: datetime
    is_whole: bool
    proves_clean: bool
    exit_code: int | None = None
    ended_at: datetime | None = None
    life: str = ""


@dataclass
class Truth:
    """Every scanner that ever ran, in order."""

    runs: list[ScannerRun] = field(default_factory=list)

    def of_group(self, group: str) -> list[ScannerRun]:
        """The runs in one container group; several where Azure moved it."""
        return [run for run in self.runs if run.group == group]

    def of_image(self, name: str) -> list[ScannerRun]:
        """The runs on one image."""
        return [run for run in self.runs if run.image.name == name]
