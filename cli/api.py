"""The app's HTTP API, as README and openapi.json tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError
from urllib3.util import Retry

from cli.addresses import AppAddress
from cli.exit_codes import Away, ExitCode, Failure

CONNECT_SECONDS, REPLY_SECONDS = 5, 60
LONGEST_RETRY_AFTER_SECONDS = 60
BUSY = (429, 502, 503, 504)
# GET and DELETE change nothing when repeated. A POST whose reply was lost may have begun a rescan,
# and a second one would begin another: it is repeated only where no connection came to be.
RETRY = Retry(
    total=5,
    connect=2,
    read=3,
    other=0,  # above all a certificate that is not believed
    allowed_methods=("GET", "DELETE"),
    status_forcelist=BUSY,
    backoff_factor=0.5,
    backoff_jitter=0.2,
    retry_after_max=LONGEST_RETRY_AFTER_SECONDS,
    raise_on_status=False,
)
NOT_THERE = "app_unreachable"
MAYBE_ACCEPTED = "It may have been accepted all the same: look with `imagescan list` first."

EXIT_CODES = {
    400: ExitCode.USAGE,
    401: ExitCode.NOT_AUTHORISED,
    403: ExitCode.NOT_AUTHORISED,
    404: ExitCode.NOT_FOUND,
    409: ExitCode.INCOMPLETE,
}
OK, ACCEPTED = 200, 202


class _KeyHeader(AuthBase):
    """As `auth`, so that requests adds no password of .netrc; in a header, for URLs get logged."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["x-functions-key"] = self._key
        return request


@dataclass(frozen=True)
class Reply:
    """What the app answered; `is_final` where there is nothing to wait for."""

    body: dict[str, Any]
    is_final: bool
    retry_after_seconds: float


class Api:
    """Raises `Failure` for whatever is no 200 or 202 with what was asked for."""

    def __init__(self, app: AppAddress, retry: Retry = RETRY) -> None:
        self.app = app
        self._session = requests.Session()
        self._session.auth = _KeyHeader(app.key)
        self._session.headers["User-Agent"] = "imagescan"
        # A proxy of the environment would see the key of an http address; to https it is a tunnel.
        self._session.trust_env = app.url.startswith("https:")
        self._session.mount("http://", HTTPAdapter(max_retries=retry))
        self._session.mount("https://", HTTPAdapter(max_retries=retry))

    def get(self, path: str, *fields: str, **params: str | int | None) -> Reply:
        """A GET below /api; `fields` have to be in the reply."""
        return _read(self._ask("GET", path, params=params), fields)

    def text(self, path: str, **params: str | None) -> bytes:
        """A GET of a document that is no JSON of ours."""
        return self._ask("GET", path, params=params).content

    def delete(self, path: str, *fields: str) -> Reply:
        """A DELETE below /api."""
        return _read(self._ask("DELETE", path), fields)

    def post(self, path: str, body: Mapping[str, Any], *fields: str) -> Reply:
        """A POST below /api, sent once; where its reply is lost, a person is told to look."""
        try:
            return _read(self._ask("POST", path, json=body), fields)
        except KeyboardInterrupt:
            message = "Interrupted before the app answered."
            raise Failure(ExitCode.INTERRUPTED, "interrupted", message, [MAYBE_ACCEPTED]) from None
        except Failure as failure:
            if failure.exit_code is ExitCode.UNAVAILABLE and failure.code != NOT_THERE:
                failure.advice = (MAYBE_ACCEPTED,)
            raise

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            response = self._session.request(
                method,
                f"{self.app.url}/api{path}",
                timeout=(CONNECT_SECONDS, REPLY_SECONDS),
                allow_redirects=False,  # the key is for this host alone
                **options,
            )
        except requests.RequestException as error:
            raise self._unreachable(error) from None
        if response.status_code not in (OK, ACCEPTED):
            raise _refused(response)
        return response

    def _unreachable(self, error: requests.RequestException) -> Failure:
        url, advice = self.app.url, []
        if self.app.is_local_system:
            advice = ["`make start` starts the system."]
        if _never_connected(error):
            code, why = NOT_THERE, f"Nothing answers at {url}."
        elif isinstance(error, requests.exceptions.SSLError):
            code, why = NOT_THERE, f"The certificate of {url} is not to be trusted."
        else:
            code = "connection_lost"
            why = f"The connection to {url} was lost ({type(error).__name__})."
        return Away(ExitCode.UNAVAILABLE, code, why, advice)


def _never_connected(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, ConnectTimeoutError)


def _refused(response: requests.Response) -> Failure:
    """By the app itself where it says why; a 404 of somebody else is no answer of the app."""
    status = response.status_code
    code, message = _told(response)
    if status == requests.codes.unauthorized:
        message = message or "The app refused the key."
        return Failure(ExitCode.NOT_AUTHORISED, code or "unauthorized", message)
    if status in EXIT_CODES and code:
        return Failure(EXIT_CODES[status], code, message)
    if response.is_redirect:
        message = "What answers sends elsewhere, where the key must not go: correct the address."
        return Failure(ExitCode.UNAVAILABLE, "redirected", message)
    message = message or f"The app answered with status {status}."
    kind = Away if status in BUSY else Failure
    return kind(ExitCode.UNAVAILABLE, code or "app_unavailable", message)


def _told(response: requests.Response) -> tuple[str, str]:
    try:
        error = response.json()["error"]
        return str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", ""


def _read(response: requests.Response, fields: tuple[str, ...]) -> Reply:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or not set(fields) <= set(body):
        message = "What answers is no imagescan, or one of another version."
        raise Failure(ExitCode.UNAVAILABLE, "unexpected_reply", message)
    return Reply(body, response.status_code == OK, _retry_after(response))


def _retry_after(response: requests.Response) -> float:
    """Seconds; 0 where nothing is told that could be read."""
    text = response.headers.get("Retry-After", "")
    return min(int(text), LONGEST_RETRY_AFTER_SECONDS) if text.isdecimal() else 0
