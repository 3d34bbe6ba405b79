"""The ARM body of a scan's container group, as a plain value (api-version 2023-05-01)."""

from datetime import datetime, timedelta
from typing import Any

from imagescan.container_group.courier import COURIER_SCRIPT
from imagescan.container_group.registry_access import (
    group_identity,
    group_pulls,
    scanner_variables,
)
from imagescan.container_group.time_budget import TimeBudget, share_out
from imagescan.report.documents import SCAN_TYPES
from imagescan.scan.profile import Profile
from imagescan.scan.request import Attempt
from imagescan.settings import Settings

SCANNER = "qscanner"
COURIER = "courier"
# ACI's `command` replaces the image's entry point and takes no arguments beside it. The same in
# both profiles: the predecessor found the binary through a shell, which an image need not have.
SCANNER_BINARY = "/opt/qualys/qscanner"
OUTPUT_FOLDER = "/qscanner-output"
COURIER_CPU = 0.1
COURIER_MEMORY_GB = 0.3  # groups of 0.1 GB crash-looped (azure-docs #28593)


def build_body(attempt: Attempt, settings: Settings, now: datetime) -> dict[str, Any]:
    """The group for one attempt. It holds secrets: never log, store or return it."""
    is_legacy = attempt.profile is Profile.LEGACY
    contents = _legacy(attempt, settings, now) if is_legacy else _with_courier(attempt, settings)
    return {
        "location": settings.region,
        "tags": _tags(attempt, settings, now),
        **group_identity(attempt.image, settings),
        "properties": {
            "osType": "Linux",
            "restartPolicy": "Never",
            **contents,
            **group_pulls(settings),
            **_network(settings),
        },
    }


def _network(settings: Settings) -> dict[str, Any]:
    """The subnet of the group, where there is one; without it ACI gives it the way out itself."""
    return {"subnetIds": [{"id": settings.subnet_id}]} if settings.subnet_id else {}


def _with_courier(attempt: Attempt, settings: Settings) -> dict[str, Any]:
    """Scanner and courier, and the volume through which the files go."""
    budget = share_out(settings.scan_timeout_seconds)
    return {
        "containers": [_scanner(attempt, settings, budget), _courier(settings, budget)],
        "volumes": [{"name": "output", "emptyDir": {}}],
    }


def _tags(attempt: Attempt, settings: Settings, now: datetime) -> dict[str, str]:
    expires_at = now + timedelta(seconds=settings.scan_timeout_seconds)
    return {
        "purpose": "qscanner",
        "managed-by": "imagescan",
        "scan-id": attempt.scan_id,
        "created-at": now.isoformat(timespec="seconds"),
        "expires-at": expires_at.isoformat(timespec="seconds"),
    }


def _scanner(attempt: Attempt, settings: Settings, budget: TimeBudget) -> dict[str, Any]:
    token = {"name": "QUALYS_ACCESS_TOKEN", "secureValue": settings.qualys.access_token}
    return {
        "name": SCANNER,
        "properties": {
            "image": settings.scanner_image,
            "command": scanner_command(attempt.image, settings.qualys.pod, budget),
            "environmentVariables": [token, *scanner_variables(attempt.image, settings)],
            "volumeMounts": [{"name": "output", "mountPath": OUTPUT_FOLDER}],
            "resources": _resources(
                settings.cpu - COURIER_CPU, settings.memory_gb - COURIER_MEMORY_GB
            ),
        },
    }


def scanner_command(image: str, pod: str, budget: TimeBudget) -> list[str]:
    """The scanner's arguments as a list: no shell ever sees the image reference.

    `image` is in normal form, which starts with a host and so can not be taken for an option.
    """
    return [
        SCANNER_BINARY, "image", image,
        "--pod", pod,
        "--mode", "get-report",
        "--scan-types", ",".join(SCAN_TYPES),
        "--format", "json",
        "--report-format", "sarif,json,table",
        "--output-dir", OUTPUT_FOLDER,
        "--scan-timeout", f"{budget.scan_seconds}s",
        "--max-network-retries", str(budget.report_retries),
        "--network-retry-wait-min", f"{max(1, budget.retry_wait_seconds // 2)}s",
        "--network-retry-wait-max", f"{budget.retry_wait_seconds}s",
    ]  # fmt: skip


def _legacy(attempt: Attempt, settings: Settings, now: datetime) -> dict[str, Any]:
    """The scanner alone: what it has to say stands in its own log."""
    login = {
        "QUALYS_USERNAME": settings.qualys.username,
        "QUALYS_PASSWORD": settings.qualys.password,
    }
    scanner = {
        "image": settings.scanner_image,
        "command": legacy_command(attempt, now),
        "environmentVariables": [
            *({"name": name, "secureValue": value} for name, value in login.items()),
            *scanner_variables(attempt.image, settings),
        ],
        "resources": _resources(settings.cpu, settings.memory_gb),
    }
    return {"containers": [{"name": SCANNER, "properties": scanner}]}


def legacy_command(attempt: Attempt, now: datetime) -> list[str]:
    """The predecessor's arguments (qualys-aci at 333313a), as a list instead of its shell string.

    Published releases of qscanner refuse them: they are for an image that takes them.
    """
    tags = {
        "image": attempt.image,
        "scan_id": attempt.scan_id,
        "scan_time": now.isoformat(timespec="seconds"),
    }
    return [
        SCANNER_BINARY, "--image", attempt.image,
        "--output-format", "json",
        *(word for name, value in tags.items() for word in ("--tag", f"{name}={value}")),
    ]  # fmt: skip


def _courier(settings: Settings, budget: TimeBudget) -> dict[str, Any]:
    environment = {
        "OUTPUT_DIR": OUTPUT_FOLDER,
        "WAIT_SECONDS": str(budget.wait_seconds),
        "LINGER_SECONDS": str(budget.linger_seconds),
    }
    return {
        "name": COURIER,
        "properties": {
            "image": settings.courier_image,
            "command": ["/bin/sh", "-c", COURIER_SCRIPT],
            "environmentVariables": [
                {"name": name, "value": value} for name, value in environment.items()
            ],
            "volumeMounts": [{"name": "output", "mountPath": OUTPUT_FOLDER}],
            "resources": _resources(COURIER_CPU, COURIER_MEMORY_GB),
        },
    }


def _resources(cpu: float, memory_gb: float) -> dict[str, Any]:
    """ACI takes memory in steps of 0.1 GB."""
    return {"requests": {"cpu": round(cpu, 2), "memoryInGB": round(memory_gb, 1)}}
