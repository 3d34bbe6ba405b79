"""The packages that one finding of the scanner concerns, in every spelling that is known."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from imagescan.report.findings import Finding
from imagescan.report.reading import objects, pick, text


def for_each_package(finding: Finding, item: object) -> Iterator[Finding]:
    """The finding once per package in the item's list, else once with the item's own fields.

    Lists: vulnerableSoftware (SARIF), Software, Softwares (JSON). Own fields: packageName and
    those beside it (Qualys' Azure DevOps and GitLab tasks).
    """
    listed = list(objects(pick(item, "vulnerableSoftware", "software", "softwares")))
    for package in listed:
        yield _in(finding, package, text(pick(package, "name", "packageName")))
    if not listed:
        own = item if isinstance(item, Mapping) else {}
        yield _in(finding, own, text(pick(own, "packageName", "package")))


def _in(finding: Finding, package: Mapping[str, Any], name: str | None) -> Finding:
    return replace(
        finding,
        package=name,
        installed_version=text(pick(package, "installedVersion", "version")),
        fixed_version=text(pick(package, "fixedVersion", "fixVersion")),
        path=text(pick(package, "packagePath", "path")) or finding.path,
        layer=text(pick(package, "layerSHA")),
    )
