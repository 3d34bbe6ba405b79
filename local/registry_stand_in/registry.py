"""The registry: what each request is answered, and a book of them."""

import json
import re
from typing import Any

from local.registry_stand_in.access import Access, Scheme, service, unauthorized
from local.registry_stand_in.faults import Faults, refused, spoiled
from local.registry_stand_in.layouts import DOCKER_INDEX, INDEXES, Layout, Layouts, Manifest
from local.registry_stand_in.made_up import MadeUp
from local.registry_stand_in.messages import Reply, Request, error, json_reply
from local.registry_stand_in.tokens import Tokens

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(
    rf"/v2/(?P<name>{_PART}(?:/{_PART})*)/(?P<kind>manifests|blobs|tags)/(?P<what>[^/]+)"
)
_VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}
_NOT_FOUND = Reply(404, {"Content-Type": "text/plain"}, b"404 page not found\n")


class Registry:
    """One registry. Everything is an ordinary value, so no server is needed to ask it."""

    def __init__(
        self, layouts: Layouts, access: Access | None = None, made_up: MadeUp | None = None
    ) -> None:
        """Serve these layouts to those who have access; `made_up`: for other registries' names."""
        self._layouts, self._made_up = layouts, made_up
        self._access = access or Access()
        self._tokens = Tokens(self._access)
        self.faults = Faults()
        self.book: list[dict[str, Any]] = []

    def handle(self, request: Request) -> Reply:
        """Answer; every request but those of the stand-in's own surface is written down."""
        if request.path.startswith("/stand-in/"):
            return self._control(request)
        fault = self.faults.take(request)
        reply = refused(fault) or spoiled(fault, self._route(request))
        self.book.append(_entry(request, reply))
        return reply

    def _control(self, request: Request) -> Reply:
        what = (request.method, request.path)
        if what == ("GET", "/stand-in/requests"):
            return json_reply(self.book)
        if what == ("PUT", "/stand-in/faults"):
            problem = self.faults.set(_json(request))
            return error(400, "INVALID", problem) if problem else json_reply({})
        return _NOT_FOUND

    def _route(self, request: Request) -> Reply:
        scheme, what = self._access.scheme, (request.method, request.path)
        if scheme is Scheme.AZURE and what == ("POST", "/oauth2/exchange"):
            return self._tokens.exchange(request)
        if request.path == {Scheme.BEARER: "/token", Scheme.AZURE: "/oauth2/token"}.get(scheme):
            return self._tokens.token(request)
        found = _PATH.fullmatch(request.path)
        if request.method not in ("GET", "HEAD") or not (found or request.path == "/v2/"):
            return _NOT_FOUND
        if found is None:
            return self._refusal(request, "") or json_reply({}, 200, _VERSION)
        repository, kind, what_of_it = found["name"], found["kind"], found["what"]
        other = _other_registry(request)
        if other is None and (refusal := self._refusal(request, repository)):
            return refusal
        layout = self._layout(other, repository, what_of_it if kind == "manifests" else "")
        if layout is None:
            return error(404, "NAME_UNKNOWN", "repository name not known to registry")
        if kind == "manifests":
            return _manifest(layout, what_of_it, request)
        return _blob(layout, what_of_it) if kind == "blobs" else _tags(layout, repository)

    def _layout(self, other: str | None, repository: str, reference: str) -> Layout | None:
        """Layouts of other registries' names lie below a folder of that registry's name.

        What is asked for by no `reference` is not made up.
        """
        found = self._layouts.find(f"{other}/{repository}" if other else repository)
        if found or other is None or self._made_up is None:
            return found
        return self._made_up.find(other, repository, reference)

    def _refusal(self, request: Request, repository: str) -> Reply | None:
        """Why this request may not pull, or None where it may; no repository: whether it is known.

        Without the right to pull, an existing repository and a missing one look the same.
        """
        access = self._access
        if access.scheme is Scheme.NONE:
            return None
        if access.scheme is Scheme.BASIC:
            return self._basic_refusal(request, repository)
        may = None if request.bearer is None else self._tokens.may_pull(request.bearer, repository)
        if may or (may is not None and not repository):
            return None
        problem = "" if request.bearer is None else "invalid_token"
        return unauthorized(access, request, repository, problem if may is None else _TOO_LITTLE)

    def _basic_refusal(self, request: Request, repository: str) -> Reply | None:
        access = self._access
        known = request.basic
        opened = access.opens(*known) if known else None
        if opened is None:
            is_public = known is None and repository and access.may_pull(repository)
            return None if is_public else unauthorized(access, request, repository)
        if repository and not access.may_pull(repository, opened):
            return error(403, "DENIED", "requested access to the resource is denied")
        return None


_TOO_LITTLE = "insufficient_scope"


def _other_registry(request: Request) -> str | None:
    """The registry that a client takes this one for a mirror of, as containerd says it."""
    named = request.query.get("ns")
    return None if named in (None, service(request)) else named


def _manifest(layout: Layout, reference: str, request: Request) -> Reply:
    found = layout.manifest(reference)
    accepted = _accepted(request)
    if found and found.media_type == DOCKER_INDEX and found.media_type not in accepted:
        # As the distribution project does, for clients from before there were lists.
        is_tag = ":" not in reference
        found = layout.manifest(_amd64(found) or "") if is_tag else found
    if found is None:
        return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
    if found.media_type.startswith("application/vnd.oci.") and found.media_type not in accepted:
        kind = "index" if found.media_type in INDEXES else "manifest"
        message = f"OCI {kind} found, but accept header does not support it"
        return error(404, "MANIFEST_UNKNOWN", message)
    headers = {
        "Content-Type": found.media_type,
        "Docker-Content-Digest": found.digest,
        "Etag": f'"{found.digest}"',
        **_VERSION,
    }
    return Reply(200, headers, found.content)


def _accepted(request: Request) -> set[str]:
    words = request.headers.get("accept", "").split(",")
    return {word.partition(";")[0].strip() for word in words}


def _amd64(index: Manifest) -> str | None:
    wanted = {"os": "linux", "architecture": "amd64"}
    for one in json.loads(index.content)["manifests"]:
        if wanted.items() <= one.get("platform", {}).items():
            return str(one["digest"])
    return None


def _blob(layout: Layout, digest: str) -> Reply:
    file = layout.blob(digest)
    if file is None:
        return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
    kind = {"Content-Type": "application/octet-stream"}
    return Reply(200, {**kind, "Docker-Content-Digest": digest, **_VERSION}, file)


def _tags(layout: Layout, repository: str) -> Reply:
    return json_reply({"name": repository, "tags": layout.tags()}, 200, _VERSION)


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _entry(request: Request, reply: Reply) -> dict[str, Any]:
    """A line of the book: who a client said it was, and never how it proved it."""
    basic = request.basic
    shown = f"Basic {basic[0]}" if basic else request.headers.get("authorization", "").split(" ")[0]
    return {
        "method": request.method,
        "host": service(request),
        "path": request.path,
        "query": dict(request.query),
        "authorization": shown or None,
        "form": sorted(request.form) if request.method == "POST" else [],
        "status": reply.status,
    }
