"""The first step of a scan, on the real resolver: the registry is well, refuses, or hangs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from activities import resolving, results
from imagescan.bootstrap import App
from imagescan.ports import Registries
from imagescan.scan.outcome import Outcome
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import ScanRequest, Source
from local.registry_stand_in.access import Scheme
from tests.fakes.app import fake_app
from tests.registry.layouts import Layouts, private_access
from tests.registry.resolving import known, resolver
from tests.registry.servers import Running, running


@pytest.fixture
def served(layouts: Layouts) -> Iterator[Running]:
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as registry:
        yield registry


def app_that_asks(registries: Registries) -> App:
    return replace(fake_app()[0], registries=registries)


def begun(app: App, image: str) -> ScanRecord:
    """The record of a scan of the image after its first step, or after its end."""
    scan = ScanRequest(image, image, Source("request"), app.policy)
    answer = resolving.resolve(app, scan)
    if answer["outcome"]:
        results.record(app, scan.scan_id, Outcome.from_dict(answer["outcome"]))
    record = app.scans.get(scan.scan_id)
    assert record is not None
    return record


def test_a_scan_knows_the_digest_that_the_registry_told(served: Running, layouts: Layouts) -> None:
    app = app_that_asks(resolver(served.host, credentials=known(served.host)))

    record = begun(app, f"{served.host}/private/debian:12")

    assert (record.digest, record.index_digest) == (layouts.amd64, layouts.index)


def test_a_wrong_credential_ends_the_scan_as_denied_with_what_to_do(served: Running) -> None:
    """Before anything is created, and without the password."""
    wrong = known(served.host, password="not-the-password")
    app = app_that_asks(resolver(served.host, credentials=wrong))

    told = begun(app, f"{served.host}/private/debian:12").to_wire()

    assert (told["status"], told["reason"]["code"]) == ("failed", "registry_denied")
    assert "correct the registry's credentials" in told["reason"]["remedy"]
    assert "not-the-password" not in str(told)


def test_an_address_that_is_not_listed_ends_the_scan_for_the_scanner_must_not_go_there_either(
    served: Running,
) -> None:
    """The name is one that anybody may deploy."""
    told = begun(app_that_asks(resolver()), f"{served.host}/team/debian:12").to_wire()

    assert (told["status"], told["reason"]["code"]) == ("failed", "image_unavailable")
    assert served.registry.book == []


def test_an_address_inside_ends_the_scan_where_a_mirror_would_know_the_image_too(
    tmp_path: Path,
) -> None:
    """The mirror only tells digests; the scanner would go to the address itself."""
    with running(made_up=tmp_path) as mirror:
        app = app_that_asks(resolver(mirror=f"http://{mirror.host}"))
        told = begun(app, "169.254.169.254/a/b:1").to_wire()

    assert (told["status"], told["reason"]["code"]) == ("failed", "image_unavailable")
    assert "169.254.169.254 leads to an address that is not public." in told["reason"]["message"]
    assert told["digest"] is None
    assert mirror.registry.book == []


def test_a_registry_that_hangs_delays_its_own_images_only(
    served: Running, layouts: Layouts
) -> None:
    """They are scanned by reference when it has been waited for; all others go on meanwhile."""
    with ThreadPoolExecutor() as steps:
        with running(layouts.folder) as hanging:
            hanging.break_with({"hangs": True})
            app = app_that_asks(resolver(served.host, hanging.host))
            late = steps.submit(begun, app, f"{hanging.host}/team/debian:12")

            others = [
                begun(app, f"{served.host}/team/{name}") for name in ("debian:12", "alpine:3.20")
            ]

            assert [record.digest for record in others] == [layouts.amd64, layouts.alpine]
            assert not late.done()
        record = late.result()  # it was cut off; that it is in time is tested beside the resolver

    assert record.digest is None
    assert record.unresolved is not None
