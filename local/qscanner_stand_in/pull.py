"""Pulls an image's manifest from the registry stand-in, and looks whether its layers are there.

QSCANNER_STAND_IN_REGISTRY is the registry's address; without it nothing is pulled, and every image
is taken to be there. Images of other registries are asked for as of a mirror (`?ns=docker.io`).
Credentials come as the real tool takes them: QSCANNER_REGISTRY_USERNAME and _PASSWORD, or _TOKEN.
"""

import base64
import hashlib
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode

from local.qscanner_stand_in.behaviour import normal_name

REGISTRY_VARIABLE = "QSCANNER_STAND_IN_REGISTRY"
TIMEOUT_SECONDS = 20
MOST_TAGS = 100
_ACCEPT = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)
_UNAUTHORIZED = 401


class PullError(Exception):
    """The image cannot be had; the message says why, without credentials."""


@dataclass(frozen=True)
class Pulled:
    """What was pulled: the image for linux/amd64, its layers, and its names by tag."""

    digest: str
    layers: tuple[str, ...]
    names: tuple[str, ...]


def pull(environment: Mapping[str, str], image: str) -> Pulled | None:
    """Get the image's manifest; None where no registry is configured. Raises `PullError`."""
    address = environment.get(REGISTRY_VARIABLE)
    if not address:
        return None
    name, _, digest = normal_name(image).partition("@")
    registry, _, repository = name.partition("/")
    repository, tag = _without_tag(repository)
    source = _Repository(address.rstrip("/"), registry, repository, environment)
    content = source.manifest(digest or tag)
    if digest and _digest(content) != digest:
        raise PullError("the manifest is not what its digest stands for")
    chosen = _amd64(content)
    if chosen:
        content = source.manifest(chosen)
    layers = tuple(one["digest"] for one in json.loads(content)["layers"])
    for layer in layers:
        source.ask("HEAD", f"blobs/{layer}")
    named = _digest(content)
    names = [tag] if tag else source.tags_of({digest, named})
    return Pulled(named, layers, tuple(f"{registry}/{repository}:{one}" for one in names))


def _without_tag(repository: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.+?)(?::([^/:]+))?", repository)
    assert found is not None
    return found[1], found[2] or ""


def _amd64(content: bytes) -> str | None:
    """The digest of an index's image for this platform; None for what is an image itself."""
    listed = json.loads(content).get("manifests")
    if listed is None:
        return None
    for one in listed:
        platform = one.get("platform", {})
        if (platform.get("os"), platform.get("architecture")) == ("linux", "amd64"):
            return str(one["digest"])
    raise PullError("no image for linux/amd64")


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class _Repository:
    """One repository, asked with what the scanner was given."""

    address: str
    registry: str
    name: str
    environment: Mapping[str, str]
    authorization: str | None = None

    def manifest(self, reference: str) -> bytes:
        return self.ask("GET", f"manifests/{reference}")

    def tags_of(self, digests: set[str]) -> list[str]:
        """The tags that stand for one of these, or for an index that lists one."""
        return [tag for tag, found in self._tagged() if found & digests]

    def _tagged(self) -> Iterator[tuple[str, set[str]]]:
        for tag in json.loads(self.ask("GET", "tags/list"))["tags"][:MOST_TAGS]:
            content = self.manifest(tag)
            listed = json.loads(content).get("manifests", [])
            yield tag, {_digest(content), *(one["digest"] for one in listed)}

    def ask(self, method: str, what: str) -> bytes:
        """The body of the answer; raises `PullError` for any but 200."""
        host = self.address.partition("://")[2]
        is_own = self.registry in (host, f"localhost:{host.rpartition(':')[2]}")
        query = "" if is_own else "?" + urlencode({"ns": self.registry})
        url = f"{self.address}/v2/{self.name}/{what}{query}"
        status, headers, body = _request(method, url, self.authorization)
        if status == _UNAUTHORIZED and self.authorization is None:
            self.authorization = self._authorized(headers.get("WWW-Authenticate", ""))
            status, headers, body = _request(method, url, self.authorization)
        if status != 200:  # noqa: PLR2004
            raise PullError(f"the registry answered {status} {_codes(body)}".strip())
        return body

    def _authorized(self, challenge: str) -> str:
        token = self.environment.get("QSCANNER_REGISTRY_TOKEN")
        if token:
            return f"Bearer {token}"
        name = self.environment.get("QSCANNER_REGISTRY_USERNAME")
        pair = f"{name}:{self.environment.get('QSCANNER_REGISTRY_PASSWORD', '')}".encode()
        basic = f"Basic {base64.b64encode(pair).decode()}" if name else None
        told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        if not challenge.startswith("Bearer"):
            return basic or ""
        asked = urlencode({"service": told.get("service", ""), "scope": told.get("scope", "")})
        status, _, body = _request("GET", f"{told.get('realm')}?{asked}", basic)
        if status != 200:  # noqa: PLR2004
            raise PullError(f"the token service answered {status} {_codes(body)}".strip())
        return f"Bearer {json.loads(body)['token']}"


def _request(method: str, url: str, authorization: str | None) -> tuple[int, Message, bytes]:
    headers = {"Accept": _ACCEPT} | ({"Authorization": authorization} if authorization else {})
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310  # our own
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()
    except OSError as error:
        raise PullError(f"the registry does not answer ({type(error).__name__})") from None


def _codes(body: bytes) -> str:
    """The codes of an error as the distribution specification words it."""
    try:
        errors: list[dict[str, Any]] = json.loads(body)["errors"]
    except (ValueError, KeyError, TypeError):
        return ""
    return ", ".join(str(one.get("code")) for one in errors)
