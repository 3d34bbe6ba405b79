"""A vulnerability report, whichever of the scanner's formats it is in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from imagescan.report.findings import Counts, Finding, FindingType, count, merge
from imagescan.report.inventory import Inventory
from imagescan.report.qscanner_json import read_qscanner_json
from imagescan.report.reading import pick, read_json
from imagescan.report.sarif import read_sarif


@dataclass(frozen=True)
class Report:
    """The findings, each once, the most severe first."""

    findings: tuple[Finding, ...]

    @property
    def counts(self) -> Counts:
        """How many of each severity."""
        return count(self.findings)

    def with_secrets_of(self, inventory: Inventory | None) -> Self:
        """The same with the inventory's found secrets, where the report itself tells of none."""
        tells_secrets = any(finding.type is FindingType.SECRET for finding in self.findings)
        if inventory is None or tells_secrets:
            return self
        return replace(self, findings=merge([*self.findings, *inventory.secrets]))


def parse_report(document: bytes) -> Report:
    """Parse SARIF or qscanner's JSON, told apart by content.

    Raises `ReportError`, and nothing else, for what cannot be trusted: a document that holds no
    place for results is an error and not a report without findings.
    """
    return report_of(read_json(document, "report"))


def report_of(data: Mapping[str, Any]) -> Report:
    """See `parse_report`; `data` is the document's object as `read_json` gives it."""
    is_sarif = pick(data, "runs") is not None
    return Report(merge(read_sarif(data) if is_sarif else read_qscanner_json(data)))
