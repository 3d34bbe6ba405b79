"""The registry stand-in serves layouts as the distribution project's registry serves images."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from local.registry_stand_in.images import Image, add_image, debian
from local.registry_stand_in.layouts import OCI_INDEX
from local.registry_stand_in.layouts import Layouts as Served
from local.registry_stand_in.made_up import MadeUp
from local.registry_stand_in.registry import Registry
from tests.registry.client import DOCKER_MANIFEST, EVERYTHING, Client, content
from tests.registry.layouts import Layouts, make_layouts

ROOT = Path(__file__).parents[2]


@pytest.fixture
def client(layouts: Layouts) -> Client:
    return Client(Registry(Served([layouts.folder])))


def test_a_manifest_is_the_same_by_tag_and_by_digest(client: Client, layouts: Layouts) -> None:
    """And its digest is the hash of what comes."""
    by_tag = client.ask("/v2/team/debian/manifests/12")
    by_digest = client.ask(f"/v2/team/debian/manifests/{layouts.index}")

    assert by_tag == by_digest
    assert isinstance(by_tag.body, bytes)
    assert f"sha256:{hashlib.sha256(by_tag.body).hexdigest()}" == layouts.index
    assert by_tag.headers["Docker-Content-Digest"] == layouts.index
    assert by_tag.headers["Content-Type"] == OCI_INDEX


def test_every_platforms_manifest_config_and_layer_can_be_had(
    client: Client, layouts: Layouts
) -> None:
    """What an index leads to is served as well."""
    for digest in (layouts.amd64, layouts.arm64):
        manifest = content(client.ask(f"/v2/team/debian/manifests/{digest}"))
        for one in (manifest["config"], *manifest["layers"]):
            blob = client.ask(f"/v2/team/debian/blobs/{one['digest']}").body
            assert isinstance(blob, Path)
            assert blob.stat().st_size == one["size"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v2/team/none/manifests/1", "NAME_UNKNOWN"),
        ("/v2/team/debian/manifests/none", "MANIFEST_UNKNOWN"),
        ("/v2/team/debian/manifests/sha256:" + "0" * 64, "MANIFEST_UNKNOWN"),
        ("/v2/team/debian/blobs/sha256:" + "0" * 64, "BLOB_UNKNOWN"),
        ("/v2/team/debian/blobs/sha256:../../index.json", None),
        ("/v2/../layouts/manifests/12", None),
        ("/v2/team/debian/", None),
        ("/elsewhere", None),
    ],
)
def test_what_is_not_there_is_404(client: Client, path: str, code: str | None) -> None:
    """With the code of the specification where it has one."""
    reply = client.ask(path)

    assert reply.status == 404
    if code:
        assert content(reply)["errors"][0]["code"] == code


def test_tags_are_listed(client: Client) -> None:
    """Of a repository, sorted."""
    assert content(client.ask("/v2/team/debian/tags/list")) == {
        "name": "team/debian", "tags": ["12"],
    }  # fmt: skip


def test_nothing_can_be_pushed(client: Client) -> None:
    """It serves what lies on the disk."""
    assert client.ask("/v2/team/debian/manifests/12", "PUT").status == 404


def test_an_oci_index_is_hidden_from_a_client_that_does_not_accept_it(client: Client) -> None:
    """As distribution's GetManifest has it."""
    reply = client.ask("/v2/team/debian/manifests/12", accept=DOCKER_MANIFEST)

    assert (reply.status, content(reply)["errors"][0]["code"]) == (404, "MANIFEST_UNKNOWN")


def test_a_docker_list_becomes_the_amd64_image_for_a_client_that_knows_no_lists(
    client: Client, layouts: Layouts
) -> None:
    """By tag; with the list accepted it is the list."""
    path = "/v2/docker/debian/manifests/12"
    old, new = client.ask(path, accept=f"{DOCKER_MANIFEST};q=0.5"), client.ask(path)

    assert old.headers["Docker-Content-Digest"] == layouts.docker_amd64
    assert new.headers["Docker-Content-Digest"] == layouts.docker_index


