"""The steps of a scan on fakes: what they promise, and that they may be repeated."""

import base64
import gzip
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from activities import claims, container_groups, deployments, results
from imagescan.bootstrap import App
from imagescan.container_group.body import COURIER, SCANNER
from imagescan.ports import Deployed, Refusal
from imagescan.scan.decide import Phase
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.request import Attempt, ScanRequest, Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import Fakes, fake_app

IMAGE = "docker.io/library/nginx:1.27"
ATTEMPT = Attempt("s1", IMAGE, 1, "qscanner-nginx-1")
PLANTED = "AKIA-PLANTED-SECRET"


def resource(name: str) -> str:
    subscription = "11111111-2222-3333-4444-555555555555"
    kind = "Microsoft.ContainerInstance/containerGroups"
    return f"/subscriptions/{subscription}/resourceGroups/rg/providers/{kind}/{name}"


def request(app: App, scan_id: str = "s1", *, force: bool = False) -> ScanRequest:
    return ScanRequest(scan_id, IMAGE, Source("request"), app.policy, force)


def claimed() -> tuple[App, Fakes]:
    """A scan that holds its claim, with its intent in the ledger."""
    app, fakes = fake_app()
    assert claims.acquire(app, request(app), None)["isHeld"]
    app.ledger.intend(ATTEMPT, app.clock.now())
    return app, fakes


def test_one_scan_at_a_time_holds_the_claim_on_an_image() -> None:
    """Who comes later is told who holds it, and a repeat by the holder changes nothing."""
    app, _ = claimed()

    later = claims.acquire(app, request(app, "s2"), None)

    assert later == {"isHeld": False, "holder": "s1", "outcome": None}
    assert claims.acquire(app, request(app), None)["isHeld"]


@pytest.mark.parametrize(
    ("outcome", "takes_it"),
    [
        (Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0}), True),
        (Outcome.failed(ReasonCode.IMAGE_NOT_FOUND), True),
        (Outcome.failed(ReasonCode.TIMED_OUT), False),
        (Outcome.failed(ReasonCode.CANCELLED), False),
        (Outcome.failed(ReasonCode.HOST_LOST), False),
    ],
)
def test_a_joiner_takes_a_result_that_says_something_about_the_image(
    outcome: Outcome, takes_it: bool
) -> None:
    """It scans itself where the one it waited for was cancelled, timed out or lost."""
    app, _ = claimed()
    results.record(app, "s1", outcome)
    app.claims.release(IMAGE, "s1")

    joined = claims.acquire(app, request(app, "s2", force=True), "s1")

    assert (joined["outcome"] is not None) is takes_it
    assert joined["isHeld"] is not takes_it
    if takes_it:
        assert joined["outcome"]["joinedScanId"] == "s1"
        assert joined["outcome"]["status"] == "skipped"


def test_a_completed_scan_is_fresh_for_as_long_as_the_setting_says() -> None:
    """Only completed counts as fresh, and force passes over it."""
    app, fakes = claimed()
    completed = Outcome(Status.COMPLETED, Verdict.VULNERABLE, counts={"total": 3})
    results.record(app, "s1", completed)
    app.claims.release(IMAGE, "s1")

    assert claims.acquire(app, request(app, "s2"), None)["outcome"]["joinedScanId"] == "s1"
    assert claims.acquire(app, request(app, "s3", force=True), None)["isHeld"]
    app.claims.release(IMAGE, "s3")
    fakes.clock.pass_seconds(24 * 3600 + 1)
    assert claims.acquire(app, request(app, "s4"), None)["isHeld"]


def test_a_claim_whose_scan_has_gone_silent_is_taken_over_and_the_old_one_is_fenced() -> None:
    """Its steps come back late, and neither create nor store anything."""
    app, fakes = claimed()
    fakes.clock.pass_seconds(601)

    assert claims.acquire(app, request(app, "s2"), "s1")["isHeld"]

    assert container_groups.create(app, ATTEMPT)["stopped"]["code"] == "host_lost"
    assert container_groups.look(app, ATTEMPT).phase is Phase.STOPPED
    assert results.store(app, ATTEMPT) is not None
    assert fakes.groups.created == []


