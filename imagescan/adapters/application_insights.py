"""The app's log in Application Insights, with its extra fields as customDimensions.

The Functions worker hands on a record's text alone (azure-functions-python-worker #1327), so the
app sends its own log itself, and the worker gets none of it: nothing is told twice. What the host
and the SDKs log still goes by the worker.
"""

import logging
from collections.abc import Mapping
from traceback import format_exception
from typing import Any

from azure.monitor.opentelemetry.exporter import AzureMonitorLogExporter
from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource

from imagescan.telemetry import LOGGER

FIELDS = ("Component", "scanId", "Signal")
SENT_AFTER_MILLISECONDS = 1000
_NANOSECONDS = 1_000_000_000
_SEVERITIES = (
    (logging.CRITICAL, SeverityNumber.FATAL),
    (logging.ERROR, SeverityNumber.ERROR),
    (logging.WARNING, SeverityNumber.WARN),
    (logging.INFO, SeverityNumber.INFO),
)


def send_log(connection_string: str) -> "InsightsHandler":
    """Send the app's log there from now on. Nothing is contacted until there is something to send.

    Where APPLICATIONINSIGHTS_AUTHENTICATION_STRING names an identity the exporter uses it. May be
    repeated: a line is sent once. Raises `ValueError` for a connection string that is none.
    """
    for known in LOGGER.handlers:
        if isinstance(known, InsightsHandler):
            return known
    handler = InsightsHandler(connection_string)
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    return handler


class InsightsHandler(logging.Handler):
    """Hands records to Microsoft's exporter, which sends them in the background."""

    def __init__(self, connection_string: str) -> None:
        """See `send_log`."""
        super().__init__(logging.INFO)
        exporter = AzureMonitorLogExporter(connection_string=connection_string)
        self._provider = LoggerProvider(resource=Resource({"service.name": "imagescan"}))
        self._provider.add_log_record_processor(
            BatchLogRecordProcessor(exporter, schedule_delay_millis=SENT_AFTER_MILLISECONDS)
        )
        self._logger: Logger = self._provider.get_logger(LOGGER.name)

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`: whatever is wrong with a line, the step that wrote it goes on."""
        try:
            self._logger.emit(_told(record))
        except Exception:  # noqa: BLE001  # told as Python's own handlers tell it
            self.handleError(record)

    def flush(self) -> None:
        """Send what waits, now."""
        self._provider.force_flush()

    def close(self) -> None:
        """Send what waits and end."""
        self._provider.shutdown()
        super().close()


def _told(record: logging.LogRecord) -> LogRecord:
    return LogRecord(
        timestamp=int(record.created * _NANOSECONDS),
        severity_text=record.levelname,
        severity_number=_severity(record.levelno),
        body=record.getMessage(),
        attributes=_attributes(record),
    )


def _severity(level: int) -> SeverityNumber:
    return next((known for least, known in _SEVERITIES if level >= least), SeverityNumber.DEBUG)


def _attributes(record: logging.LogRecord) -> Mapping[str, Any]:
    """Our own fields and an exception's; nothing else that a record may hold."""
    found: dict[str, Any] = {
        name: value for name in FIELDS if (value := getattr(record, name, None)) is not None
    }
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return found
    found["exception.type"] = type(error).__name__
    found["exception.message"] = str(error)
    if error.__traceback__ is not None:
        found["exception.stacktrace"] = "".join(format_exception(error))
    return found
