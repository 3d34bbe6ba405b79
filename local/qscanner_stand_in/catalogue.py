"""Well-known vulnerabilities. CVEs and versions are real; QIDs of 900000 and above are invented.

Some QIDs concern two packages, as real ones do: each package is a finding of its own.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    """One vulnerability in one package."""

    qid: int
    severity: int
    cve: str
    title: str
    package: str
    installed: str
    fixed: str


FIRST_MADE_UP_QID = 910000
KNOWN = (
    Entry(376157, 5, "CVE-2021-44228", "Apache Log4j remote code execution (Log4Shell)",
          "log4j-core", "2.14.1", "2.15.0"),
    Entry(900001, 5, "CVE-2014-6271", "GNU Bash remote code execution (Shellshock)",
          "bash", "4.3-7", "4.3-9.1"),
    Entry(900002, 4, "CVE-2014-0160", "OpenSSL TLS heartbeat disclosure (Heartbleed)",
          "openssl", "1.0.1f", "1.0.1g"),
    Entry(900002, 4, "CVE-2014-0160", "OpenSSL TLS heartbeat disclosure (Heartbleed)",
          "libssl1.0.0", "1.0.1f", "1.0.1g"),
    Entry(900003, 5, "CVE-2022-22965", "Spring Framework code execution (Spring4Shell)",
          "spring-beans", "5.3.17", "5.3.18"),
    Entry(900004, 5, "CVE-2024-3094", "Malicious code in xz-utils",
          "liblzma5", "5.6.0", "5.6.1+really5.4.5"),
    Entry(900005, 4, "CVE-2023-44487", "HTTP/2 rapid reset denial of service",
          "libnghttp2-14", "1.52.0", "1.57.0"),
    Entry(900006, 4, "CVE-2022-3602", "OpenSSL X.509 e-mail address buffer overflow",
          "libssl3", "3.0.6", "3.0.7"),
    Entry(900006, 4, "CVE-2022-3602", "OpenSSL X.509 e-mail address buffer overflow",
          "openssl", "3.0.6", "3.0.7"),
    Entry(900007, 3, "CVE-2018-25032", "zlib memory corruption when deflating",
          "zlib1g", "1.2.11", "1.2.12"),
    Entry(900008, 4, "CVE-2022-37434", "zlib heap overflow in inflate",
          "zlib1g", "1.2.12", "1.2.13"),
    Entry(900009, 3, "CVE-2021-3520", "lz4 integer overflow", "liblz4-1", "1.9.2", "1.9.4"),
    Entry(900010, 3, "CVE-2020-8927", "Brotli buffer overflow", "libbrotli1", "1.0.7", "1.0.9"),
    Entry(900011, 3, "CVE-2022-1271", "gzip arbitrary file write", "gzip", "1.10", "1.12"),
    Entry(900012, 1, "CVE-2011-3374", "apt-key does not validate keys", "apt", "2.2.4", ""),
    Entry(900013, 5, "CVE-2021-45046", "Apache Log4j incomplete fix of Log4Shell",
          "log4j-core", "2.15.0", "2.16.0"),
    Entry(900014, 5, "CVE-2017-5638", "Apache Struts code execution by Content-Type",
          "struts2-core", "2.3.31", "2.3.32"),
    Entry(900015, 5, "CVE-2019-10744", "lodash prototype pollution",
          "lodash", "4.17.11", "4.17.12"),
    Entry(900016, 4, "CVE-2023-4911", "glibc ld.so buffer overflow (Looney Tunables)",
          "libc6", "2.36-9", "2.36-9+deb12u3"),
    Entry(900017, 4, "CVE-2021-3156", "sudo heap overflow (Baron Samedit)",
          "sudo", "1.9.5p1", "1.9.5p2"),
    Entry(900018, 4, "CVE-2021-4034", "polkit pkexec privilege escalation (PwnKit)",
          "policykit-1", "0.105-31", "0.105-31+deb11u1"),
    Entry(900019, 5, "CVE-2023-38545", "curl SOCKS5 heap overflow", "libcurl4", "8.3.0", "8.4.0"),
    Entry(900019, 5, "CVE-2023-38545", "curl SOCKS5 heap overflow", "curl", "8.3.0", "8.4.0"),
    Entry(900020, 4, "CVE-2023-4863", "libwebp heap overflow", "libwebp7", "1.3.1", "1.3.2"),
    Entry(900021, 5, "CVE-2022-42889", "Apache Commons Text code execution (Text4Shell)",
          "commons-text", "1.9", "1.10.0"),
    Entry(900022, 4, "CVE-2024-6387", "OpenSSH server race condition (regreSSHion)",
          "openssh-server", "9.6p1", "9.8p1"),
    Entry(900023, 3, "CVE-2023-32681", "Requests leaks Proxy-Authorization headers",
          "requests", "2.30.0", "2.31.0"),
    Entry(900024, 4, "CVE-2022-40897", "setuptools regular expression denial of service",
          "setuptools", "65.5.0", "65.5.1"),
    Entry(900025, 3, "CVE-2023-45803", "urllib3 keeps the request body on redirects",
          "urllib3", "2.0.6", "2.0.7"),
    Entry(900026, 3, "CVE-2022-3715", "bash heap overflow in valid_parameter_transform",
          "bash", "5.1", "5.1.8"),
    Entry(900027, 2, "CVE-2022-0563", "util-linux readline file disclosure",
          "util-linux", "2.37.3", "2.37.4"),
    Entry(900028, 2, "CVE-2016-2781", "chroot escapes to the parent session",
          "coreutils", "8.32", ""),
)  # fmt: skip


def entry(number: int) -> Entry:
    """The n-th vulnerability; beyond the catalogue they are made up, each with its own QID."""
    if number < len(KNOWN):
        return KNOWN[number]
    return Entry(
        qid=FIRST_MADE_UP_QID + number,
        severity=number % 5 + 1,
        cve=f"CVE-1999-{number:05d}",
        title=f"Made-up vulnerability {number}",
        package=f"made-up-{number}",
        installed="1.0",
        fixed="1.1",
    )
