"""Which app is asked, and that its key goes nowhere else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.addresses import find_app, read_url
from cli.exit_codes import ExitCode, Failure
from tests.cli.app_stand_in import KEY, Answer, AppStandIn, app_stand_in
from tests.cli.bodies import SCAN_ID, completed
from tests.cli.conftest import Run
from tests.registry.certificates import Authority

AZURE = "https://app.azurewebsites.net"
NOBODY: dict[str, str] = {}


def run_json(folder: Path, url: str, key: str = "local") -> Path:
    file = folder / "run.json"
    file.write_text(json.dumps({"functionsUrl": url, "functionKey": key}))
    return file


def refused(url: str | None, key: str | None = None, **environment: str) -> Failure:
    with pytest.raises(Failure) as caught:
        find_app(url, key, environment, Path("none/run.json"))
    return caught.value


def test_options_go_before_the_environment_and_that_before_the_local_system(
    tmp_path: Path,
) -> None:
    here = run_json(tmp_path, "http://127.0.0.1:7071")
    environment = {"IMAGESCAN_URL": AZURE, "IMAGESCAN_KEY": "e"}

    asked = find_app("https://other.example", "o", environment, here)
    told = find_app(None, None, environment, here)
    local = find_app(None, None, NOBODY, here)

    assert (asked.url, asked.key) == ("https://other.example", "o")
    assert (told.url, told.key) == (AZURE, "e")
    assert (local.url, local.key) == ("http://127.0.0.1:7071", "local")


def test_the_key_of_the_local_system_is_sent_to_no_other_app(tmp_path: Path) -> None:
    """Nor a key of the environment to the local system."""
    here = run_json(tmp_path, "http://127.0.0.1:7071")

    with pytest.raises(Failure, match="wants a function key"):
        find_app(AZURE, None, NOBODY, here)
    with pytest.raises(Failure, match="A key is given, but no app"):
        find_app(None, None, {"IMAGESCAN_KEY": "e"}, here)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        (AZURE, AZURE),
        (f"{AZURE}/", AZURE),
        (f"{AZURE}/api/", AZURE),
        ("http://localhost:7071", "http://localhost:7071"),
        ("http://127.0.0.2:7071", "http://127.0.0.2:7071"),
        ("http://[::1]:7071/api", "http://[::1]:7071"),
    ],
)
def test_an_address_may_be_written_with_api_at_its_end_or_not(url: str, normal: str) -> None:
    assert read_url(url) == normal


@pytest.mark.parametrize(
    "url",
    [
        "http://app.azurewebsites.net",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.4:7071",
        "http://127.0.0.1@evil.example",
        "https://user:secret@app.azurewebsites.net",
        f"{AZURE}?code=secret",
        f"{AZURE}#secret",
        "ftp://127.0.0.1",
        "app.azurewebsites.net",
        "https://",
        "https://[secret",
        "https://app:secret",
    ],
)
def test_an_address_that_a_key_may_not_be_sent_to_is_refused_and_not_repeated(url: str) -> None:
    """In the clear only within this machine; what is refused may hold a secret."""
    failure = refused(url, "key")

    assert failure.exit_code is ExitCode.USAGE
    assert "secret" not in failure.message


@given(st.text(max_size=50))
def test_any_text_is_an_address_over_https_or_on_this_machine_or_refused(text: str) -> None:
    try:
        url = read_url(text)
    except Failure:
        return
    assert url.startswith(("https://", "http://localhost", "http://127.", "http://[::1]"))


def test_a_key_that_would_break_a_header_is_refused_and_not_repeated() -> None:
    failure = refused(AZURE, "secret\r\nHost: evil.example")

    assert failure.exit_code is ExitCode.USAGE
    assert "secret" not in failure.message


@pytest.mark.parametrize("content", ["", "[]", "{", '{"functionsUrl": 1, "functionKey": "k"}'])
def test_a_run_json_that_cannot_be_read_is_told_with_its_remedy(
    tmp_path: Path, content: str
) -> None:
    file = tmp_path / "run.json"
    file.write_text(content)

    with pytest.raises(Failure, match="make start"):
        find_app(None, None, NOBODY, file)


def test_the_key_goes_in_a_header_and_not_after_a_redirect(app: AppStandIn, imagescan: Run) -> None:
    """Addresses get logged."""
    with app_stand_in() as other:
        elsewhere = {"Location": f"{other.url}/api/scans/{SCAN_ID}"}
        app.answers("GET", f"/scans/{SCAN_ID}", Answer(302, "", elsewhere))
        told = imagescan("status", SCAN_ID)

    assert told.code == 4
    assert other.asked == []
    [asked] = app.asked
    assert (asked.key, asked.query) == (KEY, {})


def test_a_proxy_of_the_environment_does_not_see_what_goes_to_this_machine(
    app: AppStandIn, imagescan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is a password of .netrc sent along."""
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, completed()))
    with app_stand_in() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        told = imagescan("status", SCAN_ID)

    assert (told.code, proxy.asked) == (0, [])


def test_the_key_is_told_nowhere(app: AppStandIn, imagescan: Run) -> None:
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(500, ""))

    told = imagescan("status", SCAN_ID, "--json")

    assert KEY not in told.out + told.err
    assert KEY not in repr(find_app(AZURE, KEY, NOBODY))


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    imagescan: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once is enough to know, and the key is not sent. A company may vouch by its own authority."""
    authority = Authority(tmp_path)
    with app_stand_in(authority.serving("localhost")) as app:
        app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, completed()))
        where = ("--url", app.url, "--key", KEY)
        refused, connections = imagescan("status", SCAN_ID, *where), app.connections
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.certificate()))
        believed = imagescan("status", SCAN_ID, *where)

    assert (refused.code, connections) == (4, 1)
    assert "certificate" in refused.err
    assert (believed.code, len(app.asked)) == (0, 1)
