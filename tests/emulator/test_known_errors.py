"""The errors that ACI is known for: each by its name alone, as the SDK sees it."""

import pytest

from tests.emulator.bodies import group
from tests.emulator.in_process import World, refused, told

# What stands on the wire for each name; `known_errors` has the sources.
STATUS = {
    "TooManyRequests": 429, "SubscriptionRequestsThrottled": 429,
    "ContainerGroupQuotaReached": 400, "ServiceUnavailable": 409, "RegistryErrorResponse": 409,
    "InaccessibleImage": 400, "ContainerGroupTransitioning": 409, "OsVersionNotSupported": 400,
    "ContainerGroupDeploymentNotReady": 404, "ContainerLogNotAvailable": 404,
    "ContainerGroupStopped": 404, "ResourceNotFound": 404,
    "ResourceGroupNotFound": 404, "AuthorizationFailed": 403,
    "InvalidAuthenticationToken": 401, "MissingSubscriptionRegistration": 409,
    "InternalServerError": 500, "BadGateway": 502, "GatewayTimeout": 504,
}  # fmt: skip


@pytest.mark.parametrize("code", STATUS)
def test_a_known_error_has_its_status_and_code_without_being_told(code: str) -> None:
    world = World(sdk_options={"retry_total": 0})
    world.put("one", group())
    world.set_faults({"operation": "get", "code": code})
    assert told(refused(lambda: world.get("one"))) == (STATUS[code], code)


def test_a_quota_of_nothing_is_called_service_unavailable(world: World) -> None:
    """Support article "container group quota exceeded in region"."""
    world.set_faults({"operation": "put", "code": "QuotaLimitZero"})
    error = refused(lambda: world.put("one", group()))
    assert told(error) == (409, "ServiceUnavailable")
    assert "'ContainerGroups' exceeded in region" in str(error)
    assert "Limit: '0'" in str(error)


def test_what_a_fault_says_goes_before_what_is_known(world: World) -> None:
    fault = {"operation": "put", "code": "ServiceUnavailable", "status": 503, "message": "Full."}
    world.set_faults(fault)
    error = refused(lambda: world.put("one", group()))
    assert told(error) == (503, "ServiceUnavailable")
    assert "Full." in str(error)


def test_throttling_tells_the_sdk_how_long_to_wait(world: World) -> None:
    world.put("one", group())
    world.set_faults({"operation": "get", "code": "TooManyRequests", "count": 1})
    before = world.clock.now()
    assert world.get("one").name == "one"
    assert (world.clock.now() - before).total_seconds() == 10
