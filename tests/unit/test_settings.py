"""Settings are validated together, and secrets never shown."""

import json

import pytest

from imagescan.errors import ConfigurationError
from imagescan.registry.hosts import RegistryHost
from imagescan.scan.profile import Profile
from imagescan.settings import read_settings
from tests.unit.environment import COMPLETE, LOGIN, settings


def test_an_empty_environment_is_told_everything_that_is_missing_at_once() -> None:
    """One message names all of them."""
    with pytest.raises(ConfigurationError) as caught:
        read_settings({})

    for name in COMPLETE:
        assert f"{name} " in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SCAN_TIMEOUT", "abc"),
        ("SCAN_TIMEOUT", "0"),
        ("SCAN_TIMEOUT", "nan"),
        ("SCAN_TIMEOUT", "60.5"),
        ("AZURE_SUBSCRIPTION_ID", "mine"),
        ("QUALYS_POD", "us 1; rm"),
        ("QSCANNER_RESOURCE_GROUP", "a/b"),
        ("QSCANNER_CPU", "64"),
        ("ARM_ENDPOINT", "ftp://x"),
        ("NOTIFY_WEBHOOK_URL", "http://example.com/hook"),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", "a-key-alone"),
        ("QSCANNER_IMAGE", "Qualys/QScanner"),
        ("COURIER_IMAGE", "bus ybox"),
        ("SCAN_IDENTITY_ID", "scan-identity"),
        ("SUBNET_ID", "/subscriptions/1/subnets/scans"),
        ("ALLOWED_REGISTRIES", "registry.corp, https://registry.corp"),
        ("REGISTRY_MIRROR", "https://mirror.corp/path"),
        ("REGISTRY_MIRROR", "mirror.corp"),
        ("WATCHED_SUBSCRIPTIONS", "mine, yours"),
        ("WATCHED_SUBSCRIPTIONS", ","),
        ("REGISTRY_CREDENTIALS", "@Microsoft.KeyVault(SecretUri=https://v/secrets/x)"),
        ("QSCANNER_PROFILE", "modern"),
        ("QUALYS_USERNAME", "abc"),
        ("QUALYS_PASSWORD", "a\nb\nc\nd"),
    ],
)
def test_a_malformed_setting_is_named(name: str, value: str) -> None:
    """What it should be is said; nothing starts with a guess."""
    with pytest.raises(ConfigurationError) as caught:
        settings(**{name: value})

    [problem] = caught.value.problems
    assert problem.startswith(name)


def test_no_problem_shows_the_value_of_a_setting() -> None:
    """A secret with a typing error is still a secret."""
    with pytest.raises(ConfigurationError) as caught:
        settings(QUALYS_ACCESS_TOKEN="my secret token with spaces")

    assert "my secret token" not in str(caught.value)


def test_settings_do_not_show_their_secrets_when_printed() -> None:
    """They may end in a log by accident."""
    entry = '{"ghcr.io": {"username": "robot", "password": "hidden-too"}}'
    known = settings(STORAGE_CONNECTION_STRING="AccountKey=hidden", REGISTRY_CREDENTIALS=entry)

    assert COMPLETE["QUALYS_ACCESS_TOKEN"] not in repr(known)
    assert "hidden" not in repr(known)


def test_watched_subscriptions_are_a_list_and_by_default_the_one_where_scans_run() -> None:
    """Each once, however it is spelled."""
    one, other = COMPLETE["AZURE_SUBSCRIPTION_ID"], "AAAAAAAA-2222-3333-4444-555555555555"

    assert settings().watched_subscriptions == (one,)
    listed = settings(WATCHED_SUBSCRIPTIONS=f"{other}, {one},{other.lower()},")
    assert listed.watched_subscriptions == (other.lower(), one)


