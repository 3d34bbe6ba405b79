"""`<hash>-Report.sarif.json`, with the keys that qualys-jenkins' SarifParser reads.

A rule for each QID, a result for each QID and place, and in it every package that it concerns.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from local.qscanner_stand_in.findings import Finding
from local.qscanner_stand_in.inventory import PLANTED_SECRET, VERSION
from local.qscanner_stand_in.pull import Pulled

# A rule's name tells what kind of finding it is (cnapp-demo, annotate.js); malware's is not known.
RULE_NAMES = {"secret": "Secret", "compliance": "Compliance", "malware": "Malware"}
# error stands for high and critical alike (cnapp-demo).
LEVELS = {5: "error", 4: "error", 3: "warning", 2: "note", 1: "none"}


def sarif(
    image: str, os_name: str | None, found: Sequence[Finding], pulled: Pulled | None = None
) -> dict[str, Any]:
    """The whole report; it names digest and layers of an image that was pulled."""
    rules = {_rule_key(one): _rule(one) for one in found}
    driver = {"name": "QScanner", "version": VERSION, "rules": list(rules.values())}
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "artifacts": [{"location": {"uri": image}, "properties": {"osName": os_name}}],
        "results": [_result(list(same)) for _, same in groupby(found, key=_result_key)],
        "properties": {"imageName": image, "os": os_name, "repoTags": [image]},
    }
    if pulled:
        layers = [{"LayerContentHash": layer, "Command": ""} for layer in pulled.layers]
        run["properties"] |= {"imageDigest": pulled.digest, "layerInfo": layers}
    return {"version": "2.1.0", "runs": [run]}


def _rule_key(one: Finding) -> tuple[Any, ...]:
    return one.qid, one.type, one.title, one.severity, one.cves


def _result_key(one: Finding) -> tuple[Any, ...]:
    """What is the same for all packages of a result; without a package each is its own."""
    return *_rule_key(one), one.path, one.package is None and id(one)


def _rule_id(one: Finding) -> str:
    return str(one.qid)


def _rule(one: Finding) -> dict[str, Any]:
    return {
        "id": _rule_id(one),
        "name": RULE_NAMES.get(one.type, "Vulnerability"),
        "shortDescription": {"text": one.title},
        "help": {"text": f"See QID {one.qid}."},
        "defaultConfiguration": {"level": LEVELS[one.severity]},
        "properties": {
            "severity": one.severity,
            "cve-ids": list(one.cves),
            "qds": str(one.severity * 20),
        },
    }


def _result(same: list[Finding]) -> dict[str, Any]:
    one = same[0]
    message = f"Found {PLANTED_SECRET}" if one.type == "secret" else one.title
    result: dict[str, Any] = {
        "ruleId": _rule_id(one),
        "level": LEVELS[one.severity],
        "message": {"text": message},
        "properties": {"QID": one.qid, "severity": one.severity, "cve-ids": list(one.cves)},
    }
    if one.path:
        place = {"artifactLocation": {"uri": one.path}, "region": {"startLine": 1, "endLine": 1}}
        result["locations"] = [{"physicalLocation": place}]
    if one.package is not None:
        result["properties"]["vulnerableSoftware"] = [_software(each) for each in same]
    return result


def _software(one: Finding) -> Mapping[str, Any]:
    told = {
        "name": one.package,
        "installedVersion": one.installed_version,
        "fixedVersion": one.fixed_version,
        "layerSHA": one.layer,
    }
    return {key: value for key, value in told.items() if value is not None}
