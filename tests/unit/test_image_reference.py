"""Image references: the grammar of github.com/distribution/reference and the one normal form."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imagescan.errors import InvalidInput
from imagescan.image_reference import ImageReference, parse_image_reference

SHA256 = "sha256:" + "0123456789abcdef" * 4
SHA512 = "sha512:" + "0123456789abcdef" * 8

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
PORTS = st.integers(1, 65535).map(lambda port: f":{port}")
REGISTRIES = st.one_of(
    st.builds(
        lambda first, rest, port: f"{first}.{rest}{port}", LABELS, LABELS, PORTS | st.just("")
    ),
    st.builds(lambda host, port: f"{host}{port}", LABELS, PORTS),
    st.sampled_from(["localhost", "docker.io", "index.docker.io", "[::1]:5000"]),
)
PART = r"[a-z0-9]{1,5}((\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}"
PATHS = st.lists(st.from_regex(PART, fullmatch=True), min_size=1, max_size=4).map("/".join)
# On Docker Hub, and not taken for a registry: the first part has no dot.
SHORT_PATHS = st.builds(
    lambda first, rest: f"{first}{rest}",
    st.from_regex(PART.replace(r"\.|", ""), fullmatch=True),
    st.just("") | PATHS.map(lambda path: f"/{path}"),
)
TAGS = st.from_regex(r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
DIGESTS = st.sampled_from(["@" + SHA256, "@" + SHA512])
REFERENCES = st.builds(
    lambda name, tag, digest: f"{name}{tag}{digest}",
    SHORT_PATHS | st.builds(lambda host, path: f"{host}/{path}", REGISTRIES, PATHS),
    st.just("") | TAGS,
    st.just("") | DIGESTS,
)


@pytest.mark.parametrize(
    ("text", "normal_form"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("library/nginx", "docker.io/library/nginx:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/nginx:1.27", "docker.io/library/nginx:1.27"),
        ("INDEX.Docker.io/grafana/grafana", "docker.io/grafana/grafana:latest"),
        ("grafana/grafana:11.0", "docker.io/grafana/grafana:11.0"),
        ("a/b/c", "docker.io/a/b/c:latest"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("localhost:5000", "docker.io/library/localhost:5000"),
        ("registry:5000/team/app:v1", "registry:5000/team/app:v1"),
        ("Contoso.AzureCR.io/App1/web".lower(), "contoso.azurecr.io/app1/web:latest"),
        ("Contoso.AzureCR.io/web:V1", "contoso.azurecr.io/web:V1"),
        ("10.0.0.1:5000/app", "10.0.0.1:5000/app:latest"),
        ("[2001:db8::1]:5000/app:v1", "[2001:db8::1]:5000/app:v1"),
        (f"nginx@{SHA256}", f"docker.io/library/nginx@{SHA256}"),
        (f"nginx:1.27@{SHA256}", f"docker.io/library/nginx:1.27@{SHA256}"),
        (f"ghcr.io/o/app@{SHA512}", f"ghcr.io/o/app@{SHA512}"),
        ("a__b/c---d/e.f_g", "docker.io/a__b/c---d/e.f_g:latest"),
        ("app:_x.Y-z", "docker.io/library/app:_x.Y-z"),
        ("app:" + "t" * 128, "docker.io/library/app:" + "t" * 128),
        ("a.io/" + "r" * 250, "a.io/" + "r" * 250 + ":latest"),
    ],
)
def test_every_way_to_write_an_image_has_one_normal_form(text: str, normal_form: str) -> None:
    """Short names are completed as Docker Hub's, hosts are lower case, the tag is latest."""
    assert str(parse_image_reference(text)) == normal_form


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nginx ",
        " nginx",
        "nginx\n",
        "nginx\x00",
        "nginx:",
        "nginx:a:b",
        "nginx@",
        "nginx@sha256:abc",
        f"nginx@{SHA256.upper()}",
        f"nginx@{SHA256}@{SHA256}",
        f"nginx@md5:{'0' * 32}",
        f"@{SHA256}",
        ":latest",
        "/nginx",
        "nginx/",
        "a//b",
        "UPPER/case",
        "docker.io/Nginx",
        "-nginx",
        "--privileged",
        "nginx-",
        "a..b",
        "a___b",
        "a.-b",
        "host:/app",
        "host:123456/app",
        "-host.io/app",
        "host-.io/app",
        "[::1/app",
        "nginx;rm -rf /",
        "$(reboot)",
        "nginx`id`",
        "nginx|cat",
        "../../etc/passwd",
        "https://docker.io/nginx",
        "nginx:\u0442\u0435\u0433",
        "ng\u0456nx",  # a Cyrillic i
        "\u212a.io/app",  # the Kelvin sign, whose lower case is an ASCII k
        "nginx:\uff11",  # a full-width digit
        "a" * 64,  # an image's id
        "app:" + "t" * 129,
        "a.io/" + "r" * 251,
        "docker.io/" + "r" * 240,  # 258 characters with library/
        "n" * 5000,
        "a-" * 2500,
        "a." * 2500 + "/",
    ],
)
def test_what_is_no_reference_is_refused_with_a_code_and_a_sentence(text: str) -> None:
    """The sentence helps a person and does not hand the hostile text on."""
    with pytest.raises(InvalidInput) as refused:
        parse_image_reference(text)

    assert refused.value.code == "invalid_image"
    assert refused.value.message.endswith(".")
    assert len(text) < 4 or text not in refused.value.message


@pytest.mark.parametrize("value", [None, 5, b"nginx", ["nginx"]])
def test_what_is_no_text_is_refused_like_a_wrong_one(value: object) -> None:
    """ARM leaves fields out that its own schema requires."""
    with pytest.raises(InvalidInput):
        parse_image_reference(value)  # type: ignore[arg-type]


def test_a_reference_tells_its_parts() -> None:
    """Registry and repository make the name; tag and digest may both be there."""
    reference = parse_image_reference(f"localhost:5000/team/app:v1@{SHA256}")

    assert reference == ImageReference("localhost:5000", "team/app", "v1", SHA256)
    assert reference.name == "localhost:5000/team/app"


def test_the_longest_reference_of_the_grammar_is_taken() -> None:
    """A name of 255 characters, a tag of 128 and the longest digest."""
    longest = "a.io/" + "r" * 250 + ":" + "t" * 128 + "@" + SHA512

    assert str(parse_image_reference(longest)) == longest


@given(REFERENCES)
@example(f"index.docker.io/a:b@{SHA256}")
def test_the_normal_form_of_a_reference_is_its_own_normal_form(text: str) -> None:
    """Parsing what was printed gives an equal reference, and the same text again."""
    reference = parse_image_reference(text)

    assert parse_image_reference(str(reference)) == reference
    assert str(parse_image_reference(str(reference))) == str(reference)


@given(REFERENCES, REFERENCES)
def test_different_references_have_different_normal_forms(one: str, other: str) -> None:
    """Claims and caches are keyed by the normal form: two images never share a key."""
    first, second = parse_image_reference(one), parse_image_reference(other)

    assert (str(first) == str(second)) == (first == second)


@given(st.text(max_size=300) | st.text("aA0.-_:/@[];$\n ", max_size=300))
@example("sha256:" * 40)
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    """What is taken is plain ASCII and starts with a host: no option, no shell code."""
    try:
        normal_form = str(parse_image_reference(text))
    except InvalidInput:
        return

    assert re.fullmatch(r"[a-z0-9\[][a-z0-9.:\[\]-]*/[A-Za-z0-9._/:@-]+", normal_form)