def test_defaults_are_those_of_the_readme() -> None:
    """Only what has no sensible default must be given."""
    known = settings()

    assert (known.scan_timeout_seconds, known.scan_cache_hours) == (1800, 24)
    assert (known.cpu, known.memory_gb) == (2, 4)
    assert known.scanner_image == "qualys/qscanner:latest"


def test_passwords_of_registries_are_redacted_from_what_is_stored() -> None:
    """As the access token is; one so short that it is an ordinary word would garble reports."""
    entries = {
        "ghcr.io": {"username": "robot", "password": "long-enough"},
        "a.io": {"username": "robot", "password": "name"},
    }
    known = settings(REGISTRY_CREDENTIALS=json.dumps(entries))

    assert "long-enough" in known.secrets
    assert "name" not in known.secrets


@pytest.mark.parametrize(
    ("given", "profile"),
    [
        ({}, Profile.QSCANNER),
        (LOGIN, Profile.LEGACY),
        (LOGIN | {"QUALYS_ACCESS_TOKEN": COMPLETE["QUALYS_ACCESS_TOKEN"]}, Profile.QSCANNER),
        (LOGIN | {"QUALYS_POD": ""}, Profile.LEGACY),
        (COMPLETE | LOGIN | {"QSCANNER_PROFILE": "legacy"}, Profile.LEGACY),
    ],
)
def test_the_profile_follows_from_the_credentials_unless_it_is_named(
    given: dict[str, str], profile: Profile
) -> None:
    """A token is the published way and wins; the legacy profile needs no pod."""
    assert settings(**given).profile is profile


def test_the_legacy_profile_asks_for_half_the_machine() -> None:
    """As the predecessor did; settings still win."""
    known = settings(**LOGIN)
    told = settings(**LOGIN, QSCANNER_CPU="3", QSCANNER_MEMORY_GB="5")

    assert (known.cpu, known.memory_gb) == (1, 2)
    assert (told.cpu, told.memory_gb) == (3, 5)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"QUALYS_PASSWORD": ""}, ["QUALYS_PASSWORD"]),
        ({"QUALYS_USERNAME": ""}, ["QUALYS_USERNAME"]),
        (
            {"QSCANNER_PROFILE": "legacy", "QUALYS_USERNAME": "", "QUALYS_PASSWORD": ""},
            ["QUALYS_USERNAME", "QUALYS_PASSWORD"],
        ),
        ({"QSCANNER_PROFILE": "qscanner"}, ["QUALYS_ACCESS_TOKEN"]),
        (
            {"QSCANNER_PROFILE": "qscanner", "QUALYS_POD": ""},
            ["QUALYS_ACCESS_TOKEN", "QUALYS_POD"],
        ),
    ],
)
def test_what_the_profile_needs_is_told_by_name(given: dict[str, str], missing: list[str]) -> None:
    """A half of the login means the legacy profile; the other half is what is missing."""
    with pytest.raises(ConfigurationError) as caught:
        settings(**LOGIN | given)

    assert [problem.partition(" ")[0] for problem in caught.value.problems] == missing


def test_user_name_and_password_are_secrets() -> None:
    """They are taken out of whatever is kept, and not shown."""
    known = settings(**LOGIN)

    assert {LOGIN["QUALYS_USERNAME"], LOGIN["QUALYS_PASSWORD"]} <= set(known.secrets)
    assert LOGIN["QUALYS_USERNAME"] not in repr(known)
    assert LOGIN["QUALYS_PASSWORD"] not in repr(known)


def test_registries_and_their_mirror_are_hosts() -> None:
    """Written as in image references; blanks and an empty entry do no harm."""
    known = settings(ALLOWED_REGISTRIES="A.corp:5000, b.corp,", REGISTRY_MIRROR="https://m.corp")

    assert known.allowed_registries == {RegistryHost("a.corp", 5000), RegistryHost("b.corp")}
    assert known.registry_mirror is not None
    assert known.registry_mirror.host == RegistryHost("m.corp")
    assert settings().allowed_registries == frozenset()
    assert settings().registry_mirror is None
