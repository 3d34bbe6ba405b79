"""The container group's name, body and the time that it may take."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.container_group.body import build_body, scanner_command
from imagescan.container_group.name import group_name
from imagescan.container_group.refusals import RULES, CreateLater, after_refusal
from imagescan.container_group.time_budget import had_courier_left, share_out
from imagescan.ports import Refusal
from imagescan.scan.profile import Profile
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.request import Attempt
from tests.unit.environment import COMPLETE, LOGIN, settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
IMAGE = "docker.io/library/nginx:1.27"
ACI_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@given(st.text(max_size=300), st.integers(1, 3), st.text(max_size=400))
def test_every_name_is_legal_in_aci(scan_id: str, attempt: int, image: str) -> None:
    """1-63 lower-case letters, digits and single hyphens, whatever the image is called."""
    name = group_name(scan_id, attempt, image)

    assert ACI_NAME.fullmatch(name)
    assert "--" not in name
    assert name.startswith("qscanner-")


def test_names_repeat_for_one_attempt_and_differ_between_attempts_and_scans() -> None:
    """A step that runs twice meets its own group."""
    names = {group_name(scan, n, IMAGE) for scan in ("a", "b") for n in (1, 2)}

    assert len(names) == 4
    assert group_name("a", 1, IMAGE) in names


def test_a_courier_has_left_when_its_log_is_first_looked_at_after_it_lingered() -> None:
    """600 seconds of a scan timeout of 1800, from the scanner's end."""
    looks = [NOW + timedelta(seconds=seconds) for seconds in (0, 600, 601)]

    assert [had_courier_left(NOW, look, 1800) for look in looks] == [False, False, True]


@given(st.integers(10, 86400))
def test_scanner_retries_and_courier_together_stay_within_the_timeout(timeout: int) -> None:
    """With all of our code dead, the group ends by itself."""
    budget = share_out(timeout)

    assert budget.wait_seconds + budget.linger_seconds <= timeout
    assert budget.scan_seconds >= 1
    assert budget.report_retries >= 1
    assert budget.linger_seconds <= 600


def test_the_image_is_one_argument_and_no_shell_sees_it() -> None:
    """An image reference never stands inside a shell string."""
    body = build_body(Attempt("s", IMAGE, 1, "qscanner-x"), settings(), NOW)
    scanner, courier = body["properties"]["containers"]

    command = scanner["properties"]["command"]
    assert command[:3] == ["/opt/qualys/qscanner", "image", IMAGE]
    assert IMAGE not in json.dumps(courier)
    assert "sh" not in command


def test_the_access_token_is_a_secure_value_and_stands_nowhere_else() -> None:
    """ACI gives command lines and plain values back to whoever may read the group."""
    known = settings()
    body = build_body(Attempt("s", IMAGE, 1, "qscanner-x"), known, NOW)
    [variable] = body["properties"]["containers"][0]["properties"]["environmentVariables"]

    assert variable == {"name": "QUALYS_ACCESS_TOKEN", "secureValue": known.qualys.access_token}
    assert json.dumps(body).count(known.qualys.access_token) == 1


def test_a_group_is_in_a_subnet_only_where_one_is_set() -> None:
    subnet = (
        f"/subscriptions/{settings().subscription_id}/resourceGroups/network-rg/providers"
        "/Microsoft.Network/virtualNetworks/spoke/subnets/scans"
    )
    attempt = Attempt("s", IMAGE, 1, "qscanner-x")

    inside = build_body(attempt, settings(SUBNET_ID=subnet), NOW)["properties"]
    assert inside["subnetIds"] == [{"id": subnet}]
    assert "subnetIds" not in build_body(attempt, settings(), NOW)["properties"]


def test_cpu_and_memory_of_both_containers_are_the_settings_in_total() -> None:
    """Quota is counted per group."""
    body = build_body(Attempt("s", IMAGE, 1, "qscanner-x"), settings(), NOW)
    asked = [
        container["properties"]["resources"]["requests"]
        for container in body["properties"]["containers"]
    ]

    assert round(sum(one["cpu"] for one in asked), 2) == 2
    assert round(sum(one["memoryInGB"] for one in asked), 1) == 4


def test_the_scanner_gets_the_arguments_of_the_published_command_line() -> None:
    """No argument of the original contract is left."""
    command = scanner_command(IMAGE, "US1", share_out(1800))

    assert not {"--image", "--tag", "--output-format", "--access-token"} & set(command)
    assert command[command.index("--scan-types") + 1] == "pkg,secret"
    assert command[command.index("--scan-timeout") + 1] == "600s"


def legacy_body(**changed: str) -> dict[str, Any]:
    attempt = Attempt("s", IMAGE, 1, "qscanner-x", Profile.LEGACY)
    return build_body(attempt, settings(**LOGIN, **changed), NOW)