def test_a_step_of_an_earlier_attempt_is_fenced_too() -> None:
    """Scan and attempt together are the token."""
    app, _ = claimed()
    second = Attempt("s1", IMAGE, 2, "qscanner-nginx-2")
    app.ledger.intend(second, app.clock.now())
    container_groups.create(app, second)

    assert container_groups.create(app, ATTEMPT)["stopped"]


def test_a_create_that_runs_twice_creates_one_group() -> None:
    """The second run adopts what the first one made: another PUT would start it again."""
    app, fakes = claimed()

    container_groups.create(app, ATTEMPT)
    container_groups.create(app, ATTEMPT)

    assert fakes.groups.created == [ATTEMPT.group]


def test_a_refusal_comes_back_as_data_with_its_code() -> None:
    """No exception: Durable would turn it into text."""
    app, fakes = claimed()
    fakes.groups.refusals = [Refusal("ContainerGroupQuotaReached", "x" * 5000, 400, None)]

    answer = container_groups.create(app, ATTEMPT)

    assert answer["refusal"]["code"] == "ContainerGroupQuotaReached"
    assert len(json.dumps(answer)) < 2000


def test_only_a_404_closes_the_ledger() -> None:
    """A deletion that was accepted is no proof."""
    app, fakes = claimed()
    container_groups.create(app, ATTEMPT)
    kept = fakes.groups.groups[ATTEMPT.group]
    container_groups.delete(app, ATTEMPT)
    fakes.groups.groups[ATTEMPT.group] = kept

    assert not container_groups.confirm_gone(app, ATTEMPT)
    del fakes.groups.groups[ATTEMPT.group]
    assert container_groups.confirm_gone(app, ATTEMPT)


def frame(name: str, document: Any, sealed_at: float) -> str:
    content = json.dumps(document).encode()
    digest = hashlib.sha256(content).hexdigest()
    text = base64.b64encode(gzip.compress(content)).decode()
    return (
        f"BEGIN {name} {len(content)} {digest}\n{text}\nEND {name} {len(content)} {digest}\n"
        f"SEAL {name} {digest} {int(sealed_at)}\n"
    )


def sarif(*secrets: str) -> dict[str, Any]:
    results_ = [
        {"ruleId": "S1", "message": {"text": secret}, "properties": {"severity": 5}}
        for secret in secrets
    ]
    driver = {"name": "QScanner", "rules": [{"id": "S1", "name": "Secret"}]}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results_}]}


INVENTORY = {
    "ScansPerformed": [
        {"ScanType": "pkg", "Status": "SUCCESS"},
        {"ScanType": "secret", "Status": "SUCCESS"},
    ],
    "OSResults": [{"Target": "debian 12", "Packages": [{"Name": "bash", "Version": "5"}]}],
}


def collected(
    report: Any, inventory: Any, seal_after_end_seconds: float, *, is_last: bool = False
) -> tuple[dict[str, Any], App, Fakes]:
    """What collecting brings when the files were sealed so long after the scanner's end."""
    app, fakes = claimed()
    container_groups.create(app, ATTEMPT)
    end = fakes.clock.now()
    fakes.groups.end(ATTEMPT.group, SCANNER, 0, end)
    sealed_at = (end + timedelta(seconds=seal_after_end_seconds)).timestamp()
    documents = {"report": report, "inventory": inventory}
    log = "COURIER 1\n" + "".join(
        frame(name, document, sealed_at) for name, document in documents.items() if document
    )
    fakes.groups.logs[ATTEMPT.group, COURIER] = log
    told = {"exitCode": 0, "finishedAt": end.isoformat()}
    return results.collect(app, ATTEMPT, told, is_last), app, fakes


