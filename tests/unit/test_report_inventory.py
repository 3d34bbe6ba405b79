"""Reading ScanResult.json: what the scanner says of its own work."""

from typing import Any

import pytest
from hypothesis import given

from imagescan.errors import ReportError
from imagescan.report.findings import Finding, FindingType
from imagescan.report.inventory import Inventory, parse_inventory
from tests.unit.reports import ANYTHING, encode, fixture


def told(*scans: tuple[str, Any] | tuple[str, Any, Any], **rest: Any) -> Inventory:
    performed = [
        dict(zip(("ScanType", "Status", "PartialScanInfo"), scan, strict=False)) for scan in scans
    ]
    return parse_inventory(encode({"ScansPerformed": performed, **rest}))


def test_an_inventory_tells_what_was_scanned_and_recognised() -> None:
    """Found secrets by place and kind, without their value."""
    inventory = parse_inventory(fixture("scan-result.json"))

    assert [scan.scan_type for scan in inventory.scans] == ["os", "sca", "secret"]
    assert all(scan.succeeded and scan.partial is None for scan in inventory.scans)
    assert inventory.recognised_os
    assert inventory.packages == 3
    assert inventory.scanner_version == "4.8.0-2"
    assert inventory.secrets == (
        Finding("Generic API key", 5, FindingType.SECRET, path="app/.env", line=3),
    )


@pytest.mark.parametrize(
    ("scans", "is_proven", "is_problem"),
    [
        ([("pkg", "SUCCESS")], True, False),
        ([("PKG", "success")], True, False),
        ([("os", "SUCCESS"), ("sca", "SUCCESS")], True, False),
        ([("os", "SUCCESS")], False, False),
        ([("sca", "SUCCESS")], False, False),
        ([("secret", "SUCCESS")], False, False),
        ([], False, False),
        ([("pkg", "FAILED")], False, True),
        ([("pkg", None)], False, True),
        ([("pkg", ["SUCCESS"])], False, True),
        ([("pkg", "SUCCESS", "3 layers were skipped")], False, True),
        ([("pkg", "SUCCESS", {"layers": 3})], False, True),
        ([("pkg", "SUCCESS", "")], True, False),
        ([("pkg", "SUCCESS", None)], True, False),
        ([("os", "SUCCESS"), ("sca", "FAILED")], False, True),
        ([("pkg", "SUCCESS"), ("sca", "FAILED")], False, True),
        ([("pkg", "FAILED"), ("pkg", "SUCCESS")], False, True),
    ],
)
def test_packages_are_proven_as_pkg_or_as_both_of_its_parts(
    scans: list[Any], is_proven: bool, is_problem: bool
) -> None:
    """pkg replaced the older os and sca; one of them alone is half of it."""
    inventory = told(*scans)

    assert inventory.is_proven("pkg") is is_proven
    assert (inventory.problem("pkg") is not None) is is_problem


def test_a_part_is_proven_by_the_whole() -> None:
    """Whoever asks for os is answered by pkg."""
    assert told(("pkg", "SUCCESS")).is_proven("os")
    assert not told(("pkg", "FAILED")).is_proven("os")
    assert not told(("sca", "SUCCESS")).is_proven("os")


@pytest.mark.parametrize(
    ("rest", "recognised"),
    [
        ({"OSResults": [{"Target": "Alpine Linux 3.20", "Packages": None}]}, True),
        ({"SCAResults": [{"Packages": [{"Name": "p"}]}]}, True),
        ({"osResults": [{"packages": [{}]}]}, True),
        ({}, False),
        ({"OSResults": None, "SCAResults": None}, False),
        ({"OSResults": [{"Target": "", "Packages": []}]}, False),
        ({"OSResults": [{"Target": None, "Packages": ["p"]}]}, False),
        ({"Metadata": {"TargetMetadata": {"ImageMetadata": {"OS": "linux"}}}}, False),
    ],
)
def test_something_is_recognised_if_an_os_has_a_name_or_a_package_was_found(
    rest: dict[str, Any], recognised: bool
) -> None:
    """The image's own metadata says linux even of an empty image."""
    assert told(("pkg", "SUCCESS"), **rest).recognised_anything is recognised


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"Vulnerabilities": []}', b'{"ScansPerformed": {}}',
     b'{"ScansPerformed": "SUCCESS"}', b'{"ScansPerformed": [["pkg", "FAILED"]]}',
     b'{"ScansPerformed": [' * 100_000],
)  # fmt: skip
def test_what_is_no_inventory_is_a_report_error(document: bytes) -> None:
    """Nothing that might tell of a failure is passed over."""
    with pytest.raises(ReportError):
        parse_inventory(document)


def test_an_inventory_that_does_not_tell_of_scans_is_read_and_proves_nothing() -> None:
    """Findings beside it still count."""
    inventory = parse_inventory(b'{"ScansPerformed": null, "OSResults": []}')

    assert not inventory.is_proven("pkg")
    assert inventory.problem("pkg") is None


@given(ANYTHING)
def test_any_json_is_an_inventory_or_a_report_error(value: Any) -> None:
    """Wrong types in any place."""
    odd = {"ScansPerformed": [value], "OSResults": value, "SecretResults": [value]}
    for document in (value, odd):
        try:
            parse_inventory(encode(document))
        except ReportError:
            pass
