"""A stand-in of the app over real HTTP; what it is asked and says is held to openapi.json."""

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema

from triggers.http_service import OPENAPI

DESCRIBED = json.loads(OPENAPI.read_text())
KEY = "the-function-key"
BY_THE_HOST = {302, 401, 500, 502, 503}  # what Azure's front answers before the app is asked


@dataclass(frozen=True)
class Answer:
    """One reply; `body` is JSON unless it is text. `is_cut` closes the connection instead.

    `before` is done when the request has come, and before it is answered.
    """

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    before: Callable[[], None] = lambda: None


CUT = Answer(is_cut=True)


def error(status: int, code: str, message: str = "A sentence.") -> Answer:
    return Answer(status, {"error": {"code": code, "message": message, "details": None}})


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    query: dict[str, str]
    key: str | None
    body: Any


class AppStandIn:
    """Answers in the order in which the answers were given; the last one again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.wrong: list[str] = []
        self.connections = 0
        self._answers: dict[tuple[str, str], list[Answer]] = {}

    def answers(self, method: str, path: str, *answers: Answer) -> None:
        """Say what is answered; raises for JSON that the description does not know."""
        for one in answers:
            if not (one.is_cut or one.status in BY_THE_HOST or isinstance(one.body, str)):
                _validate(one.body, _operation(method, path)["responses"][str(one.status)])
        self._answers[method, path] = list(answers)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        self._check(asked)
        waiting = self._answers.get((asked.method, asked.path))
        if not waiting:
            self.wrong.append(f"nobody said what to answer to {asked.method} {asked.path}")
            return Answer(500)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def _check(self, asked: Asked) -> None:
        operation = _operation(asked.method, asked.path)
        known = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
        for name, value in asked.query.items():
            if name not in known:
                self.wrong.append(f"{asked.path} has no parameter {name}")
            elif value not in known[name].get("enum", [value]):
                self.wrong.append(f"{name}={value}")
        if "requestBody" in operation:
            _validate(asked.body, operation["requestBody"])


def _operation(method: str, path: str) -> Any:
    for template, item in DESCRIBED["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path) and method.lower() in item:
            return item[method.lower()]
    raise AssertionError(f"{method} {path} is not described")


def _validate(body: Any, described: Any) -> None:
    schema = described["content"]["application/json"]["schema"]
    jsonschema.validate(body, schema | {"components": DESCRIBED["components"]})


@contextmanager
def app_stand_in(tls: ssl.SSLContext | None = None) -> Iterator[AppStandIn]:
    """One that runs, over TLS as `localhost`; fails at the end where it was asked wrongly."""
    server = _Server(("127.0.0.1", 0), _Handler)
    scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
    app = server.app = AppStandIn(f"{scheme}://{host}:{server.server_port}")
    if tls:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
    thread.start()
    try:
        yield app
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert app.wrong == []


class _Server(ThreadingHTTPServer):
    app: AppStandIn

    def get_request(self) -> tuple[Any, Any]:
        self.app.connections += 1
        return super().get_request()

    def handle_error(self, *_: Any) -> None:
        """A client that does not believe the certificate hangs up, which is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        key, path = self.headers.get("x-functions-key"), parts.path.removeprefix("/api")
        asked = Asked(self.command, path, dict(parse_qsl(parts.query)), key, body)
        self._send(self.server.app.answer(asked))

    do_POST = do_DELETE = do_GET  # noqa: N815 - as http.server names them

    def _send(self, answer: Answer) -> None:
        answer.before()
        if answer.is_cut:
            self.close_connection = True
            return
        is_text = isinstance(answer.body, str)
        content = (answer.body if is_text else json.dumps(answer.body)).encode()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Not into the tests' output."""
