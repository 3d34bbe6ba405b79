"""What is kept of the scanner's documents and logs holds no secret."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.errors import ReportError
from imagescan.report.inventory import parse_inventory
from imagescan.report.parse import parse_report
from imagescan.report.redaction import redact as redact_in_pieces
from imagescan.report.redaction import redact_text
from tests.unit.reports import ANYTHING, encode, fixture, sarif

DIGEST = "sha256:" + "0123456789abcdef" * 4
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJxc2Nhbm5lciJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
REPORTS = ["report.sarif.json", "report-released.json", "report-development-build.json"]


def redact(document: bytes, known_secrets: list[str]) -> bytes:
    return "".join(redact_in_pieces(document, known_secrets)).encode()


@pytest.mark.parametrize("name", [*REPORTS, "scan-result.json"])
def test_found_secrets_and_credentials_are_gone_and_digests_stay(name: str) -> None:
    """Whatever the field is called that they stand in."""
    kept = redact(fixture(name), [])

    assert b"FOUNDSECRET" not in kept
    assert b"hunter2" not in kept
    assert fixture(name).count(b"sha256:") == kept.count(b"sha256:")


@pytest.mark.parametrize("name", REPORTS)
def test_a_redacted_report_has_the_same_findings(name: str) -> None:
    """It is read again where findings are stored."""
    assert parse_report(redact(fixture(name), [])) == parse_report(fixture(name))


def test_a_redacted_inventory_says_the_same() -> None:
    """Scans, packages and where secrets were found."""
    document = fixture("scan-result.json")

    assert parse_inventory(redact(document, [])) == parse_inventory(document)


@pytest.mark.parametrize(
    "document",
    [
        {"MATCH": "s3cret"},
        {"a": [{"Snippet": {"text": "s3cret"}}]},
        {"a": {"b": [{"rawMatch": ["s3cret"]}]}},
        {"SecretResults": [{"Target": "t", "Secrets": [{"RuleID": "r", "Code": "s3cret"}]}]},
        {"Inventory": {"secretResults": [{"Details": [{"Evidence": ["s3cret"]}]}]}},
        {"runs": [{"results": [{"ruleId": "secret", "message": {"text": "s3cret"}}]}]},
        {"runs": [{"results": [{"RuleID": "Secret", "Message": {"Markdown": "s3cret"}}]}]},
        {"runs": [{"tool": {"driver": {"rules": [{"Name": "SECRET"}]}},
                   "results": [{"ruleIndex": 0, "message": {"text": "s3cret"}}]}]},
    ],
)  # fmt: skip
def test_a_found_secret_is_gone_in_whatever_case_its_field_is_written(
    document: dict[str, Any],
) -> None:
    """Rules are told by id or by index."""
    assert b"s3cret" not in redact(encode(document), [])


@pytest.mark.parametrize(
    "made_by",
    [
        {"properties": {"layerInfo": [{"Command": "ENV DB_PASSWORD=s3cret"}]}},
        {"invocations": [{"environmentVariables": {"DB_PASSWORD": "s3cret"}}]},
        {"invocations": [{"commandLine": "x --password s3cret", "arguments": ["s3cret"]}]},
        {"config": {"Env": ["A=s3cret"], "Cmd": ["s3cret"], "Entrypoint": ["sh", "-c", "s3cret"]}},
        {"config": {"Labels": {"token": "s3cret"}, "Healthcheck": {"Test": ["CMD", "s3cret"]}}},
        {"history": [{"created_by": "ARG T=s3cret"}, {"CreatedBy": "|1 T=s3cret /bin/sh"}]},
    ],
)
def test_how_an_image_was_made_is_gone(made_by: dict[str, Any]) -> None:
    """Whoever builds an image may have typed a secret, whatever it is called."""
    kept = redact(encode({"runs": [{"results": [], **made_by}]}), [])

    assert b"s3cret" not in kept
    assert parse_report(kept) == parse_report(encode({"runs": [{"results": []}]}))


def test_other_messages_stay() -> None:
    """Only what a rule for secrets says may hold one."""
    document = sarif({"ruleId": "376157", "message": {"text": "log4j-core is vulnerable"}})

    assert b"log4j-core is vulnerable" in redact(document, [])


@pytest.mark.parametrize("secret", ["p/s w&rd\u00e9", 'quo"te\\', "abcde", "abcdefghij"])
def test_known_secrets_are_gone_wherever_they_stand(secret: str) -> None:
    """In values, in keys, in addresses, within other texts, and where one starts like another."""
    document = encode({"a": [f"x{secret}y", {secret: secret}], "b": {"c": f"({secret})"}})
    kept = json.dumps(json.loads(redact(document, ["abcde", "", secret])), ensure_ascii=False)

    assert secret not in kept
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in kept
    assert "fghij" not in kept


def test_nothing_known_changes_nothing() -> None:
    """An empty setting is no secret."""
    document = {"a": ["b", 1, 1.5, None, True, {"c": DIGEST}]}

    assert json.loads(redact(encode(document), [""])) == document


@pytest.mark.parametrize("document", [b"", b"[]", b"{", b"[" * 200_000, b'{"a":' * 200_000])
def test_what_is_no_json_object_cannot_be_redacted(document: bytes) -> None:
    """And is not kept."""
    with pytest.raises(ReportError):
        redact(document, [])


def test_a_deeply_nested_document_is_redacted_or_refused() -> None:
    """Up to the depth that the JSON reader takes."""
    for depth in (100, 400, 900, 980):
        try:
            kept = redact(b'{"a":' * depth + b'{"match": "s3cret"}' + b"}" * depth, [])
        except ReportError:
            continue
        assert b"s3cret" not in kept


@given(ANYTHING, ANYTHING)
def test_any_report_that_can_be_read_has_the_same_findings_when_redacted(
    value: Any, rule: Any
) -> None:
    """Found secrets are never part of a finding, so nothing of it goes with them."""
    for document in (sarif(value, rules=[rule]), encode({"Vulnerabilities": [value]}),
                     encode({"Vulnerabilities": [], "Inventory": value})):  # fmt: skip
        try:
            report = parse_report(document)
        except ReportError:
            continue
        assert parse_report(redact(document, [])) == report


@given(ANYTHING, st.text('abcXYZ/+ \u00e9"\\', min_size=6, max_size=20))
def test_no_known_secret_outlives_redaction(value: Any, secret: str) -> None:
    """Compared as texts, not as they are escaped."""
    document = encode({"value": value, secret: [secret, {"x": f"<{secret}>"}]})

    assert secret not in str(json.loads(redact(document, [secret])).get("value"))
    assert secret not in texts(json.loads(redact(document, [secret])))


def texts(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}\n{texts(item)}" for key, item in value.items())
    return "\n".join(map(texts, value)) if isinstance(value, list) else str(value)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"token={TOKEN} end", "token=[redacted] end"),
        (f"TOKEN_{TOKEN}", "TOKEN_[redacted]"),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("authorization: token abc def", "authorization: [redacted]"),
        ('{"Authorization": "Basic dXNlcg==", "x": 1}', '{"Authorization": [redacted], "x": 1}'),
        ("curl -H 'Authorization: Bearer abc' x", "curl -H 'Authorization: [redacted]' x"),
        ("using Bearer 0123456789abcdef0 now", "using Bearer [redacted] now"),
        ("https://user:pa@ss@host/x", "https://[redacted]@host/x"),
        ("https://ghp_token@github.com/x", "https://[redacted]@github.com/x"),
        ("https://h/b?sv=1&sig=abc%2F&se=2", "https://h/b?sv=1&sig=[redacted]&se=2"),
        ("AccountName=a;AccountKey=abc==;x", "AccountName=a;AccountKey=[redacted];x"),
        ("env DB_PASSWORD=a;b&c x", "env DB_PASSWORD=[redacted] x"),
        ("PGPASSWORD='a b' MYSQL_PWD = x", "PGPASSWORD=[redacted] MYSQL_PWD = [redacted]"),
        ('AWS_SECRET_ACCESS_KEY="a b" y', "AWS_SECRET_ACCESS_KEY=[redacted] y"),
        ('{"clientSecret": "a", "n": 1}', '{"clientSecret": [redacted], "n": 1}'),
        ("| AKIAIOSFODNN7EXAMPLE | app/.env |", "| [redacted] | app/.env |"),
        (f"ghp_{'a1' * 18}, glpat-{'a-1' * 7}", "[redacted], [redacted]"),
        (
            f"xoxb-123-{'a' * 20} sk_live_{'a' * 24} AIza{'-_a' * 12}",
            "[redacted] " * 2 + "[redacted]",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END",
            "-----BEGIN RSA PRIVATE KEY-----[redacted]",
        ),
        (r'"{\"token\": \"a\"}" x', r'"{\"token\": [redacted] x'),
        ("password: abc; user: x", "password: [redacted] user: x"),
        ("login --registry-password abc -u x", "login --registry-password [redacted] -u x"),
        (f"pulled nginx@{DIGEST}", f"pulled nginx@{DIGEST}"),
        ("INFO  Secret(s) detected: 2, scan types pkg,secret: SUCCESS", None),
        ("ERROR: failed to authenticate: the access token is missing or malformed", None),
        ("--scan-types pkg,secret --report-format sarif", None),
        ("INFO  npm_config_cache AKIA task-list-item xoxo", None),
        (f"docker://ghcr.io/o/app@{DIGEST}", f"docker://ghcr.io/o/app@{DIGEST}"),
        ("commit 0123456789abcdef0123456789abcdef01234567", None),
        ("https://host:8080/path?x=1 a@b.c", None),
        ("INFO  OS detected: Red Hat Enterprise Linux 9.4", None),
        ("a bearer of bad news, basic as it is", None),
    ],
)
def test_a_log_loses_its_secrets_and_keeps_its_digests(line: str, kept: str | None) -> None:
    """There is no rule about long words: digests are long words."""
    assert (
        redact_text(f"before\n{line}\nafter", [])
        == f"before\n{line if kept is None else kept}\nafter"
    )


def test_a_private_key_goes_also_where_its_end_is_missing() -> None:
    """With all that comes after it: where the key ends nobody knows."""
    log = "x\n-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN"

    assert redact_text(log, []) == "x\n-----BEGIN PRIVATE KEY-----[redacted]"


def test_a_log_loses_known_secrets_however_they_are_written() -> None:
    """As they are, in an address, in JSON."""
    text = 'a p/w"1 b p%2Fw%221 c p/w\\"1 d'

    assert redact_text(text, ['p/w"1']) == "a [redacted] b [redacted] c [redacted] d"


@given(st.text())
def test_any_log_is_redacted_without_an_error(text: str) -> None:
    assert isinstance(redact_text(text, ["secret"]), str)


def test_a_large_document_takes_a_small_multiple_of_its_size() -> None:
    """A piece at a time."""
    document = encode({"Vulnerabilities": [{"Title": f"{n}" + "t" * 300} for n in range(20_000)]})

    tracemalloc.start()
    for _ in redact_in_pieces(document, ["secret"]):
        pass
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 1_000_000
