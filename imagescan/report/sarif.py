"""qscanner's SARIF report. Keys as read by qualys-jenkins' SarifParser.java and the ADO task."""

from collections.abc import Iterator, Mapping
from typing import Any

from imagescan.errors import ReportError
from imagescan.report.findings import Finding, FindingType
from imagescan.report.packages import for_each_package
from imagescan.report.reading import (
    cves,
    is_list,
    number,
    objects,
    pick,
    qid,
    severity,
    text,
    title,
)
from imagescan.report.rules import Rule, read_rules

_BY_LEVEL = {"error": 5, "warning": 3, "note": 2}
_BY_RULE_NAME = {
    "secret": FindingType.SECRET,
    "malware": FindingType.MALWARE,
    "compliance": FindingType.COMPLIANCE,
    "iacmisconfiguration": FindingType.COMPLIANCE,
}
# SARIF 2.1.0, 3.27.9: results of these kinds say that nothing is wrong.
_NO_FINDING = frozenset({"pass", "notapplicable"})


def read_sarif(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every finding of every run; raises `ReportError` where there is nothing to find them in."""
    runs = pick(document, "runs")
    if not isinstance(runs, list) or not runs:
        raise ReportError("The SARIF report has no runs.")
    for index, run in enumerate(runs):
        results = pick(run, "results")
        if not is_list(results):
            raise ReportError(f"runs[{index}] of the SARIF report has no results.")
        rules = read_rules(run)
        for place, result in enumerate(results):
            if not isinstance(result, Mapping):
                raise ReportError(f"runs[{index}].results[{place}] is no object.")
            yield from _findings(result, rules.of(result))


def _findings(result: Mapping[str, Any], rule: Rule) -> Iterator[Finding]:
    """One result (a QID) stands for one finding per package that it concerns."""
    if str(pick(result, "kind")).lower() in _NO_FINDING:
        return
    properties = pick(result, "properties")
    kind = type_of(result, rule)
    path, line = _location(result)
    finding = Finding(
        title=_title(result, rule, kind),
        severity=_severity(result, rule),
        type=kind,
        qid=_qid(result),
        cves=_cves(result, rule),
        path=path,
        line=line,
    )
    yield from for_each_package(finding, properties)


def type_of(result: Mapping[str, Any], rule: Rule) -> FindingType:
    """The rule's name tells the type; where there is no rule, the result itself may."""
    told = (pick(pick(result, "properties"), "type"), pick(result, "ruleId"))
    names = [rule.name, *((text(name) or "").lower() for name in told)]
    known = (_BY_RULE_NAME[name] for name in names if name in _BY_RULE_NAME)
    return next(known, FindingType.VULNERABILITY)


def _title(result: Mapping[str, Any], rule: Rule, kind: FindingType) -> str:
    """The rule's description; a secret's message may hold the secret and is never used."""
    told = None if kind is FindingType.SECRET else title(pick(pick(result, "message"), "text"))
    return rule.description or told or title(pick(result, "ruleId")) or kind.value


def _qid(result: Mapping[str, Any]) -> int | None:
    """From the properties first: the form of ruleId is not settled (bare, QID-n, or a CVE)."""
    rule_id = text(pick(result, "ruleId")) or ""
    return qid(pick(pick(result, "properties"), "QID")) or qid(rule_id.upper().removeprefix("QID-"))


def _cves(result: Mapping[str, Any], rule: Rule) -> tuple[str, ...]:
    own = cves(pick(pick(result, "properties"), "cves", "cve-ids"))
    return own or rule.cves or cves(pick(result, "ruleId"))


def _severity(result: Mapping[str, Any], rule: Rule) -> int:
    """The result's, else its rule's, else what the level stands for (its error is never high)."""
    own = severity(pick(pick(result, "properties"), "severity", "customerSeverity"))
    level = text(pick(result, "level")) or rule.level or ""
    return own or rule.severity or _BY_LEVEL.get(level.lower(), 1)


def _location(result: Mapping[str, Any]) -> tuple[str | None, int | None]:
    for location in objects(pick(result, "locations")):
        place = pick(location, "physicalLocation")
        uri = text(pick(pick(place, "artifactLocation"), "uri"))
        if uri:
            return uri, number(pick(pick(place, "region"), "startLine"))
    return None, None