def test_making_a_layout_twice_gives_the_same_digests(tmp_path: Path, layouts: Layouts) -> None:
    """Nothing of the time or the machine is in it."""
    again = make_layouts(tmp_path)

    assert again.index == layouts.index
    assert again.alpine == layouts.alpine


def test_a_tag_that_moves_leaves_its_old_image_to_its_digest_only_while_it_is_listed(
    tmp_path: Path,
) -> None:
    """A layout tells its images by `index.json`; what nothing leads to is not served."""
    folder = tmp_path / "app"
    before = add_image(folder, "1", Image(debian()))
    after = add_image(folder, "1", Image({"new": "file"}))
    client = Client(Registry(Served([tmp_path])))

    assert client.ask("/v2/app/manifests/1").headers["Docker-Content-Digest"] == after
    assert client.pull(f"app/manifests/{before}") == 404


def test_a_layout_given_itself_is_the_repository_of_its_name(layouts: Layouts) -> None:
    """`--layouts folder/of/one-image` needs nothing around it."""
    client = Client(Registry(Served([layouts.folder / "team/debian"])))

    assert client.pull("debian/manifests/12") == 200


def test_images_of_other_registries_are_made_up_and_say_so(
    layouts: Layouts, tmp_path: Path
) -> None:
    """Each name its own image, the same whenever it is asked for; nothing by a digest."""
    registry = Registry(Served([layouts.folder]), made_up=MadeUp(tmp_path))
    client = Client(registry)
    path = "/v2/library/nginx/manifests/{}?ns=docker.io"

    first, other = client.ask(path.format("1.27")), client.ask(path.format("1.28"))
    again = Client(Registry(Served([layouts.folder]), made_up=MadeUp(tmp_path)))
    digest = first.headers["Docker-Content-Digest"]

    assert first.status == other.status == 200
    assert digest != other.headers["Docker-Content-Digest"]
    assert again.ask(path.format(digest)) == first
    assert client.ask(path.format("sha256:" + "0" * 64)).status == 404
    assert client.pull("library/nginx/manifests/1.27") == 404
    assert client.pull("library/nginx/manifests/1.27?ns=127.0.0.1:5000") == 404


def test_a_layout_goes_before_what_would_be_made_up(tmp_path: Path) -> None:
    """Real images can stand in for those of any registry."""
    digest = add_image(tmp_path / "own/docker.io/library/nginx", "1.27", Image(debian()))
    client = Client(Registry(Served([tmp_path / "own"]), made_up=MadeUp(tmp_path / "made-up")))

    reply = client.ask("/v2/library/nginx/manifests/1.27?ns=docker.io")

    assert reply.headers["Docker-Content-Digest"] == digest


def test_faults_happen_as_often_as_they_are_told_to(client: Client) -> None:
    """Then the registry is well again."""
    assert client.registry.faults.set(
        [{"path": "/v2/team/*", "status": 429, "headers": {"Retry-After": "7"}, "count": 1}]
    ) is None  # fmt: skip

    broken = client.ask("/v2/team/debian/manifests/12")

    assert (broken.status, broken.headers["Retry-After"]) == (429, "7")
    assert client.pull("team/debian/manifests/12") == 200


def test_the_program_serves_what_it_is_told_and_ends_when_it_is_asked_to(
    layouts: Layouts, tmp_path: Path
) -> None:
    """`ready URL` is its word; its samples are ordinary layouts."""
    rules = tmp_path / "access.json"
    rules.write_text(json.dumps({"scheme": "basic", "private": ["team/*"]}))
    command = [sys.executable, "-m", "local.registry_stand_in", "--port", "0", "--samples"]
    command += ["--layouts", str(tmp_path / "own"), str(layouts.folder), "--access", str(rules)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        word, url = process.stdout.readline().split()
        accept = {"Accept": EVERYTHING}
        sample = requests.get(f"{url}/v2/samples/debian/manifests/12", headers=accept, timeout=20)
        hidden = requests.get(f"{url}/v2/team/debian/manifests/12", headers=accept, timeout=20)
        assert (word, sample.status_code, hidden.status_code) == ("ready", 200, 401)
    finally:
        process.terminate()
        process.wait(20)
    assert process.returncode == 0