def test_a_legacy_scan_is_one_container_with_the_predecessors_arguments_and_no_shell() -> None:
    """ACI replaces the entry point: the binary's path is absolute, and the image one argument."""
    properties = legacy_body()["properties"]
    [scanner] = properties["containers"]

    command = scanner["properties"]["command"]
    assert command[:5] == ["/opt/qualys/qscanner", "--image", IMAGE, "--output-format", "json"]
    assert command[5:] == [
        "--tag", f"image={IMAGE}", "--tag", "scan_id=s", "--tag", f"scan_time={NOW.isoformat()}",
    ]  # fmt: skip
    assert scanner["name"] == "qscanner"
    assert "volumes" not in properties
    assert scanner["properties"]["resources"]["requests"] == {"cpu": 1, "memoryInGB": 2}


def test_the_legacy_login_goes_out_as_secure_values_and_nowhere_else() -> None:
    """An access token that is set too stays at home."""
    token = COMPLETE["QUALYS_ACCESS_TOKEN"]
    body = json.dumps(legacy_body(QSCANNER_PROFILE="legacy"))
    [scanner] = legacy_body()["properties"]["containers"]

    assert scanner["properties"]["environmentVariables"] == [
        {"name": name, "secureValue": LOGIN[name]}
        for name in ("QUALYS_USERNAME", "QUALYS_PASSWORD")
    ]
    assert body.count(LOGIN["QUALYS_USERNAME"]) == body.count(LOGIN["QUALYS_PASSWORD"]) == 1
    assert token not in body


def refusal(code: str, message: str = "", retry_after_seconds: int | None = None) -> Refusal:
    return Refusal(code, message, 409, retry_after_seconds)


# What follows each code: the reason in the end, how often it is asked again before, seconds apart.
FOLLOWS = {
    "TooManyRequests": (ReasonCode.CAPACITY_UNAVAILABLE, 10, 30),
    "SubscriptionRequestsThrottled": (ReasonCode.CAPACITY_UNAVAILABLE, 10, 30),
    "ContainerGroupQuotaReached": (ReasonCode.QUOTA_EXHAUSTED, 5, 180),
    "ServiceUnavailable": (ReasonCode.CAPACITY_UNAVAILABLE, 4, 60),
    "RegistryErrorResponse": (ReasonCode.START_FAILED, 4, 120),
    "InaccessibleImage": (ReasonCode.START_FAILED, 1, 30),
    "ContainerGroupTransitioning": (ReasonCode.START_FAILED, 6, 15),
    "InternalServerError": (ReasonCode.START_FAILED, 3, 30),
    "BadGateway": (ReasonCode.START_FAILED, 3, 30),
    "GatewayTimeout": (ReasonCode.START_FAILED, 3, 30),
    "AuthorizationFailed": (ReasonCode.START_FAILED, 0, 0),
    "InvalidAuthenticationToken": (ReasonCode.START_FAILED, 0, 0),
    "MissingSubscriptionRegistration": (ReasonCode.START_FAILED, 0, 0),
    "OsVersionNotSupported": (ReasonCode.START_FAILED, 0, 0),
    "ResourceGroupNotFound": (ReasonCode.START_FAILED, 0, 0),
}


def test_azures_own_waiting_time_is_respected_when_it_is_longer() -> None:
    """Asking earlier would only be refused again."""
    assert after_refusal(refusal("TooManyRequests", "", 77), 0) == CreateLater(77)


def test_no_waiting_time_is_so_long_that_the_claim_runs_out() -> None:
    """Claims last ten minutes, and nothing renews them during a wait."""
    assert after_refusal(refusal("TooManyRequests", "", 86400), 0) == CreateLater(300)


@pytest.mark.parametrize("code", ["ContainerGroupQuotaReached", "ServiceUnavailable"])
@pytest.mark.parametrize("limit", [0, 1])
def test_a_quota_that_is_smaller_than_the_group_is_not_waited_for(code: str, limit: int) -> None:
    """It does not come free by itself; ACI says so under two codes."""
    message = (
        "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota "
        f"'StandardCores' exceeded in region 'westeurope'. Limit: '{limit}', Usage: '0' "
        "Requested: '2'."
    )
    answer = after_refusal(refusal(code, message), 0)

    assert not isinstance(answer, CreateLater)
    assert answer.code is ReasonCode.QUOTA_EXHAUSTED


@pytest.mark.parametrize("code", FOLLOWS)
@pytest.mark.parametrize("status", [400, 409, 429, 503])
def test_each_error_of_aci_has_its_number_of_tries_whatever_its_http_status(
    code: str, status: int
) -> None:
    """Row by row, as Microsoft's pages tell what passes by itself and what does not."""
    reason, tries, wait_seconds = FOLLOWS[code]

    for refused_before in range(tries):
        again = after_refusal(Refusal(code, "", status), refused_before)
        assert again == CreateLater(wait_seconds)
    last = after_refusal(Refusal(code, "", status), tries)
    assert isinstance(last, Reason)
    assert last.code is reason


def test_every_row_of_the_table_is_tried_here() -> None:
    """A code that is added is decided on twice."""
    assert set(FOLLOWS) == set(RULES)


def test_an_unknown_refusal_ends_the_scan_with_what_azure_said() -> None:
    """A person can act on the code and the message."""
    answer = after_refusal(refusal("SomethingNew", "no such thing"), 0)

    assert not isinstance(answer, CreateLater)
    assert "SomethingNew: no such thing" in answer.message
