"""What exceptions of the Azure SDKs mean: one table, one place.

The HTTP status alone does not say: 409 stands for exists, busy and registry throttled. So answers
are told by their error code (`refusal`), and only what a later attempt may not meet is transient.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import (
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)

from imagescan.errors import TransientError
from imagescan.ports import Refusal

_TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@contextmanager
def transient_errors(doing: str) -> Iterator[None]:
    """Turn failures of the network and of Azure into `TransientError`; let the rest pass.

    The message names what was being done and the code, never a request's content.
    """
    try:
        yield
    except (ServiceRequestError, ServiceResponseError, IncompleteReadError) as error:
        raise TransientError(f"{doing}: no answer ({type(error).__name__}).") from None
    except HttpResponseError as error:
        if error.status_code in _TRANSIENT_STATUSES:
            raise TransientError(f"{doing}: {error.status_code} {error_code(error)}.") from None
        raise


def error_code(error: HttpResponseError) -> str:
    """ARM's error code, or the HTTP status where the answer has none."""
    code = getattr(error.error, "code", None)
    return str(code or f"Http{error.status_code}")


def refusal(error: HttpResponseError) -> Refusal:
    """An answer that says no, as a value."""
    headers = getattr(error.response, "headers", {})
    after = str(headers.get("Retry-After", ""))
    message = getattr(error.error, "message", None) or error.reason or ""
    return Refusal(
        code=error_code(error),
        message=str(message)[:1000],
        status=error.status_code or 0,
        retry_after_seconds=int(after) if after.isdigit() else None,
    )
