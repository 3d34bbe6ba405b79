"""What a pipeline is told of a scan: never 0 for an image that was not scanned whole. Pure.

Whatever is missing, of an unknown kind or contradicts itself counts as not scanned.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.exit_codes import SEVERITIES, ExitCode
from cli.plain_text import counted


@dataclass(frozen=True)
class Judgement:
    """How the command ends, and why in a sentence."""

    exit_code: ExitCode
    sentence: str


def judge_scan(scan: Mapping[str, Any], fail_on: str | None) -> Judgement:
    """Whether a scan has completed, and found nothing of this severity or worse."""
    if not is_whole(scan):
        return _incomplete(f"The image is not known to be clean: {_why(scan)}.")
    counts, verdict = read_counts(scan.get("counts")), scan.get("verdict")
    if counts is None or verdict != ("vulnerable" if counts["total"] else "clean"):
        return _incomplete("The image is not known to be clean: what was found is not told.")
    return _judge_counts(counts, fail_on)


def is_whole(scan: Mapping[str, Any]) -> bool:
    """Whether an image was scanned: by this scan, or by the one that it joined."""
    status = scan.get("status")
    return status == "completed" or (
        status == "skipped" and scan.get("joinedStatus") == "completed"
    )


def read_counts(counts: Any) -> dict[str, int] | None:
    """How many of each severity; None for what is not whole, or does not add up."""
    if not isinstance(counts, Mapping):
        return None
    numbers = {name: counts.get(name) for name in (*SEVERITIES, "total")}
    if not _are_numbers(numbers.values()):
        return None
    whole = {name: int(number) for name, number in numbers.items() if number is not None}
    return whole if sum(whole[name] for name in SEVERITIES) == whole["total"] else None


def judge_rescan(rescan: Mapping[str, Any], fail_on: str | None) -> Judgement:
    """Whether every image of a rescan has a result, and nothing of this severity was found.

    What was found for certain trips the gate, even where other images have no result.
    """
    status, problem = rescan.get("status"), rescan.get("problem")
    if status != "completed":
        return _incomplete(f"The rescan is {status}{f': {problem}' if problem else '.'}")
    if rescan.get("dryRun") is True and fail_on is None:
        return Judgement(ExitCode.FINE, "Nothing was scanned: this was a dry run.")
    found = read_counts(rescan.get("found"))
    tripped = _judge_counts(found, fail_on) if found else None
    if tripped and tripped.exit_code is ExitCode.GATE_TRIPPED:
        return tripped
    total, known = rescan.get("total"), scanned_whole(rescan)
    if known is None or known != total:
        return _incomplete(f"Of {total} images only {known or 0} have a result.")
    if total == 0 and rescan.get("found") is None:
        return Judgement(ExitCode.FINE, "No image runs there: there was nothing to scan.")
    if tripped is None:
        return _incomplete("What was found in the images is not told.")
    return tripped


def scanned_whole(rescan: Mapping[str, Any]) -> int | None:
    """How many images of a rescan were; None where the numbers do not fit each other."""
    counts, fresh = rescan.get("counts"), rescan.get("skippedAsFresh")
    if not isinstance(counts, Mapping) or not _are_numbers([*counts.values(), fresh]):
        return None
    if sum(counts.values()) != rescan.get("total") or fresh > counts.get("skipped", 0):
        return None
    return int(counts.get("completed", 0) + fresh)


def judge_coverage(images: Sequence[Mapping[str, Any]], unlisted: Sequence[Any]) -> Judgement:
    """Whether all that runs was scanned some time."""
    unscanned = sum(1 for one in images if one.get("isScanned") is not True)
    if unscanned:
        all_of_them = counted(len(images), "image")
        sentence = f"The gate tripped: {unscanned} of {all_of_them} never scanned."
        return Judgement(ExitCode.GATE_TRIPPED, sentence)
    if unlisted:
        return _incomplete("Azure did not list all that runs.")
    return Judgement(ExitCode.FINE, f"All that runs was scanned: {counted(len(images), 'image')}.")


def _are_numbers(values: Iterable[Any]) -> bool:
    return all(type(one) is int and one >= 0 for one in values)


def _judge_counts(counts: Mapping[str, int], fail_on: str | None) -> Judgement:
    if fail_on is None:
        return Judgement(ExitCode.FINE, "Scanned whole.")
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    found = [f"{counts[name]} {name}" for name in bad if counts[name]]
    if found:
        return Judgement(ExitCode.GATE_TRIPPED, f"The gate tripped: {', '.join(found)}.")
    return Judgement(ExitCode.FINE, f"Scanned whole; nothing {' or '.join(bad)} was found.")


def _incomplete(sentence: str) -> Judgement:
    return Judgement(ExitCode.INCOMPLETE, sentence)


def _why(scan: Mapping[str, Any]) -> str:
    reason = scan.get("reason")
    why = f" ({reason.get('code')})" if isinstance(reason, Mapping) else ""
    joined = scan.get("joinedStatus")
    return f"the scan is {scan.get('status')}{f', as one that {joined}' if joined else ''}{why}"
