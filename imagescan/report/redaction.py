"""Takes secrets out of what is kept: those that the scanner found, and the app's own."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote

from imagescan.report.findings import FindingType
from imagescan.report.json_reader import LongList, dumps, write_json
from imagescan.report.reading import objects, pick, read_json
from imagescan.report.rules import Rules, read_rules
from imagescan.report.sarif import type_of

REDACTED = "[redacted]"
# Where scanners put a found secret's value, wherever it stands.
_FOUND_IN = frozenset({"match", "rawmatch", "snippet", "contextregion", "secret"})
# How an image was made and a program was called: values of ENV and ARG, and what was typed, stand
# there (qscanner's layerInfo, OCI's image configuration, SARIF's invocations).
# fmt: off
_MADE_BY = frozenset({
    "command", "commandline", "arguments", "args", "cmd", "entrypoint", "createdby", "created_by",
    "env", "environment", "environmentvariables", "labels", "healthcheck", "onbuild", "buildargs",
})
# fmt: on
_SECRET_FIELDS = _FOUND_IN | _MADE_BY
# All that is kept of a found secret: its kind, its place and how grave it is. Any other field may
# hold the value, in whatever words.
# fmt: off
_KEPT_OF_A_SECRET = frozenset({
    "target", "secrets", "details", "ruleid", "ruleindex", "category", "title", "type", "kind",
    "level", "severity", "customerseverity", "qid", "qds", "cves", "cve-ids", "locations",
    "physicallocation", "artifactlocation", "uri", "region", "startline", "endline",
    "startcolumn", "endcolumn", "properties", "vulnerablesoftware", "software", "softwares",
    "name", "package", "packagename", "installedversion", "version", "fixedversion", "fixversion",
    "packagepath", "path", "layersha",
})
# fmt: on
_LONG_WORD = re.compile(r"[A-Za-z0-9_.-]{20,}")
_AUTHORIZATION = re.compile(
    r"(?i)(authorization[\"']?\s{0,9}[:=]\s{0,9})(?:\"[^\"\r\n]*\"?|'[^'\r\n]*'?|[^\s\"'][^\r\n\"']*)"
)
_BEARER = re.compile(r"(?i)\b((?:bearer|basic)\s{1,9})[A-Za-z0-9._~+/=-]{16,}")
# No slash, so that `docker://host/image@sha256:...` stays; up to the last @, which may stand in
# the password.
_URL_CREDENTIALS = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,20}://)[^\s/\"'<>]{1,600}@")
_URL_SIGNATURE = re.compile(
    r"(?i)([?&;](?:sig|code|key|token|access_token|password|accountkey)=)[^&;\s\"']+"
)
# A name that says what its value is; `--password` may have its value behind a space.
_NAMES = (
    "(?:passw(?:or)?d|pwd|passphrase|secret|token|credential"
    "|(?:api|access|account|private)[_-]?key)"
)
_VALUE = r"(?!\[redacted\])(?:\"[^\"\r\n]*\"?|'[^'\r\n]*'?|[^\s\"'][^\s]*)"
_ASSIGNED = re.compile(
    rf"(?i)({_NAMES}[\w.-]{{0,60}}\\{{0,3}}[\"']?\s{{0,3}}=\s{{0,3}}"
    rf"|{_NAMES}[\w.-]{{0,60}}\\{{0,3}}[\"']\s{{0,3}}:\s{{0,3}}"
    rf"|passw(?:or)?d:\s{{0,3}}"
    rf"|--[\w-]{{0,30}}{_NAMES}\s{{1,3}}){_VALUE}"
)
# Secrets that are known by their form: AWS, GitHub, GitLab, Slack, Google, Stripe, npm; their
# owners' own documentation has the forms, which scanners for secrets go by too.
_KNOWN_FORMS = re.compile(
    r"\b(?:(?:AKIA|ASIA)[0-9A-Z]{12,40}|gh[pousr]_\w{20,255}|github_pat_\w{20,255}"
    r"|glpat-[\w-]{15,60}|xox[abeoprs]-[\w-]{10,250}|AIza[\w-]{30,45}"
    r"|[rs]k_(?:live|test)_\w{10,250}|npm_\w{30,60})"
)
_PRIVATE_KEY = re.compile(r"(?s)(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----).*?(?:-----END|\Z)")


def redact(document: bytes, known_secrets: Sequence[str]) -> Iterator[str]:
    """The same JSON without the value of any secret, in pieces; `ReportError` where it is none.

    Of found secrets only kind and place are kept. Tokens, credentials in addresses and how an image
    was made go, and known secrets are replaced wherever they stand. Findings parse as before. Of a
    large document only a piece at a time is in memory.
    """
    data = read_json(document, "document")
    spellings = _spellings(known_secrets)
    for run in objects(pick(data, "runs")):
        _change_items(run, "results", partial(_without_value, read_rules(run)))
    for holder in (data, pick(data, "Inventory")):
        _change_items(holder, "secretresults", _only_kind_and_place)
    _clean(data, spellings)
    return write_json(data)


def redact_text(text: str, known_secrets: Sequence[str]) -> str:
    """A log without known secrets, tokens, authorization headers and credentials in addresses.

    Nor has it what is assigned to a name such as DB_PASSWORD, or what looks like a known kind of
    key. Long hexadecimal texts stay: digests look like that.
    """
    text = _plain(text, _spellings(known_secrets))
    text = _AUTHORIZATION.sub(rf"\1{REDACTED}", text)
    text = _BEARER.sub(rf"\1{REDACTED}", text)
    text = _URL_SIGNATURE.sub(rf"\1{REDACTED}", text)
    text = _KNOWN_FORMS.sub(REDACTED, text)
    text = _PRIVATE_KEY.sub(rf"\1{REDACTED}", text)
    return _ASSIGNED.sub(rf"\1{REDACTED}", text)


def _change_items(holder: object, name: str, change: Callable[[Any], Any]) -> None:
    """Change the items of the lists of this name, in whatever case it is written."""
    if not isinstance(holder, dict):
        return
    for key, value in list(holder.items()):
        if key.lower() == name and isinstance(value, LongList):
            holder[key] = value.changed(change)


def _without_value(rules: Rules, result: Any) -> Any:
    """A SARIF result; of one that is a found secret its kind and place."""
    if isinstance(result, dict) and type_of(result, rules.of(result)) is FindingType.SECRET:
        return _only_kind_and_place(result)
    return result


def _only_kind_and_place(found: Any) -> Any:
    """Replace, in place and at any depth, the fields that are not known to be harmless."""
    for part in _walk(found):
        if isinstance(part, dict):
            for key in part:
                if key.lower() not in _KEPT_OF_A_SECRET:
                    part[key] = REDACTED
    return found


def _clean_item(item: Any, known_secrets: Sequence[str]) -> Any:
    """As `_clean`; most items hold nothing that it would change, which is seen sooner than done."""
    return _clean(item, known_secrets) if _may_hold(known_secrets).search(dumps(item)) else item


@lru_cache(maxsize=4)
def _may_hold(known_secrets: Sequence[str]) -> re.Pattern[str]:
    """Finds whatever `_clean` may change, in JSON."""
    fields = rf'"(?i:{"|".join(sorted(_SECRET_FIELDS))})":'
    return re.compile("|".join(["eyJ", "://", fields, *map(re.escape, known_secrets)]))


def _clean(root: Any, known_secrets: Sequence[str]) -> Any:
    """Redact every text in place; a long list is changed as it is read."""
    if not isinstance(root, dict | list):
        return _plain_value(root, known_secrets)
    for part in _walk(root):
        if isinstance(part, list):
            part[:] = [_plain_value(item, known_secrets) for item in part]
            continue
        for key, value in list(part.items()):
            is_secret = bool(value) and key.lower() in _SECRET_FIELDS
            part[key] = REDACTED if is_secret else _plain_value(value, known_secrets)
            if (plain_key := _plain(key, known_secrets)) != key:
                part[plain_key] = part.pop(key)
    return root


def _walk(root: Any) -> Iterator[dict[str, Any] | list[Any]]:
    """Every object and list, each before what is in it; without recursion, however deep."""
    waiting: list[dict[str, Any] | list[Any]] = [root] if isinstance(root, dict | list) else []
    while waiting:
        part = waiting.pop()
        yield part
        items = part.values() if isinstance(part, dict) else part
        waiting.extend(item for item in items if isinstance(item, dict | list))


def _plain_value(value: Any, known_secrets: Sequence[str]) -> Any:
    if isinstance(value, LongList):
        return value.changed(partial(_clean_item, known_secrets=known_secrets))
    return _plain(value, known_secrets) if isinstance(value, str) else value


def _plain(text: str, known_secrets: Sequence[str]) -> str:
    for secret in known_secrets:
        text = text.replace(secret, REDACTED)
    if "eyJ" in text:
        text = _LONG_WORD.sub(_without_token, text)
    return _URL_CREDENTIALS.sub(rf"\1{REDACTED}@", text) if "://" in text else text


def _without_token(word: re.Match[str]) -> str:
    """A JSON Web Token starts with `eyJ`, an encoded `{"`, and has at least two dots."""
    before, _, token = word[0].partition("eyJ")
    return f"{before}{REDACTED}" if token.count(".") >= 2 else word[0]  # noqa: PLR2004


def _spellings(known_secrets: Sequence[str]) -> tuple[str, ...]:
    """The secrets as they are, in an address and in JSON; longer ones first, they may nest."""
    found = {
        spelling
        for secret in known_secrets
        if secret
        for spelling in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])
    }
    return tuple(sorted(found, key=lambda secret: (-len(secret), secret)))
