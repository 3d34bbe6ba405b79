"""Asks the registry stand-in without a server between."""

import base64
import json
from typing import Any

from local.registry_stand_in.layouts import DOCKER_INDEX, OCI_INDEX
from local.registry_stand_in.messages import Reply, Request
from local.registry_stand_in.registry import Registry
from tests.registry.layouts import PASSWORD

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
EVERYTHING = f"{OCI_INDEX}, {DOCKER_INDEX}, {OCI_MANIFEST}, {DOCKER_MANIFEST}"
BASE = "http://127.0.0.1:5000"


class Client:
    """Asks one registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Reply:
        plain, _, query = path.partition("?")
        asked = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        request = Request(
            method, plain, asked, {"accept": EVERYTHING} | headers, body.encode(), BASE
        )
        return self.registry.handle(request)

    def pull(self, path: str, **headers: str) -> int:
        return self.ask(f"/v2/{path}", **headers).status

    def token(self, repository: str, user: str | None = None, password: str = PASSWORD) -> str:
        scope = f"service=127.0.0.1:5000&scope=repository:{repository}:pull"
        headers = {"authorization": basic(user, password)} if user else {}
        return str(content(self.ask(f"/token?{scope}", **headers))["token"])


def basic(user: str, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def content(reply: Reply) -> Any:
    assert isinstance(reply.body, bytes)
    return json.loads(reply.body)
