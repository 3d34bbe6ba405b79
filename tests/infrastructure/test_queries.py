"""Every Kusto query is read by Microsoft's parser, and looks for what the app really says."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from imagescan.telemetry import COMPONENT, Signal
from local.azurite.node import find_node
from tests.infrastructure import checks
from tests.infrastructure.compiler import INFRASTRUCTURE, ROOT, Resource, needs_bicep

KUSTO = Path(__file__).with_name("kusto")
FILES = {path.stem: path.read_text() for path in (INFRASTRUCTURE / "queries").glob("*.kql")}
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *INFRASTRUCTURE.glob("*.md")]
RULE = "Microsoft.Insights/scheduledQueryRules"
needs_parser = pytest.mark.skipif(
    not (KUSTO / "node_modules").exists(), reason="no Kusto parser here: `make setup` installs it"
)


def said_of(queries: dict[str, str]) -> dict[str, list[str]]:
    """What the parser says of each query."""
    done = subprocess.run(
        [*find_node().node, KUSTO / "check.js"],
        input=json.dumps(queries), capture_output=True, text=True, check=True,
    )  # fmt: skip
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


def of_documents() -> dict[str, str]:
    """Queries in documents: blocks of kusto, and what commands are given to ask; so in scripts."""
    found: dict[str, str] = {}
    for path in [*DOCUMENTS, *INFRASTRUCTURE.glob("*.sh")]:
        text = path.read_text()
        blocks = re.findall(r"```kusto\n(.*?)```", text, re.DOTALL)
        asked = re.findall(r'(?:--analytics-query |query=)"([^"]+)"', text)
        found |= {f"{path.name} {number}": one for number, one in enumerate([*blocks, *asked])}
    return found


FAULTS = {
    "a comparison without its end": "traces | where message ==",
    "a column that is none": "traces | where customDimension.Component == 'QScannerACI'",
    "a table that is none": "trace | take 10",
    "a function that is none": "traces | summarize amount() by message",
}


@needs_parser
def test_every_query_is_understood_and_every_fault_is_found() -> None:
    """All in one call, for the parser takes a second to start."""
    queries = FILES | of_documents()
    assert {"operations.md 0", "verify.sh 0"} <= set(queries)

    said = said_of(queries | FAULTS)

    assert {name: said[name] for name in queries if said[name]} == {}
    assert [name for name in FAULTS if not said[name]] == []


@needs_bicep
@pytest.mark.xdist_group("bicep")
def test_alert_rules_and_workbook_ask_what_is_parsed(main: list[Resource]) -> None:
    """No query stands in a template by itself."""
    rules = [
        one["properties"]["criteria"]["allOf"][0]["query"] for one in checks.of_type(main, RULE)
    ]
    workbook = checks.only(main, "Microsoft.Insights/workbooks")["properties"]["serializedData"]
    charts = [item["content"]["query"] for item in json.loads(workbook)["items"]]

    assert len(rules) > 3
    assert len(charts) > 3
    assert set(rules) | set(charts) == set(FILES.values())


@needs_bicep
@pytest.mark.xdist_group("bicep")
def test_what_must_not_go_unnoticed_wakes_somebody(
    main: list[Resource], watch: list[Resource]
) -> None:
    """Each rule fires on what it is named for; silence is found by a count below one."""
    rules = {
        one["name"]: (criterion["operator"], criterion["threshold"], named)
        for one in checks.of_type(main, RULE)
        for criterion in one["properties"]["criteria"]["allOf"]
        for named in re.findall(r"Signal == '(\w+)'", criterion["query"])
    }

    assert rules == {
        "imagescan-failed-scans": ("GreaterThan", 0, Signal.SCAN_FAILED),
        "imagescan-groups-not-gone": ("GreaterThan", 0, Signal.CLEANUP_PENDING),
        "imagescan-reaper-silent": ("LessThan", 1, Signal.REAPER_LOOKED),
        "imagescan-orchestrations-pending": ("GreaterThan", 0, Signal.ORCHESTRATIONS_PENDING),
        "imagescan-access-token-expires": ("GreaterThan", 0, Signal.ACCESS_TOKEN_EXPIRES),
    }
    topics = {
        one["id"].partition("/eventSubscriptions/")[0]
        for one in checks.of_type(watch, "Microsoft.EventGrid/systemTopics/eventSubscriptions")
    }
    metrics = checks.of_type(watch, "Microsoft.Insights/metricAlerts")
    assert {scope for one in metrics for scope in one["properties"]["scopes"]} == topics


def test_queries_and_app_agree_on_names() -> None:
    """A signal that nobody sends, or that nobody waits for, would never be noticed."""
    queries = "\n".join(FILES.values())

    assert set(re.findall(r"Signal == '(\w+)'", queries)) == {one.value for one in Signal}
    assert set(re.findall(r"Component == '(\w+)'", queries)) == {COMPONENT}
