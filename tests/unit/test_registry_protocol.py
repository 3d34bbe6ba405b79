"""What registries answer is read strictly: challenges, addresses, manifests and indexes."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imagescan.registry.challenge import Challenge, read_challenges
from imagescan.registry.hosts import RegistryHost
from imagescan.registry.manifests import (
    digest_for_linux_amd64,
    has_digest,
    is_digest,
    is_index,
)
from imagescan.registry.urls import Url, parse_url

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DIGESTS = [f"sha256:{number:064x}" for number in range(9)]
KEYS = ["manifests", "mediaType", "platform", "os", "architecture", "variant", "digest", "layers"]
WORDS = [OCI_MANIFEST, OCI_INDEX, "linux", "amd64", DIGESTS[0]]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=20,
)
BASIC, BEARER = 'Basic realm="x"', 'BEARER Realm=y , service = "z\\"q"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="a:b:c,d"',
            [Challenge("bearer", {
                "realm": "https://auth.docker.io/token", "service": "registry.docker.io",
                "scope": "a:b:c,d",
            })],
        ),
        ('Basic realm="Registry Realm"', [Challenge("basic", {"realm": "Registry Realm"})]),
        (
            f"{BASIC}, {BEARER}",
            [
                Challenge("basic", {"realm": "x"}),
                Challenge("bearer", {"realm": "y", "service": 'z"q'}),
            ],
        ),
        ("Negotiate, Basic", [Challenge("negotiate"), Challenge("basic")]),
        ('Bearer realm="a", realm="b"', [Challenge("bearer", {"realm": "a"})]),
        ('realm="x"', []),
        ("", []),
        ("=", []),
    ],
)  # fmt: skip
def test_challenges_are_read_as_registries_write_them(
    header: str, expected: list[Challenge]
) -> None:
    """Several in one header too."""
    assert read_challenges(header) == expected


@given(st.text(alphabet='aB =,"\\\t', max_size=200))
@example('Bearer realm="' + "\\" * 9000)
@example("a" * 9000 + "=" * 9000)
def test_every_header_gives_challenges(header: str) -> None:
    """In bounded time."""
    assert len(read_challenges(header)) <= len(header)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://ghcr.io/token", Url(RegistryHost("ghcr.io"), "/token")),
        ("HTTPS://GHCR.io:443", Url(RegistryHost("ghcr.io"), "/")),
        ("http://127.0.0.1:5000/a?b=c#d", Url(RegistryHost("127.0.0.1", 5000), "/a?b=c", True)),
        ("https://[::1]:5000/", Url(RegistryHost("::1", 5000), "/")),
    ],
)
def test_an_address_is_read_and_written_alike(text: str, expected: Url) -> None:
    """What is connected to is what was checked."""
    url = parse_url(text)

    assert url == expected
    assert parse_url(str(url)) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "ghcr.io", "//ghcr.io/", "ftp://ghcr.io/", "https:///", "https://ghcr.io:99999/",
        "https://user@ghcr.io/", "https://user:pw@ghcr.io/", "https://ghcr.io@evil.com/",
        "https://ghcr.io\\@evil.com/", "https://evil.com\\.ghcr.io/", "https://ghcr.io/ x",
        "https://ghcr.io/\r\nHost: evil.com", "https://ghc\u212a.io/", "https://ghcr.io/\xe9",
        "https://ghcr.io?x", "https://" + "a" * 5000, " https://ghcr.io/", "https://ghcr.io/\x00",
        "https://[::ffff:127.0.0.1]/", "https://%31.0.0.1/",
    ],
)  # fmt: skip
def test_what_two_programs_might_read_differently_is_no_address(text: str) -> None:
    """User info, backslashes, white space, what is not ASCII."""
    assert parse_url(text) is None


@given(st.text(max_size=60))
@example("//[")
@example("http://[::")
@example("https://\u2100.evil.com/")
def test_every_location_leads_somewhere_or_nowhere(location: str) -> None:
    """And what it leads to is an address by the same rules."""
    base = Url(RegistryHost("ghcr.io"), "/v2/a/manifests/1")
    found = base.joined(location)

    assert found is None or parse_url(str(found)) == found


def entry(number: int, **platform: str) -> dict[str, Any]:
    wanted = {"os": "linux", "architecture": "amd64"} | platform
    return {"mediaType": OCI_MANIFEST, "digest": DIGESTS[number], "size": 1, "platform": wanted}


def index(*entries: Any) -> bytes:
    return json.dumps({"mediaType": OCI_INDEX, "manifests": list(entries)}).encode()


@pytest.mark.parametrize(
    ("entries", "chosen"),
    [
        ([entry(1, architecture="arm64"), entry(2)], 2),
        ([entry(1, os="windows"), entry(2)], 2),
        ([entry(1, variant="v3"), entry(2), entry(3)], 2),
        ([entry(1, variant="v3"), entry(2, architecture="arm64")], 1),
        ([entry(1, os="unknown", architecture="unknown"), entry(2)], 2),
        ([{"mediaType": OCI_MANIFEST, "digest": DIGESTS[1]}], 1),
        ([{"mediaType": OCI_MANIFEST, "digest": DIGESTS[1]}, entry(2, architecture="arm64")], None),
        ([entry(1, architecture="arm64")], None),
        ([entry(1) | {"mediaType": OCI_INDEX}], None),
        ([entry(1) | {"mediaType": [OCI_MANIFEST]}, "x", None], None),
        ([], None),
    ],
)
def test_the_image_for_linux_amd64_is_picked(entries: list[Any], chosen: int | None) -> None:
    """The one that Azure runs: attestations and other platforms stand beside it."""
    expected = None if chosen is None else DIGESTS[chosen]

    assert digest_for_linux_amd64(index(*entries)) == expected


@given(JSON.map(lambda found: json.dumps(found).encode()) | st.binary(max_size=50))
def test_every_document_is_an_index_an_image_or_refused(content: bytes) -> None:
    """A registry may send anything; what is picked is a digest."""
    try:
        if is_index("", content):
            chosen = digest_for_linux_amd64(content)
            assert chosen is None or is_digest(chosen)
    except ValueError as error:
        assert str(error).endswith(".")  # noqa: PT017  # any other message is not ours


@pytest.mark.parametrize(
    ("content_type", "document", "expected"),
    [
        (OCI_INDEX, {"manifests": []}, True),
        (f"{OCI_MANIFEST}; charset=utf-8", {"layers": [], "config": {}}, False),
        ("application/json", {"layers": [], "config": {}, "mediaType": OCI_MANIFEST}, False),
        ("", {"manifests": []}, True),
    ],
)
def test_what_a_document_is_follows_from_its_content(
    content_type: str, document: dict[str, Any], expected: bool
) -> None:
    """Registries leave out one word or the other."""
    assert is_index(content_type, json.dumps(document).encode()) is expected


@pytest.mark.parametrize(
    ("content_type", "document"),
    [
        (OCI_MANIFEST, {"manifests": []}),
        (OCI_INDEX, {"layers": [], "config": {}}),
        (OCI_INDEX, {"manifests": [], "mediaType": OCI_MANIFEST}),
        (OCI_INDEX, {"manifests": [], "layers": []}),
        ("", {}),
        ("", {"fsLayers": []}),
        ("", []),
    ],
)
def test_a_document_that_can_be_read_in_two_ways_is_refused(
    content_type: str, document: Any
) -> None:
    """One digest, one meaning, whoever serves it (CVE-2021-41190)."""
    with pytest.raises(ValueError, match=r"image|object"):
        is_index(content_type, json.dumps(document).encode())


@given(st.binary(max_size=100), st.sampled_from(["sha256", "sha384", "sha512"]))
def test_a_digest_stands_for_its_content_alone(content: bytes, algorithm: str) -> None:
    """Each algorithm that references may use."""
    digest = f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"

    assert has_digest(content, digest)
    assert not has_digest(content + b" ", digest)
    assert not has_digest(content, digest.upper())
    assert not has_digest(content, f"md5:{hashlib.md5(content).hexdigest()}")
