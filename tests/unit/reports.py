"""Documents of the scanner for tests, and what JSON may hold instead."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

FIXTURES = Path(__file__).parents[1] / "fixtures"  # shape-true, not captured

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 7)
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["SUCCESS", "FAILED", "secret", "pkg", "CVE-2021-44228", "\ud800", "5"])
)
# fmt: off
NAMES = st.sampled_from([
    "runs", "results", "tool", "driver", "rules", "id", "name", "ruleId", "ruleIndex",
    "level", "kind", "message", "text", "locations", "physicalLocation", "artifactLocation",
    "uri", "region", "startLine", "snippet", "properties", "QID", "severity", "cves",
    "cve-ids", "vulnerableSoftware", "installedVersion", "fixedVersion", "layerSHA",
    "shortDescription", "Vulnerabilities", "VulnerabilityReport", "details", "Inventory",
    "Misconfigurations", "SecretResults", "Secrets", "Details", "Match", "ScansPerformed",
    "ScanType", "Status", "PartialScanInfo", "OSResults", "SCAResults", "Packages",
    "Target", "Metadata", "Software", "Title", "Qid", "Severity",
])
# fmt: on
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=20,
)


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def encode(document: Any) -> bytes:
    return json.dumps(document).encode()


def sarif(*results: Any, rules: Any = ()) -> bytes:
    run = {"tool": {"driver": {"name": "QScanner", "rules": list(rules)}}, "results": list(results)}
    return encode({"version": "2.1.0", "runs": [run]})
