"""The app and its scans in a network: off unless it is asked for, and with one right more."""

import copy

import pytest

from tests.infrastructure import checks
from tests.infrastructure.compiler import Resource, needs_bicep
from tests.infrastructure.conftest import NETWORK
from tests.infrastructure.recorded import Run

pytestmark = [needs_bicep, pytest.mark.xdist_group("bicep")]
JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"


@pytest.fixture(scope="session")
def run_in_a_network(with_options: list[Resource]) -> Run:
    """What the app does to Azure with a subnet for its scans."""
    return Run(checks.app_settings(with_options))


def test_without_subnets_there_is_nothing_of_a_network(main: list[Resource]) -> None:
    site = checks.only(main, "Microsoft.Web/sites")

    assert site["properties"].get("virtualNetworkSubnetId") is None
    assert "SUBNET_ID" not in checks.app_settings(main)
    assert "Microsoft.Network" not in str(main)


def test_app_and_scans_get_the_subnets_that_are_meant_for_them(
    with_options: list[Resource],
) -> None:
    site = checks.only(with_options, "Microsoft.Web/sites")

    assert site["properties"]["virtualNetworkSubnetId"] == f"{NETWORK}/app"
    assert checks.app_settings(with_options)["SUBNET_ID"] == f"{NETWORK}/scans"
    assert checks.the_app_starts_with_its_settings(with_options) == []
    assert checks.every_setting_is_read_by_somebody(with_options) == []


def test_the_app_may_join_groups_to_the_scans_subnet_and_to_no_other(
    with_options: list[Resource], watch: list[Resource], run_in_a_network: Run
) -> None:
    """By the requests of a run on the emulator, whose groups name the subnet."""
    everything = with_options + watch

    assert checks.what_the_app_does_is_granted_and_no_more(everything, run_in_a_network) == []
    joined = [scope for scope, action in checks.granted(everything) if action == JOIN.lower()]
    assert joined == [f"{NETWORK}/scans".lower()]


def test_a_right_to_join_that_is_missing_is_found(
    with_options: list[Resource], watch: list[Resource], run_in_a_network: Run
) -> None:
    broken = copy.deepcopy(with_options + watch)
    for one in checks.of_type(broken, checks.ROLE_DEFINITION):
        [permission] = one["properties"]["permissions"]
        permission["actions"] = [each for each in permission["actions"] if each != JOIN]

    wrong = checks.what_the_app_does_is_granted_and_no_more(broken, run_in_a_network)

    assert wrong == [f"{JOIN} is not granted for {NETWORK}/scans"]
