"""Never a secret out: nothing that is kept, logged or told holds the token or a found secret."""

import gzip
import json
from collections.abc import Iterator

from local.qscanner_stand_in.inventory import PLANTED_SECRET
from tests.leaks.spellings import spellings
from tests.simulation.checker.evidence import Evidence

LARGEST_PAYLOAD_CHARACTERS = 8000


def no_secret_is_kept_or_told(evidence: Evidence) -> Iterator[str]:
    """Each place is searched for each secret, or half of one, also as base64."""
    run = evidence.run
    secrets = {"the access token": run.settings.qualys.access_token, "a found one": PLANTED_SECRET}
    needles = {name: spellings(secret) for name, secret in secrets.items()}
    for place, text in _places(evidence):
        content = text.encode()
        for name, spelled in needles.items():
            if any(needle in content for needle in spelled):
                yield f"{name} stands in {place}"


def history_stays_small(evidence: Evidence) -> Iterator[str]:
    """Reports and logs never cross the orchestrator."""
    for name, text in evidence.run.durable.payloads():
        if len(text) > LARGEST_PAYLOAD_CHARACTERS:
            yield f"{len(text)} characters of {name}: {text[:80]}"


def _places(evidence: Evidence) -> Iterator[tuple[str, str]]:
    run = evidence.run
    yield "the history of the orchestrations", run.durable.everything()
    yield "the log", "\n".join(run.logs.lines)
    yield "HTTP replies", json.dumps([[name, reply.body] for name, reply in run.http.replies])
    yield "a notification", json.dumps(run.notifier.sent)
    yield "the emulator's books", json.dumps(evidence.books)
    yield "plain fields of container groups", json.dumps(run.plain_bodies())
    for name, table in run.tables.items():
        yield f"the table {name}", str(list(table.rows._rows.values()))
    for name, content in run.blobs.kept.content.items():
        yield f"the blob {name}", gzip.decompress(content).decode()


CHECKS = (no_secret_is_kept_or_told, history_stays_small)