def test_a_sealed_report_without_findings_and_with_its_proof_is_clean() -> None:
    """Everything that clean needs is there."""
    answer, app, _ = collected(sarif(), INVENTORY, 5)

    assert answer["outcome"]["status"] == "completed"
    assert answer["outcome"]["verdict"] == "clean"
    assert results.store(app, ATTEMPT) is None


@pytest.mark.parametrize("seconds", [-5, 0, 2])
def test_a_seal_from_before_the_scanners_end_proves_nothing(seconds: float) -> None:
    """The scanner may have gone on writing."""
    answer, _, _ = collected(sarif(), INVENTORY, seconds, is_last=True)

    assert answer["outcome"] is None


def test_nothing_found_and_no_inventory_is_not_clean() -> None:
    """It waits for the inventory, and in the end says what is missing."""
    waiting, _, _ = collected(sarif(), None, 5)
    last, _, _ = collected(sarif(), None, 5, is_last=True)

    assert waiting["outcome"] is None
    assert last["outcome"]["status"] == "failed"
    assert last["outcome"]["reason"]["code"] == "scan_incomplete"


def test_a_found_secret_is_kept_as_a_finding_without_its_value() -> None:
    """Neither the blob nor the table holds what was found."""
    answer, app, fakes = collected(sarif(PLANTED), INVENTORY, 5)
    results.store(app, ATTEMPT)

    [blob] = fakes.blobs.content.values()
    page = app.findings.page("s1", {}, None, 10)
    assert answer["outcome"]["counts"]["critical"] == 1
    assert [one["type"] for _, one in page] == ["secret"]
    assert PLANTED not in gzip.decompress(blob).decode() + json.dumps(page)


def test_findings_stored_twice_are_there_once() -> None:
    """The step runs at least once."""
    _, app, _ = collected(sarif("a"), INVENTORY, 5)

    results.store(app, ATTEMPT)
    results.store(app, ATTEMPT)

    assert len(app.findings.page("s1", {}, None, 10)) == 1


def test_a_terminal_record_is_written_once_and_stays() -> None:
    """Whoever comes later does not change how a scan ended."""
    app, _ = claimed()
    results.record(app, "s1", Outcome.failed(ReasonCode.TIMED_OUT))
    results.record(app, "s1", Outcome(Status.COMPLETED, Verdict.CLEAN, counts={}))

    record = app.scans.get("s1")
    assert record is not None
    assert record.status is Status.TIMED_OUT
    assert app.images.latest(IMAGE) is None


def test_a_deployment_names_each_image_once_in_normal_form() -> None:
    """Two spellings of one image are one scan; what is no reference is told."""
    app, fakes = fake_app()
    fakes.resources.answers[resource("web")] = Deployed(("nginx:1.27", IMAGE, "UPPER/case"))

    page = deployments.read(app, resource("web"), 0)

    assert [one["name"] for one in page["images"]] == [IMAGE, "UPPER/case"]
    assert page["images"][0]["problem"] is None
    assert page["images"][1]["problem"]["code"] == "image_unavailable"


def test_many_images_come_in_pages_that_fit_the_history() -> None:
    """What crosses the orchestrator stays below 8 KB."""
    app, fakes = fake_app()
    images = tuple(f"registry.example.com/{'x' * 200}/{n}:{'t' * 120}" for n in range(60))
    fakes.resources.answers[resource("web")] = Deployed(images)
    names: list[str] = []
    start: int | None = 0

    while start is not None:
        page = deployments.read(app, resource("web"), start)
        assert len(json.dumps(page)) < 8192
        names += [one["name"] for one in page["images"]]
        start = page["next"]

    assert names == list(images)


def test_a_resource_that_is_gone_has_no_images_and_one_that_is_locked_has_a_problem() -> None:
    """404 starts nothing; 403 ends in a record."""
    app, fakes = fake_app()
    fakes.resources.answers[resource("locked")] = Refusal("AuthorizationFailed", "no", 403)

    assert deployments.read(app, resource("gone"), 0)["images"] == []
    [locked] = deployments.read(app, resource("locked"), 0)["images"]
    assert locked["problem"]["code"] == "resource_unreadable"
