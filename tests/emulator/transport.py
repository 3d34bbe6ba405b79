"""azure-core's transport, straight into an emulator in the same process."""

import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import HttpResponse, HttpTransport
from azure.core.utils import case_insensitive_dict

from local.azure_emulator.arm_routes import Emulator
from local.azure_emulator.messages import Request, Response
from tests.emulator.specification import problems


class PassingTime(Protocol):
    """Time that can be made to pass."""

    def pass_seconds(self, seconds: float) -> None: ...


class _Reply(HttpResponse):
    """The emulator's reply as azure-core's pipeline wants it."""

    def __init__(self, request: Any, response: Response) -> None:
        super().__init__(request, None)
        self._content = b"" if response.body is None else json.dumps(response.body).encode()
        self.status_code, self.reason = response.status, ""
        self.headers = case_insensitive_dict(dict(response.headers))
        self.content_type = "application/json"

    def body(self) -> bytes:
        return self._content

    def json(self) -> Any:
        """As the newer SDKs ask; so are the next three."""
        return json.loads(self._content)

    def read(self) -> bytes:
        return self._content

    def iter_bytes(self) -> Iterator[bytes]:
        yield self._content

    iter_raw = iter_bytes


class Transport(HttpTransport[Any, Any]):
    """Every reply is held to ACI's specification; waiting moves the clock."""

    def __init__(self, emulator: Emulator, clock: PassingTime) -> None:
        self._emulator, self._clock = emulator, clock
        self.statuses: list[int] = []

    def send(self, request: Any, **_: Any) -> _Reply:
        response = self.answer(request)
        self._clock.pass_seconds(response.delay_seconds)
        return self.conclude(request, response)

    def answer(self, request: Any) -> Response:
        """What the emulator does and says, before any of it is on its way back."""
        url = urlsplit(request.url)
        body = request.body or b""
        return self._emulator.handle(
            Request(
                method=request.method,
                path=unquote(url.path),
                query={name.lower(): value for name, value in parse_qsl(url.query)},
                body=body.encode() if isinstance(body, str) else body,
            )
        )

    def conclude(self, request: Any, response: Response) -> _Reply:
        """The reply as the pipeline wants it; raises where it was lost."""
        if response.is_lost:
            raise ServiceResponseError("The connection ended without a reply.")
        self.statuses.append(response.status)
        self.hold_to_specification(request, response)
        return _Reply(request, response)

    def hold_to_specification(self, request: Any, response: Response) -> None:
        """Fail on a reply that ACI could not give."""
        path = unquote(urlsplit(request.url).path)
        wrong = problems(request.method, path, response.status, response.body)
        assert not wrong, wrong

    def sleep(self, duration: float) -> None:
        self._clock.pass_seconds(duration)

    def open(self) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None: ...
