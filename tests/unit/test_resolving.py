"""From a reference to what is scanned: the first step of a scan, and what follows from a no."""

from dataclasses import replace

import pytest

from activities import claims, resolving, results
from imagescan.bootstrap import App
from imagescan.ports import ResolveProblem, Unresolved
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import ScanRequest, Source
from imagescan.scan.status import Status, Verdict
from imagescan.scan.unresolved import why_not_scanned
from tests.fakes.app import Fakes, fake_app
from tests.unit.environment import COMPLETE, settings
from triggers.http_scans import running_scan

NAME = "registry.example.com/team/app"
DIGEST, INDEX, OTHER = (f"sha256:{letter * 64}" for letter in "abc")
IDENTITY = (
    f"/subscriptions/{COMPLETE['AZURE_SUBSCRIPTION_ID']}/resourceGroups/qscanner-rg"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/scan"
)
ACR = "contoso.azurecr.io/app:1"
COMPLETED = Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0})


def pushed(*tags: str) -> tuple[App, Fakes]:
    """A registry in which these tags are one image, by way of an index."""
    app, fakes = fake_app()
    for tag in tags:
        fakes.registries.push(NAME, tag, DIGEST, INDEX)
    return app, fakes


def asked(app: App, image: str, scan_id: str = "s1") -> ScanRequest:
    return ScanRequest(scan_id, image, Source("request"), app.policy)


def record_of(app: App, scan_id: str = "s1") -> ScanRecord:
    record = app.scans.get(scan_id)
    assert record is not None
    return record


def resolved(app: App, image: str, scan_id: str) -> ScanRequest:
    """As the orchestration goes on."""
    request = asked(app, image, scan_id)
    return request.resolved_to(resolving.resolve(app, request)["digest"])


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (ResolveProblem.NOT_FOUND, ReasonCode.IMAGE_NOT_FOUND),
        (ResolveProblem.DENIED, ReasonCode.REGISTRY_DENIED),
        (ResolveProblem.NO_PLATFORM, ReasonCode.OS_UNSUPPORTED),
        (ResolveProblem.FORBIDDEN_ADDRESS, ReasonCode.IMAGE_UNAVAILABLE),
        (ResolveProblem.UNAVAILABLE, None),
    ],
)
def test_each_problem_has_its_reason_but_for_a_registry_that_does_not_answer(
    problem: ResolveProblem, code: ReasonCode | None
) -> None:
    """With what the registry said."""
    reason = why_not_scanned(Unresolved(problem, "It said so."), is_read_by_identity=False)

    assert (reason and (reason.code, reason.message)) == (code and (code, "It said so."))


@pytest.mark.parametrize("problem", ResolveProblem)
def test_a_scanner_with_an_identity_of_its_own_is_kept_back_by_all_but_a_denial(
    problem: ResolveProblem,
) -> None:
    """It may be let in where the app is not; what is not there, is not there for it either."""
    unresolved = Unresolved(problem, "")
    own = why_not_scanned(unresolved, is_read_by_identity=True)
    other = why_not_scanned(unresolved, is_read_by_identity=False)

    assert own == (None if problem is ResolveProblem.DENIED else other)


def test_the_record_tells_of_the_digest_that_is_scanned_and_of_its_index() -> None:
    app, _ = pushed("1")

    answer = resolving.resolve(app, asked(app, f"{NAME}:1"))

    assert answer == {"digest": DIGEST, "outcome": None}
    record = record_of(app)
    assert (record.digest, record.index_digest, record.unresolved) == (DIGEST, INDEX, None)
    assert record.status is Status.QUEUED


@pytest.mark.parametrize("problem", [ResolveProblem.NOT_FOUND, ResolveProblem.FORBIDDEN_ADDRESS])
def test_an_image_that_cannot_be_had_fails_with_what_was_said(problem: ResolveProblem) -> None:
    app, fakes = fake_app()
    fakes.registries.refuse(f"{NAME}:1", problem)

    answer = resolving.resolve(app, asked(app, f"{NAME}:1"))

    outcome = Outcome.from_dict(answer["outcome"])
    assert outcome.status is Status.FAILED
    assert outcome.reason is not None
    assert str(problem) in outcome.reason.message
    assert (answer["digest"], record_of(app).digest) == (None, None)


def test_where_the_registry_does_not_answer_the_record_says_that_a_reference_is_scanned() -> None:
    app, fakes = fake_app()
    fakes.registries.refuse(f"{NAME}:1", ResolveProblem.UNAVAILABLE)

    answer = resolving.resolve(app, asked(app, f"{NAME}:1"))

    assert answer == {"digest": None, "outcome": None}
    assert record_of(app).unresolved == "The fake says unavailable."


