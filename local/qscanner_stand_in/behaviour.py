"""What the stand-in was told of an image: how a scan of it goes, and what it finds.

It stands in a private JSON file, an object from image to behaviour, which the environment variable
QSCANNER_STAND_IN_FILE names; without the variable nothing is told. All keys are optional:

    findings                how many, or a list of objects (qid, title, severity 1-5 or a word,
                            cves, type, package, installedVersion, fixedVersion, path, layer), or
                            counts by word: {"critical": 1, "low": 2}. Default: a few, by the
                            image's digest, or its name where nothing is pulled
    seconds                 how long the scan takes; default 2
    exitCode                how it ends; default 0. See exit_codes for what each leaves
    scansPerformed          {"pkg": "FAILED"}: what the inventory says of a scan type; SUCCESS,
                            FAILED, or PARTIAL (success with PartialScanInfo)
    os                      the operating system's name; null: not recognised
    packages                how many packages the inventory lists; default 12
    noReport, noInventory   true: those files are not written
    reportSecondsAfterExit  the SARIF report is still being written for so long after the scanner
                            has ended, and is whole only then
    reportBytes             the SARIF report stops after so many bytes, and stays like that
    reportPaddingBytes      the SARIF report holds so many random bytes besides (as base64)
    console                 lines that it says besides, before its files are written
    layerCommands           what the SARIF report says of how the image's layers were made
    tellsEnvironment        true: it says its own environment on the console, as a program that is
                            looked into does, and the SARIF report holds it (`invocations`)
    proof, indent           of the legacy document, for which the two before count too: it also
                            tells how the scan went, as the inventory does; it is written in lines
                            with so many spaces. By default in one line, and without
    oom                     true: killed (137) at the end of `seconds`, with no file written
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FILE_VARIABLE = "QSCANNER_STAND_IN_FILE"
DOCKER_HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
Behaviour = Mapping[str, Any]


def write(file: Path, behaviours: Mapping[str, Behaviour]) -> None:
    """Replace the file, whole or not at all; only its owner may read it."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(behaviours, out)
    fresh.replace(file)


def read_all(file: Path) -> dict[str, Behaviour]:
    """Everything told; nothing where there is no file yet."""
    told: dict[str, Behaviour] = json.loads(file.read_text()) if file.exists() else {}
    return told


def read(environment: Mapping[str, str], image: str, tagged: Sequence[str] = ()) -> Behaviour:
    """What was told of an image in any spelling; a digest beside a tag may be left out.

    What was told of one of the names `tagged`, which stand for the image too, counts where nothing
    was told of itself.
    """
    file = environment.get(FILE_VARIABLE)
    told = read_all(Path(file)) if file else {}
    name, _, digest = image.partition("@")
    names = [normal_name(image), *([normal_name(name)] if digest else []), *tagged]
    return next((told[one] for one in names if told.get(one)), {})


def normal_name(image: str) -> str:
    """One spelling for all: `nginx:1.27` is `docker.io/library/nginx:1.27`; no tag is `latest`."""
    name, at, digest = image.partition("@")
    first, slash, rest = name.partition("/")
    has_registry = slash and ("." in first or ":" in first or first == "localhost")
    registry, repository = (first, rest) if has_registry else ("docker.io", name)
    if registry in DOCKER_HUB:
        registry = "docker.io"
        repository = repository if "/" in repository else f"library/{repository}"
    if not at and ":" not in repository.rpartition("/")[2]:
        repository += ":latest"
    return f"{registry}/{repository}{at}{digest}"
