"""Broken variants that let a secret out, or a report into the history."""

import gzip
import json
import logging
from typing import Any

from imagescan.bootstrap import App
from imagescan.container_group.body import build_body
from tests.simulation.checker import secrets
from tests.simulation.endings import out_of_memory
from tests.simulation.mutants.mutant import CRUDE, SUBTLE, mutant
from tests.simulation.mutants.plans import LEAKY, ONE_SCAN, VULNERABLE, ask, world

ONE_FOUND_SECRET = world(ask(10, LEAKY))


@mutant(
    "activities.container_groups._ask_for_group",
    invariant=5, kind=CRUDE, seen_by=secrets.no_secret_is_kept_or_told, plan=ONE_SCAN,
)  # fmt: skip
def the_token_stands_in_a_log(real: Any, app: App, attempt: Any, now: Any) -> Any:
    logging.getLogger("mutant").info("PUT %s", build_body(attempt, app.settings, now))
    return real(app, attempt, now)


@mutant(
    "activities.results.keep",
    invariant=5, kind=CRUDE, seen_by=secrets.no_secret_is_kept_or_told, plan=ONE_FOUND_SECRET,
)  # fmt: skip
def the_raw_report_is_stored(_: Any, documents: dict[str, bytes], __: Any) -> bytes:
    kept = {name: json.loads(content) for name, content in documents.items()}
    return gzip.compress(json.dumps(kept).encode())


@mutant(
    "imagescan.report.redaction._without_value",
    invariant=5, kind=SUBTLE, seen_by=secrets.no_secret_is_kept_or_told, plan=ONE_FOUND_SECRET,
)  # fmt: skip
def only_known_secrets_are_taken_out(_: Any, __: Any, result: Any) -> Any:
    return result


@mutant(
    "imagescan.report.console.redact_text",
    invariant=5, kind=SUBTLE, seen_by=secrets.no_secret_is_kept_or_told,
    plan=world(ask(10, VULNERABLE), ending=out_of_memory),
)  # fmt: skip
def last_words_are_kept_as_they_are(_: Any, text: str, __: Any) -> str:
    return text


@mutant(
    "activities.container_groups.build_body",
    invariant=5, kind=SUBTLE, seen_by=secrets.no_secret_is_kept_or_told, plan=ONE_SCAN,
)  # fmt: skip
def the_token_is_a_plain_variable(real: Any, *args: Any) -> Any:
    return json.loads(json.dumps(real(*args)).replace('"secureValue"', '"value"'))


@mutant(
    "activities.results.collect",
    invariant=5, kind=CRUDE, seen_by=secrets.history_stays_small, plan=ONE_SCAN,
)  # fmt: skip
def the_report_goes_through_the_history(real: Any, app: App, attempt: Any, *args: Any) -> Any:
    collected = real(app, attempt, *args)
    kept = app.blobs.get(f"{attempt.scan_id}/{attempt.number}.json.gz")
    return {**collected, "report": gzip.decompress(kept).decode() if kept else None}