@pytest.mark.parametrize(
    ("image", "identity", "credentials", "is_scanned"),
    [
        (ACR, IDENTITY, "{}", True),
        (ACR, "", "{}", False),
        (ACR, IDENTITY, '{"contoso.azurecr.io": {"username": "u", "password": "p"}}', False),
        ("ghcr.io/org/app:1", IDENTITY, "{}", False),
        ("contoso.azurecr.io.evil.com/app:1", IDENTITY, "{}", False),
    ],
)
def test_who_is_denied_is_scanned_only_where_the_groups_identity_pulls(
    image: str, identity: str, credentials: str, *, is_scanned: bool
) -> None:
    """The app may lack the right that the identity has; with a credential both are the same."""
    app, fakes = fake_app()
    known = settings(SCAN_IDENTITY_ID=identity, REGISTRY_CREDENTIALS=credentials)
    fakes.registries.refuse(image, ResolveProblem.DENIED)

    answer = resolving.resolve(replace(app, settings=known), asked(app, image))

    assert (answer["outcome"] is None) is is_scanned
    assert (record_of(app).unresolved is not None) is is_scanned


def test_a_step_that_comes_again_goes_by_what_it_wrote_down_though_the_tag_has_moved() -> None:
    """The scanner was given the first digest already."""
    app, fakes = pushed("1")
    request = asked(app, f"{NAME}:1")
    resolving.resolve(app, request)
    fakes.registries.push(NAME, "1", OTHER)

    assert resolving.resolve(app, request)["digest"] == DIGEST
    assert record_of(app).digest == DIGEST


def test_a_step_that_comes_again_names_no_digest_where_the_reference_is_scanned_by_now() -> None:
    """The registry is back, and nobody knows what it would have said before."""
    app, fakes = fake_app()
    fakes.registries.refuse(f"{NAME}:1", ResolveProblem.UNAVAILABLE)
    resolving.resolve(app, asked(app, f"{NAME}:1"))
    fakes.registries.push(NAME, "1", DIGEST)

    assert resolving.resolve(app, asked(app, f"{NAME}:1"))["digest"] is None
    assert record_of(app).digest is None


def test_nobody_is_asked_for_a_scan_that_has_ended() -> None:
    """Its step came back late."""
    app, fakes = pushed("1")
    request = asked(app, f"{NAME}:1")
    claims.acquire(app, request, None)
    results.record(app, "s1", Outcome.failed(ReasonCode.HOST_LOST))

    assert resolving.resolve(app, request) == {"digest": None, "outcome": None}
    assert fakes.registries.asked == []


def test_two_tags_of_one_digest_are_one_scan_while_it_runs_and_while_it_is_fresh() -> None:
    """And the image that was not scanned itself shows what was found in it."""
    app, _ = pushed("1", "stable")
    first, second = resolved(app, f"{NAME}:1", "s1"), resolved(app, f"{NAME}:stable", "s2")

    assert claims.acquire(app, first, None)["isHeld"]
    assert claims.acquire(app, second, None)["holder"] == "s1"

    results.record(app, "s1", COMPLETED)
    joined = Outcome.from_dict(claims.acquire(app, second, "s1")["outcome"])
    assert (joined.status, joined.joined_scan_id) == (Status.SKIPPED, "s1")
    results.record(app, "s2", joined)
    posture = app.images.latest(f"{NAME}:stable")
    assert posture is not None
    assert (posture.scan_id, posture.digest) == ("s1", DIGEST)


def test_who_asks_for_an_image_is_told_of_the_scan_that_runs_only_while_it_is_the_same_image() -> (
    None
):
    """A tag that has moved, or whose registry does not answer, gets a scan of its own."""
    app, fakes = pushed("1")
    first = resolved(app, f"{NAME}:1", "s1")
    assert claims.acquire(app, first, None)["isHeld"]

    running = running_scan(app, f"{NAME}:1")
    assert running is not None
    assert running.scan_id == "s1"
    fakes.registries.refuse(f"{NAME}:1", ResolveProblem.UNAVAILABLE)
    assert running_scan(app, f"{NAME}:1") is None
    fakes.registries.push(NAME, "1", OTHER)
    assert running_scan(app, f"{NAME}:1") is None


def test_a_tag_that_has_moved_is_scanned_though_its_last_scan_is_young() -> None:
    """It is another image now."""
    app, fakes = pushed("1")
    first = resolved(app, f"{NAME}:1", "s1")
    assert claims.acquire(app, first, None)["isHeld"]
    results.record(app, "s1", COMPLETED)
    app.claims.release(first.claim_key, "s1")
    fakes.registries.push(NAME, "1", OTHER)

    second = resolved(app, f"{NAME}:1", "s2")

    assert claims.acquire(app, second, None)["isHeld"]
    assert second.target == f"{NAME}@{OTHER}"
