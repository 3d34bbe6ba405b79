"""qscanner's SARIF report. Keys as read by qualys-jenkins' SarifParser.java and the ADO task."""

from collections.abc import Iterator, Mapping
from typing import Any

from imagescan.errors import ReportError
from imagescan.report.findings import Finding, FindingType
from imagescan.report.reading import cves, number, objects, pick, severity, text, title

_BY_LEVEL = {"error": 5, "warning": 3, "note": 2}
_BY_RULE_NAME = {
    "secret": FindingType.SECRET,
    "malware": FindingType.MALWARE,
    "compliance": FindingType.COMPLIANCE,
    "iacmisconfiguration": FindingType.COMPLIANCE,
}


def read_sarif(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every finding of every run; raises `ReportError` where there is nothing to find them in."""
    runs = document.get("runs")
    if not isinstance(runs, list) or not runs:
        raise ReportError("The SARIF report has no runs.")
    for index, run in enumerate(runs):
        results = run.get("results") if isinstance(run, Mapping) else None
        if not isinstance(results, list):
            raise ReportError(f"runs[{index}] of the SARIF report has no results.")
        rules = _rules(run)
        for place, result in enumerate(results):
            if not isinstance(result, Mapping):
                raise ReportError(f"runs[{index}].results[{place}] is no object.")
            yield from _findings(result, _rule(result, rules))


def _rules(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(objects(pick(pick(run.get("tool"), "driver"), "rules")))


def _rule(result: Mapping[str, Any], rules: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The result's rule by its id, else by its index, else nothing."""
    rule_id, index = result.get("ruleId"), result.get("ruleIndex")
    for rule in rules:
        if rule_id is not None and rule.get("id") == rule_id:
            return rule
    if isinstance(index, int) and 0 <= index < len(rules):
        return rules[index]
    return {}


def _findings(result: Mapping[str, Any], rule: Mapping[str, Any]) -> Iterator[Finding]:
    """One result (a QID) stands for one finding per package that it concerns."""
    properties, of_rule = result.get("properties"), rule.get("properties")
    kind = _type(result, rule)
    path, line = _location(result)
    base = Finding(
        title=_title(result, rule, kind),
        severity=_severity(result, rule),
        type=kind,
        qid=_qid(result),
        cves=cves(pick(properties, "cves", "cve-ids") or pick(of_rule, "cve-ids", "cves")),
        path=path,
        line=line,
    )
    software = list(objects(pick(properties, "vulnerableSoftware", "software")))
    for package in software or [properties if isinstance(properties, Mapping) else {}]:
        yield _of_package(base, package)


def _of_package(base: Finding, package: Mapping[str, Any]) -> Finding:
    return Finding(
        title=base.title,
        severity=base.severity,
        type=base.type,
        qid=base.qid,
        cves=base.cves,
        package=text(pick(package, "name", "packageName")),
        installed_version=text(pick(package, "installedVersion", "version")),
        fixed_version=text(pick(package, "fixedVersion", "fixVersion")),
        path=text(pick(package, "packagePath", "path")) or base.path,
        line=base.line,
        layer=text(pick(package, "layerSHA")),
    )


def _type(result: Mapping[str, Any], rule: Mapping[str, Any]) -> FindingType:
    name = text(rule.get("name")) or text(result.get("ruleId")) or ""
    return _BY_RULE_NAME.get(name.lower(), FindingType.VULNERABILITY)


def _title(result: Mapping[str, Any], rule: Mapping[str, Any], kind: FindingType) -> str:
    """The rule's description; a secret's message may hold the secret and is never used."""
    described = title(pick(rule.get("shortDescription"), "text"))
    told = None if kind is FindingType.SECRET else title(pick(result.get("message"), "text"))
    return described or told or title(result.get("ruleId")) or kind.value


def _qid(result: Mapping[str, Any]) -> int | None:
    """From the properties first: the form of ruleId is not settled (bare, QID-n, or a CVE)."""
    rule_id = text(result.get("ruleId")) or ""
    return number(pick(result.get("properties"), "QID")) or number(
        rule_id.upper().removeprefix("QID-")
    )


def _severity(result: Mapping[str, Any], rule: Mapping[str, Any]) -> int:
    level = pick(result, "level") or pick(rule.get("defaultConfiguration"), "level")
    return severity(
        pick(result.get("properties"), "severity", "customerSeverity"),
        pick(rule.get("properties"), "severity", "customerSeverity"),
    ) or _BY_LEVEL.get(str(level), 1)


def _location(result: Mapping[str, Any]) -> tuple[str | None, int | None]:
    for location in objects(result.get("locations")):
        place = pick(location, "physicalLocation")
        uri = text(pick(pick(place, "artifactLocation"), "uri"))
        if uri:
            return uri, number(pick(pick(place, "region"), "startLine"))
    return None, None
