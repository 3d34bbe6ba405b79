"""The closed set of reasons why a scan did not complete, each with a sentence and a remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class ReasonCode(StrEnum):
    """Stable codes: they go out over HTTP and into tables."""

    IMAGE_NOT_FOUND = "image_not_found"
    IMAGE_UNAVAILABLE = "image_unavailable"
    REGISTRY_DENIED = "registry_denied"
    RESOURCE_UNREADABLE = "resource_unreadable"
    SCANNER_AUTH_FAILED = "scanner_auth_failed"
    SCANNER_BAD_ARGUMENTS = "scanner_bad_arguments"
    SCANNER_CRASHED = "scanner_crashed"
    SCANNER_OUT_OF_MEMORY = "scanner_out_of_memory"
    OS_UNSUPPORTED = "os_unsupported"
    SCAN_INCOMPLETE = "scan_incomplete"
    REPORT_MISSING = "report_missing"
    REPORT_TRUNCATED = "report_truncated"
    REPORT_UNREADABLE = "report_unreadable"
    REPORT_NOT_READY = "report_not_ready"
    QUOTA_EXHAUSTED = "quota_exhausted"
    CAPACITY_UNAVAILABLE = "capacity_unavailable"
    START_FAILED = "start_failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    HOST_LOST = "host_lost"
    INTERNAL = "internal"


@dataclass(frozen=True)
class Explanation:
    """What a person is told: what happened, and what to do about it."""

    sentence: str
    remedy: str


EXPLANATIONS: dict[ReasonCode, Explanation] = {
    ReasonCode.IMAGE_NOT_FOUND: Explanation(
        "The registry does not have this image.",
        "Check the name and the tag; deploy an image that exists.",
    ),
    ReasonCode.IMAGE_UNAVAILABLE: Explanation(
        "The scanner could not get the image: it does not exist, or it may not be pulled.",
        "Check the name; pull the image by hand with the same credentials; scan again with force.",
    ),
    ReasonCode.REGISTRY_DENIED: Explanation(
        "The registry refused the credentials.",
        "Give the scan identity the right to pull, or correct the registry's credentials.",
    ),
    ReasonCode.RESOURCE_UNREADABLE: Explanation(
        "The deployed resource could not be read, so its images are not known.",
        "Give the app's identity read access to the resource's resource group, then redeploy.",
    ),
    ReasonCode.SCANNER_AUTH_FAILED: Explanation(
        "Qualys refuses the scanner's credentials.",
        "Renew QUALYS_ACCESS_TOKEN (it expires), check QUALYS_POD or user name and password.",
    ),
    ReasonCode.SCANNER_BAD_ARGUMENTS: Explanation(
        "The scanner refused its arguments.",
        "Check that QSCANNER_IMAGE is a qscanner release that this version supports.",
    ),
    ReasonCode.SCANNER_CRASHED: Explanation(
        "The scanner ended with an error.",
        "Read the scanner's last lines in the record; scan again with force.",
    ),
    ReasonCode.SCANNER_OUT_OF_MEMORY: Explanation(
        "The scanner was killed, most likely for want of memory.",
        "Raise QSCANNER_MEMORY_GB.",
    ),
    ReasonCode.OS_UNSUPPORTED: Explanation(
        "The scanner has no vulnerability data for the image's operating system.",
        "Use a base image that Qualys supports; this image is not known to be clean.",
    ),
    ReasonCode.SCAN_INCOMPLETE: Explanation(
        "Part of the scan did not succeed, or nothing in the image was recognised.",
        "Scan again with force; where it stays so, the image cannot be judged by this scanner.",
    ),
    ReasonCode.REPORT_MISSING: Explanation(
        "The scanner ended, but no report was sealed after its end.",
        "Scan again with force; check that COURIER_IMAGE can be pulled.",
    ),
    ReasonCode.REPORT_TRUNCATED: Explanation(
        "The report is larger than the container's log can carry.",
        "Scan a smaller image, or leave the legacy profile; this image is not known to be clean.",
    ),
    ReasonCode.REPORT_UNREADABLE: Explanation(
        "The report arrived whole but could not be understood.",
        "Check that QSCANNER_IMAGE is a qscanner release that this version supports.",
    ),
    ReasonCode.REPORT_NOT_READY: Explanation(
        "The image was uploaded, but Qualys had no result in time, three times over.",
        "Scan again later with force; check the state of the Qualys platform.",
    ),
    ReasonCode.QUOTA_EXHAUSTED: Explanation(
        "The subscription's container quota in the region stayed used up.",
        "Ask for more StandardCores quota, or lower the number of scans at a time.",
    ),
    ReasonCode.CAPACITY_UNAVAILABLE: Explanation(
        "Azure had no capacity for the container group, or was throttling.",
        "Scan again later with force, or use another AZURE_REGION.",
    ),
    ReasonCode.START_FAILED: Explanation(
        "The container group could not be started.",
        "Read the message; check QSCANNER_IMAGE, COURIER_IMAGE and the app's roles.",
    ),
    ReasonCode.TIMED_OUT: Explanation(
        "The scan did not end within SCAN_TIMEOUT.",
        "Raise SCAN_TIMEOUT, or find out why this image takes so long.",
    ),
    ReasonCode.CANCELLED: Explanation(
        "The scan was cancelled.",
        "Scan again with force when it is wanted.",
    ),
    ReasonCode.HOST_LOST: Explanation(
        "The app stopped while the scan ran, for longer than the scan could wait.",
        "Scan again with force.",
    ),
    ReasonCode.INTERNAL: Explanation(
        "The app itself failed.",
        "Look for the exception with this scan's id in the logs and report it.",
    ),
}

# A scan that waited for another one runs itself if that one ended so: these say nothing about the
# image. Every other failure would only be repeated, and is shared.
NOT_SHARED = frozenset(
    {ReasonCode.CANCELLED, ReasonCode.TIMED_OUT, ReasonCode.HOST_LOST, ReasonCode.INTERNAL}
)


@dataclass(frozen=True)
class Reason:
    """Why a scan ended as it did: a code of the closed set and what was seen."""

    code: ReasonCode
    message: str = ""

    def to_dict(self) -> dict[str, str]:
        """Plain JSON for the Durable history."""
        return {"code": self.code.value, "message": self.message}

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> Self:
        """The inverse of `to_dict`."""
        return cls(ReasonCode(data["code"]), data["message"])

    def to_wire(self) -> dict[str, str]:
        """{code, message, remedy}; the message starts with the code's own sentence."""
        explanation = EXPLANATIONS[self.code]
        detail = f" {self.message}" if self.message else ""
        return {
            "code": self.code.value,
            "message": explanation.sentence + detail,
            "remedy": explanation.remedy,
        }
