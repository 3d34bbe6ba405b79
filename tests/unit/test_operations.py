"""docs/operations.md: its table of reasons is whole, and its sums are right."""

import math
import re
from pathlib import Path

from imagescan.scan.reasons import ReasonCode

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text()
CORE_USD_PER_SECOND, GB_USD_PER_SECOND = 0.00001125, 0.00000124


def chapter(name: str) -> str:
    """What stands below a heading, up to the next one of its kind."""
    return OPERATIONS.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def test_troubleshooting_has_every_reason_once() -> None:
    """A reason that is missing there is one that nobody knows what to do about."""
    told = re.findall(r"^\| `(\w+)` \|", chapter("Troubleshooting"), re.MULTILINE)

    assert sorted(told) == sorted(code.value for code in ReasonCode)


def test_the_table_of_costs_is_price_times_seconds() -> None:
    """The predecessor's was not."""
    table = chapter("Costs").partition("| until SCAN_TIMEOUT")[0].rpartition("\n")[2]
    columns = [*map(int, re.findall(r"(\d+) s", table)), 1800]
    rows = re.findall(r"^\| (\d) cores?, (\d) GB .*$", chapter("Costs"), re.MULTILINE)
    assert len(rows) == 2
    for cores, memory_gb in rows:
        row = next(
            re.finditer(rf"^\| {cores} cores?, {memory_gb} GB .*$", OPERATIONS, re.MULTILINE)
        )
        per_second, *told = map(float, re.findall(r"\$(\d+\.\d+)", row[0]))
        usd = int(cores) * CORE_USD_PER_SECOND + int(memory_gb) * GB_USD_PER_SECOND

        assert per_second == round(usd, 8)
        assert told == [round(usd * seconds, 4) for seconds in columns]


def test_every_sum_that_is_written_out_is_right() -> None:
    """What stands before an equals sign and an amount: products, and sums of them."""
    plain = OPERATIONS.replace("**", "").replace("$", "").replace("\N{MULTIPLICATION SIGN}", "*")
    sums = re.findall(r"((?:[\d.,]+ [*+] )+[\d.,]+) = ([\d.,]*\d)", plain.replace("\n", " "))

    wrong = [
        (left, right)
        for left, right in sums
        if round(worked_out(left), len(right.partition(".")[2])) != worked_out(right)
    ]
    assert len(sums) > 5
    assert wrong == []


def worked_out(text: str) -> float:
    """A sum of products."""
    terms = text.replace(",", "").split(" + ")
    return sum(math.prod(float(factor) for factor in term.split(" * ")) for term in terms)
