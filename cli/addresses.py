"""Which app is asked, and with which key."""

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cli.exit_codes import ExitCode, Failure

URL, KEY = "IMAGESCAN_URL", "IMAGESCAN_KEY"
RUN_JSON = Path(__file__).parents[1] / ".local/run.json"  # written by `make start`
HEADER_VALUE = re.compile(r"[!-~]{1,500}")


@dataclass(frozen=True)
class AppAddress:
    """An app: `url` without a slash at its end, and the key that is for it and no other."""

    url: str
    key: str = field(repr=False)
    is_local_system: bool = False


def find_app(
    url: str | None,
    key: str | None,
    environment: Mapping[str, str] = os.environ,
    run_json: Path = RUN_JSON,
) -> AppAddress:
    """The app that options or environment name, else the system that `make start` has started.

    Raises `Failure` for an address that a key may not be sent to, and where there is no app. A key
    goes with an address: one without the other is refused, not sent to the local system.
    """
    url, key = url or environment.get(URL), key or environment.get(KEY)
    if url:
        return AppAddress(read_url(url), read_key(key))
    if key:
        raise Failure(
            ExitCode.USAGE, "url_missing", f"A key is given, but no app: set {URL} or give --url."
        )
    return _local_system(run_json)


def read_url(text: str) -> str:
    """An address in normal form; raises `Failure`, which repeats nothing of it: it may hold a key.

    `/api` at its end may be left out or not.
    """
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise _bad_url("The app's address must look like https://app.azurewebsites.net.")
    if parts.query or parts.fragment:
        raise _bad_url(f"The app's address must hold no ?code=: the key goes into {KEY}.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise _bad_url("The key would be sent in the clear: use https.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/api')}"


def read_key(text: str | None) -> str:
    """A key that fits into a header; raises `Failure`, which does not repeat it."""
    if not text:
        raise Failure(ExitCode.USAGE, "key_missing", f"The app wants a function key: set {KEY}.")
    if not HEADER_VALUE.fullmatch(text.strip()):
        raise Failure(ExitCode.USAGE, "key_malformed", "The key is none: it holds odd characters.")
    return text.strip()


def _local_system(run_json: Path) -> AppAddress:
    try:
        told = json.loads(run_json.read_text())
        return AppAddress(read_url(told["functionsUrl"]), read_key(told["functionKey"]), True)
    except FileNotFoundError:
        message = (
            f"No system runs on this machine: `make start`, or name an app by {URL} and {KEY}."
        )
        raise Failure(ExitCode.UNAVAILABLE, "no_app", message) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        message = f"{run_json} cannot be read: `make stop`, then `make start`."
        raise Failure(ExitCode.UNAVAILABLE, "no_app", message) from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bad_url(message: str) -> Failure:
    return Failure(ExitCode.USAGE, "url_refused", message)
