"""The rules of a SARIF run, as far as findings take something from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from imagescan.errors import ReportError
from imagescan.report.reading import cves, number, objects, pick, severity, text, title

MOST_RULES = 250_000  # more than Qualys knows vulnerabilities


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, in a fraction of the memory that it takes as JSON."""

    name: str = ""
    description: str | None = None
    severity: int | None = None
    level: str | None = None
    cves: tuple[str, ...] = ()

    @classmethod
    def read(cls, rule: Mapping[str, Any]) -> Self:
        """Of whatever a rule holds, what is of the expected type."""
        properties = pick(rule, "properties")
        return cls(
            name=(text(pick(rule, "name")) or "").lower(),
            description=title(pick(pick(rule, "shortDescription"), "text")),
            severity=severity(pick(properties, "severity"), pick(properties, "customerSeverity")),
            level=text(pick(pick(rule, "defaultConfiguration"), "level")),
            cves=cves(pick(properties, "cve-ids", "cves")),
        )


_NONE = Rule()


@dataclass(frozen=True)
class Rules:
    """A run's rules, found in constant time: reports hold tens of thousands of both."""

    by_id: Mapping[str, Rule]
    in_order: Sequence[Rule]

    def of(self, result: Mapping[str, Any]) -> Rule:
        """The result's rule by its id, else by its index, else one that says nothing."""
        rule_id, index = text(pick(result, "ruleId")), number(pick(result, "ruleIndex"))
        if rule_id is not None and rule_id in self.by_id:
            return self.by_id[rule_id]
        if index is not None and 0 <= index < len(self.in_order):
            return self.in_order[index]
        return _NONE


def read_rules(run: object) -> Rules:
    """The rules of a run; of several with one id the first."""
    return _read(objects(pick(pick(pick(run, "tool"), "driver"), "rules")))


def _read(rules: Iterable[Mapping[str, Any]]) -> Rules:
    by_id: dict[str, Rule] = {}
    in_order: list[Rule] = []
    for rule in rules:
        if len(in_order) >= MOST_RULES:
            raise ReportError("The SARIF report has too many rules.")
        in_order.append(Rule.read(rule))
        if rule_id := text(pick(rule, "id")):
            by_id.setdefault(rule_id, in_order[-1])
    return Rules(by_id, in_order)
