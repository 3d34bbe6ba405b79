"""Tells a webhook how scans ended."""

from collections.abc import Mapping
from typing import Any

import requests

from imagescan.errors import TransientError
from imagescan.telemetry import scan_log

TIMEOUT_SECONDS = 10


class WebhookNotifier:
    """Posts JSON to one address, whose path and query may be secret and are never logged."""

    def __init__(self, url: str) -> None:
        """Nothing is contacted yet."""
        self._url = url

    def send(self, message: Mapping[str, Any]) -> None:
        """See `Notifier.send`; a receiver that says no (4xx) is logged and not asked again."""
        try:
            answer = requests.post(
                self._url, json=dict(message), timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise TransientError(f"The webhook did not answer ({type(error).__name__}).") from None
        if answer.status_code >= 500 or answer.status_code == 429:  # noqa: PLR2004
            raise TransientError(f"The webhook answered {answer.status_code}.")
        if not answer.ok or answer.is_redirect:
            log = scan_log(str(message.get("scanId")))
            log.warning("The webhook refused a message: %s", answer.status_code)
