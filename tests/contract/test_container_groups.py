"""Container groups: what the port promises, of the fake and of the emulator through the SDK."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from imagescan.adapters.container_instances import AzureContainerGroups
from imagescan.container_group.body import COURIER, SCANNER, build_body
from imagescan.container_group.revival import build_revival_body
from imagescan.errors import TransientError
from imagescan.ports import ContainerGroups, GroupShape, Refusal
from imagescan.scan.request import Attempt
from tests.contract.azure import PATIENCE_SECONDS, PLACE, REGION, TidyContainerGroups
from tests.contract.conftest import wait_for
from tests.emulator.specification import of_request
from tests.fakes.azure import FakeContainerGroups
from tests.unit.environment import COMPLETE, settings

pytestmark = pytest.mark.xdist_group("emulator")
SUBSCRIPTION = COMPLETE["AZURE_SUBSCRIPTION_ID"]
KINDS = ["fake", pytest.param("emulator", marks=pytest.mark.integration)]
KINDS += ["azure"] if PLACE else []


@pytest.fixture(params=KINDS)
def groups(request: pytest.FixtureRequest) -> Iterator[ContainerGroups]:
    if request.param == "azure":
        assert PLACE is not None
        real = TidyContainerGroups(PLACE)
        yield real
        real.tidy()
    elif request.param == "emulator":
        emulator = request.getfixturevalue("emulator")
        yield AzureContainerGroups(emulator, SUBSCRIPTION, "qscanner-rg")
    else:
        yield FakeContainerGroups()


def until(groups: ContainerGroups, look: Callable[[], bool]) -> None:
    """Until it is so; Azure takes its time."""
    wait_for(look, PATIENCE_SECONDS if isinstance(groups, TidyContainerGroups) else 60)


def create(groups: ContainerGroups) -> str:
    name = f"qscanner-{uuid.uuid4().hex[:12]}"
    attempt = Attempt("s1", "docker.io/library/nginx:1.27", 1, name)
    body = build_body(attempt, settings(AZURE_REGION=REGION), datetime.now(UTC))
    assert groups.create(name, body) is None
    return name


def state_of(groups: ContainerGroups, name: str) -> str | None:
    group = groups.get(name)
    return group.provisioning_state if group else None


def set_faults(emulator: str, *faults: dict[str, Any]) -> None:
    requests.put(f"{emulator}/emulator/faults", json=faults, timeout=10).raise_for_status()


@contextmanager
def pages_of(emulator: str, size: int) -> Iterator[None]:
    """Lists in pages of this size, meanwhile."""
    url = f"{emulator}/emulator/limits"
    requests.put(url, json={"groupsPerPage": size}, timeout=10).raise_for_status()
    try:
        yield
    finally:
        requests.put(url, json={}, timeout=10).raise_for_status()


def test_a_group_that_was_created_can_be_read_with_its_tags(groups: ContainerGroups) -> None:
    """The scan that it belongs to stands on it."""
    name = create(groups)

    group = groups.get(name)

    assert group is not None
    assert group.tags["scan-id"] == "s1"
    assert group.provisioning_state in ("Pending", "Creating", "Succeeded")


def test_the_containers_run_in_the_end_and_tell_their_states(groups: ContainerGroups) -> None:
    """Scanner and courier each have a state of their own."""
    name = create(groups)

    def both_known() -> bool:
        group = groups.get(name)
        return group is not None and set(group.containers) == {SCANNER, COURIER}

    until(groups, both_known)


def test_a_group_that_runs_tells_since_when_and_how_large_it_is(groups: ContainerGroups) -> None:
    """What a scan costs rests on it: from the pull on, all containers together."""
    name = create(groups)
    until(groups, lambda: (seen := groups.get(name)) is not None and seen.state == "Running")

    group = groups.get(name)

    assert group is not None
    assert group.shape == GroupShape(REGION, 2.0, 4.0)
    assert group.pulling_at is not None
    started = [state.started_at for state in group.containers.values() if state.started_at]
    assert len(started) == 2
    assert group.pulling_at <= min(started)


def test_a_group_that_is_not_there_is_none_and_has_no_log(groups: ContainerGroups) -> None:
    """404 is a value."""
    assert groups.get("qscanner-none") is None
    assert groups.log("qscanner-none", COURIER) is None


def test_deleting_ends_in_a_404_and_may_be_repeated(groups: ContainerGroups) -> None:
    """A group that is not there is deleted."""
    name = create(groups)

    assert groups.delete(name) is None
    until(groups, lambda: groups.get(name) is None)
    assert groups.delete(name) is None


def test_a_list_tells_of_every_group_with_its_tags_and_shape(groups: ContainerGroups) -> None:
    """Of all pages; nothing is said of how its containers are."""
    names = [create(groups) for _ in range(3)]

    listed = groups.list()

    assert not isinstance(listed, Refusal)
    by_name = {group.name: group for group in listed}
    for name in names:
        assert by_name[name].tags["scan-id"] == "s1"
        assert by_name[name].shape == GroupShape(REGION, 2.0, 4.0)
        assert (by_name[name].state, by_name[name].containers) == (None, {})


def test_a_group_that_outlives_its_deletion_goes_once_it_was_put_anew(
    groups: ContainerGroups, request: pytest.FixtureRequest
) -> None:
    """The body that does it takes the shape that the group has."""
    if isinstance(groups, TidyContainerGroups):
        pytest.skip("Azure cannot be told to keep a group.")
    name = create(groups)
    until(groups, lambda: state_of(groups, name) == "Succeeded")
    if isinstance(groups, FakeContainerGroups):
        groups.immortal.add(name)
    else:
        fault = {"operation": "delete", "code": "immortal", "name": name, "count": 1}
        set_faults(request.getfixturevalue("emulator"), fault)
    assert groups.delete(name) is None
    survivor = groups.get(name)
    assert survivor is not None
    assert survivor.shape is not None

    body = build_revival_body(survivor.shape, survivor.tags, settings().courier_image)
    assert groups.create(name, body) is None
    assert groups.delete(name) is None

    until(groups, lambda: groups.get(name) is None)


@pytest.mark.integration
@pytest.mark.parametrize("page", [0, 1])
def test_a_list_that_is_refused_on_any_page_is_refused(emulator: str, page: int) -> None:
    """Never a part of the groups: what is missing from a list would be taken for gone."""
    resource_group = f"paged-{page}-rg"
    real = AzureContainerGroups(emulator, SUBSCRIPTION, resource_group)
    for _ in range(2):
        create(real)
    in_place = {"operation": "list", "resourceGroup": resource_group, "skip": page, "count": 1}

    with pages_of(emulator, 1):
        set_faults(emulator, in_place | {"status": 403, "code": "AuthorizationFailed"})
        refused = real.list()
        set_faults(emulator, in_place | {"status": 500, "code": "InternalServerError", "count": 9})
        with pytest.raises(TransientError):
            real.list()
        set_faults(emulator)
        whole = real.list()

    assert isinstance(refused, Refusal)
    assert refused.code == "AuthorizationFailed"
    assert not isinstance(whole, Refusal)
    assert len(whole) == 2


@pytest.mark.integration
def test_a_refusal_carries_arms_code_message_and_waiting_time(emulator: str) -> None:
    """Decisions go by the code: the status alone would say exists."""
    fault = {
        "operation": "put", "status": 409, "code": "RegistryErrorResponse", "count": 1,
        "message": "index.docker.io. Please retry later", "namePrefix": "qscanner-refused",
    }  # fmt: skip
    set_faults(emulator, fault)
    real = AzureContainerGroups(emulator, SUBSCRIPTION, "qscanner-rg")
    body = build_body(Attempt("s", "a.io/b:1", 1, "x"), settings(), datetime.now(UTC))

    refusal = real.create("qscanner-refused", body)

    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.status) == ("RegistryErrorResponse", 409)
    assert "retry later" in refusal.message


def test_the_body_of_a_scans_group_is_one_that_the_specification_knows() -> None:
    """A field that it does not know would be dropped by Azure without a word."""
    body = build_body(Attempt("s", "a.io/b:1", 1, "x"), settings(), datetime.now(UTC))

    assert not list(of_request("ContainerGroup").iter_errors(body))


@pytest.mark.integration
def test_the_access_token_never_comes_back_from_azure(emulator: str) -> None:
    """It went out as a secure value."""
    real = AzureContainerGroups(emulator, SUBSCRIPTION, "qscanner-rg")
    name = create(real)
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/qscanner-rg/providers"
    url = (
        emulator
        + f"{path}/Microsoft.ContainerInstance/containerGroups/{name}?api-version=2023-05-01"
    )

    shown = requests.get(url, timeout=10).text

    assert COMPLETE["QUALYS_ACCESS_TOKEN"] not in shown
    assert "QUALYS_ACCESS_TOKEN" in shown
