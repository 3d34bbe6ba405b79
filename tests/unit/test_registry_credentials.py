"""REGISTRY_CREDENTIALS is read whole or refused, and never shown."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.registry.credentials import read_credentials
from imagescan.registry.hosts import RegistryHost

KNOWN = {"username": "robot", "password": "pa:ss word"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def test_each_registry_has_its_own_credential() -> None:
    """Hosts are read as image references write them."""
    found = read_credentials(json.dumps({"GHCR.io": KNOWN, "index.docker.io": KNOWN}))

    assert set(found) == {RegistryHost("ghcr.io"), RegistryHost("docker.io")}
    assert found[RegistryHost("ghcr.io")].password == "pa:ss word"


def test_token_hosts_can_be_listed() -> None:
    """Some registries leave their tokens to another host."""
    [known] = read_credentials(json.dumps({"a.io": {**KNOWN, "realms": ["auth.a.io"]}})).values()

    assert known.realms == {RegistryHost("auth.a.io")}


@pytest.mark.parametrize(
    "entries",
    [
        [],
        "secret",
        {"https://ghcr.io": KNOWN},
        {"ghcr.io": "secret"},
        {"ghcr.io": {"username": "secret"}},
        {"ghcr.io": {"username": "", "password": "secret"}},
        {"ghcr.io": {"username": "a:b", "password": "secret"}},
        {"ghcr.io": {"username": "a", "password": "secret\r\nHost: x"}},
        {"ghcr.io": {**KNOWN, "token": "secret"}},
        {"ghcr.io": {**KNOWN, "realms": "secret"}},
        {"ghcr.io": {**KNOWN, "realms": ["https://secret/"]}},
        {"ghcr.io": {**KNOWN, "realms": [1]}},
        {"ghcr.io": KNOWN, "GHCR.io:443": KNOWN},
    ],
)
def test_what_cannot_be_used_is_refused_without_being_shown(entries: Any) -> None:
    """A secret in the wrong place is still a secret."""
    with pytest.raises(ValueError, match=r"^(must|has|needs|names) ") as caught:
        read_credentials(json.dumps(entries))

    assert "secret" not in str(caught.value)


@given(JSON.map(json.dumps) | st.text(max_size=50))
def test_every_text_is_read_or_refused(text: str) -> None:
    """Nothing but a sentence comes of a malformed setting."""
    with suppress(ValueError):
        assert all(one.password for one in read_credentials(text).values())
