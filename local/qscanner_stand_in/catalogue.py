"""What the stand-in finds: well-known CVEs under invented QIDs (Log4Shell's is the real one)."""

import hashlib
from collections.abc import Mapping
from typing import Any

KNOWN: list[tuple[int, int, str, str, str, str, str]] = [
    # qid, severity, cve, title, package, installed, fixed
    (376157, 5, "CVE-2021-44228", "Apache Log4j remote code execution (Log4Shell)",
     "log4j-core", "2.14.1", "2.15.0"),
    (900002, 5, "CVE-2014-6271", "GNU Bash remote code execution (Shellshock)",
     "bash", "4.3-7", "4.3-9.1"),
    (900003, 4, "CVE-2014-0160", "OpenSSL TLS heartbeat information disclosure (Heartbleed)",
     "openssl", "1.0.1f", "1.0.1g"),
    (900004, 5, "CVE-2022-22965", "Spring Framework remote code execution (Spring4Shell)",
     "spring-beans", "5.3.17", "5.3.18"),
    (900005, 4, "CVE-2024-3094", "Malicious code in xz-utils", "liblzma5", "5.6.0", "5.6.1+really"),
    (900006, 4, "CVE-2023-44487", "HTTP/2 rapid reset denial of service",
     "nghttp2", "1.52.0", "1.57.0"),
    (900007, 4, "CVE-2022-3602", "OpenSSL X.509 e-mail address buffer overflow",
     "libssl3", "3.0.6", "3.0.7"),
    (900008, 3, "CVE-2018-25032", "zlib memory corruption when deflating",
     "zlib1g", "1.2.11", "1.2.12"),
    (900009, 3, "CVE-2022-37434", "zlib heap overflow in inflate", "zlib1g", "1.2.12", "1.2.13"),
    (900010, 3, "CVE-2021-3520", "lz4 integer overflow", "liblz4-1", "1.9.2", "1.9.3"),
    (900011, 2, "CVE-2020-8927", "Brotli buffer overflow", "libbrotli1", "1.0.7", "1.0.9"),
    (900012, 2, "CVE-2022-1271", "gzip arbitrary file write", "gzip", "1.10", "1.12"),
    (900013, 1, "CVE-2011-3374", "apt-key does not validate keys", "apt", "2.2.4", ""),
]  # fmt: skip
FIRST_MADE_UP_QID = 910000
LEVELS = {"critical": 5, "high": 4, "medium": 3, "low": 2, "info": 1}


def entry(number: int) -> dict[str, Any]:
    """The n-th finding; beyond the catalogue they are made up by number, each with its own QID."""
    if number < len(KNOWN):
        qid, severity, cve, title, package, installed, fixed = KNOWN[number]
    else:
        qid, severity = FIRST_MADE_UP_QID + number, number % 5 + 1
        cve, title = f"CVE-1999-{number:05d}", f"Made-up vulnerability {number}"
        package, installed, fixed = f"made-up-{number}", "1.0", "1.1"
    return {
        "qid": qid, "severity": severity, "cves": [cve], "title": title, "type": "vulnerability",
        "package": package, "installedVersion": installed, "fixedVersion": fixed,
    }  # fmt: skip


def findings(told: Mapping[str, Any], image: str) -> list[dict[str, Any]]:
    """The findings that a behaviour asks for: a number, a list of objects, or counts by severity.

    Where nothing is told, a few that follow from the image's name.
    """
    asked = told.get("findings")
    if asked is None:
        asked = int(hashlib.sha256(image.encode()).hexdigest(), 16) % len(KNOWN)
    if isinstance(asked, int):
        return [entry(number) for number in range(asked)]
    if isinstance(asked, list):
        return [_complete(number, one) for number, one in enumerate(asked)]
    levels = [LEVELS[word] for word, count in asked.items() for _ in range(count)]
    return [entry(len(KNOWN) + n) | {"severity": level} for n, level in enumerate(levels)]


def _complete(number: int, told: Any) -> dict[str, Any]:
    """A finding as it was told, its gaps filled; a severity may be a word."""
    given = dict(told) if isinstance(told, Mapping) else {"title": str(told)}
    if isinstance(given.get("severity"), str):
        given["severity"] = LEVELS.get(given["severity"].lower(), 1)
    if "cve" in given:
        given["cves"] = [given.pop("cve")]
    return entry(len(KNOWN) + number) | given
