"""Application Insights' ingestion endpoint on loopback: keeps what the real exporter sends."""

import gzip
import http.server
import json
import threading
from typing import Any

KEY = "00000000-1111-2222-3333-444444444444"
MESSAGE, EXCEPTION = "MessageData", "ExceptionData"


class Ingestion:
    """Takes everything that it is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        ingestion = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                items = json.loads(body)
                ingestion.sent += items
                reply = {"itemsReceived": len(items), "itemsAccepted": len(items), "errors": []}
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(reply).encode())

            def log_message(self, *_: Any) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        serve, often = self._server.serve_forever, {"poll_interval": 0.01}
        threading.Thread(target=serve, kwargs=often, daemon=True).start()

    @property
    def connection_string(self) -> str:
        port = self._server.server_address[1]
        return f"InstrumentationKey={KEY};IngestionEndpoint=http://127.0.0.1:{port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The content of every item of a type."""
        return [one["data"]["baseData"] for one in self.sent if one["data"]["baseType"] == kind]
