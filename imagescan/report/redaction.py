"""Takes secrets out of what is kept: those that the scanner found, and the app's own."""

import json
import re
from collections.abc import Sequence
from typing import Any

from imagescan.report.reading import objects, pick, read_json

REDACTED = "[redacted]"
# Where scanners put a found secret's value, in any case.
_SECRET_FIELDS = frozenset({"match", "snippet", "secret", "rawmatch", "contextregion"})
_TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")
_AUTHORIZATION = re.compile(r"(?i)\b(authorization\s*[:=]\s*)(bearer|basic)?\s*\S+")
_URL_CREDENTIALS = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)[^\s/@:]{1,200}:[^\s/@]{1,500}@")


def redact(document: bytes, known_secrets: Sequence[str]) -> bytes:
    """The same JSON without the value of any secret; raises `ReportError` where it is none.

    Fields that may hold a found secret are emptied, the message of a SARIF result of a `Secret`
    rule too, and known secrets are replaced wherever they stand. Findings parse as before.
    """
    data = read_json(document, "document")
    secret_rules = _secret_rules(data)
    return json.dumps(_clean(data, known_secrets, secret_rules)).encode()


def redact_text(text: str, known_secrets: Sequence[str]) -> str:
    """A log without known secrets, tokens, authorization headers and credentials in addresses.

    Long hexadecimal texts stay: digests look like that.
    """
    for secret in known_secrets:
        text = text.replace(secret, REDACTED)
    text = _TOKEN.sub(REDACTED, text)
    text = _AUTHORIZATION.sub(rf"\1{REDACTED}", text)
    return _URL_CREDENTIALS.sub(rf"\1{REDACTED}@", text)


def _secret_rules(data: dict[str, Any]) -> frozenset[str]:
    """The ids of SARIF rules named Secret, and the name itself."""
    found = {"secret"}
    for run in objects(data.get("runs")):
        for rule in objects(pick(pick(run.get("tool"), "driver"), "rules")):
            if str(rule.get("name")).lower() == "secret":
                found.add(str(rule.get("id")).lower())
    return frozenset(found)


def _clean(value: Any, known_secrets: Sequence[str], secret_rules: frozenset[str]) -> Any:
    if isinstance(value, dict):
        is_secret = str(value.get("ruleId")).lower() in secret_rules
        return {
            _plain(key, known_secrets): REDACTED
            if _holds_a_secret(key, item, is_secret)
            else _clean(item, known_secrets, secret_rules)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_clean(item, known_secrets, secret_rules) for item in value]
    return _plain(value, known_secrets) if isinstance(value, str) else value


def _holds_a_secret(key: str, item: object, is_secret_result: bool) -> bool:
    name = key.lower()
    return (name in _SECRET_FIELDS and bool(item)) or (is_secret_result and name == "message")


def _plain(text: str, known_secrets: Sequence[str]) -> str:
    for secret in known_secrets:
        text = text.replace(secret, REDACTED)
    return _TOKEN.sub(REDACTED, text)
