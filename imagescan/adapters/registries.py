"""Image references to digests, by asking their registries (OCI distribution 1.1).

One HEAD says what a tag stands for now; what stands behind that digest is fetched and hashed once
per process, for it never changes. So an image that was seen before costs a registry no pull, of
which Docker Hub allows an address few.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import quote

from imagescan.adapters.deadline import Deadline, NoAnswer
from imagescan.adapters.registry_http import Answer, CheckedHttp, ForbiddenAddress, not_public
from imagescan.adapters.registry_tokens import Authorizer, Refused, refusal
from imagescan.image_reference import ImageReference
from imagescan.ports import Resolved, ResolveProblem, Unresolved
from imagescan.registry.addresses import may_be_public
from imagescan.registry.challenge import read_challenges
from imagescan.registry.hosts import RegistryHost, parse_host
from imagescan.registry.manifests import (
    ACCEPT,
    LARGEST_BYTES,
    digest_for_linux_amd64,
    digest_of,
    has_digest,
    is_digest,
    is_index,
)
from imagescan.registry.urls import Url

WITHIN_SECONDS = 20
# A registry that hung is left alone for so long: every step that waits for it takes one of few
# places from the steps of other scans.
REST_SECONDS = 60
MOST_REDIRECTS = 3
MOST_REMEMBERED = 4096
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK, _UNAUTHORIZED, _NOT_FOUND, _NO_HEAD = 200, 401, 404, frozenset({405, 501})
Found = Resolved | Unresolved


class OciRegistries:
    """See `Registries`. `mirror` is asked instead of all registries that are not `listed`.

    Their names are judged all the same, for the scanner goes to them: what needs no look-up always,
    and where a name leads unless the mirror is this machine, on which nothing outside is asked.
    """

    def __init__(
        self,
        http: CheckedHttp,
        authorizer: Authorizer,
        *,
        listed: frozenset[RegistryHost] = frozenset(),
        mirror: Url | None = None,
        within_seconds: float = WITHIN_SECONDS,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        """Nothing is contacted yet."""
        self._http, self._authorizer = http, authorizer
        self._listed, self._mirror = listed, mirror
        self._within_seconds = within_seconds
        self._contents, self._resting = _Contents(), _Resting(rest_seconds)

    def resolve(self, image: ImageReference) -> Found:
        """See `Registries.resolve`."""
        registry = parse_host(image.registry)
        if registry is None:
            message = "The registry's name is none that can be resolved."
            return Unresolved(ResolveProblem.FORBIDDEN_ADDRESS, message)
        if self._resting.has(registry):
            message = (
                f"{registry} did not answer in time a moment ago, and is left alone for a while."
            )
            return Unresolved(ResolveProblem.UNAVAILABLE, message)
        with Deadline(self._within_seconds) as deadline:
            try:
                self._judge(registry)
                return self._found(image, self._manifests(registry, image.repository, deadline))
            except Refused as refused:
                return refused.outcome
            except ForbiddenAddress as error:
                return Unresolved(ResolveProblem.FORBIDDEN_ADDRESS, str(error))
            except NoAnswer as error:
                if deadline.is_over:
                    self._resting.add(registry)
                return Unresolved(ResolveProblem.UNAVAILABLE, str(error))

    def _judge(self, registry: RegistryHost) -> None:
        """Raises `ForbiddenAddress`; without a mirror the connection's own check is the whole."""
        if registry in self._listed:
            return
        if not may_be_public(registry.name):
            raise not_public(registry)
        if self._mirror and not self._mirror.host.is_loopback:
            self._http.judge(registry)

    def _manifests(
        self, registry: RegistryHost, repository: str, deadline: Deadline
    ) -> "_Manifests":
        namespace = None
        base = Url(registry, "", is_plain=self._http.may_be_plain(registry))
        if self._mirror and registry not in self._listed:
            base, namespace = self._mirror, str(registry)
        return _Manifests(self._http, self._authorizer, base, repository, namespace, deadline)

    def _found(self, image: ImageReference, manifests: "_Manifests") -> Found:
        current = manifests.current_digest(image.digest or str(image.tag))
        digest = image.digest or current
        known = self._contents.get(digest) if digest else None
        if known:
            return known
        answer = manifests.fetch(digest or str(image.tag))
        digest = digest or digest_of(answer.body)
        found = _judged(answer, digest)
        self._contents.add(digest, found)
        return found


@dataclass
class _Manifests:
    """One repository of one registry, asked under one deadline."""

    http: CheckedHttp
    authorizer: Authorizer
    base: Url
    repository: str
    namespace: str | None
    deadline: Deadline
    _authorization: str | None = field(default=None, repr=False)
    _is_there: bool = False

    def current_digest(self, reference: str) -> str | None:
        """What the registry says a reference stands for; None where a HEAD does not tell."""
        answer = self._ask("HEAD", reference)
        if answer.status in _NO_HEAD:
            return None
        digest = _checked(answer, self.base.host).header("Docker-Content-Digest")
        self._is_there = True
        return digest if is_digest(digest) else None

    def fetch(self, reference: str) -> Answer:
        """The manifest or index."""
        answer = self._ask("GET", reference)
        if answer.status == _NOT_FOUND and self._is_there:
            message = f"{self.base.host} does not have what it said it had."
            raise Refused(ResolveProblem.UNAVAILABLE, message)
        return _checked(answer, self.base.host)

    def _ask(self, method: str, reference: str) -> Answer:
        query = f"?ns={quote(self.namespace, safe='')}" if self.namespace else ""
        target = f"/v2/{self.repository}/manifests/{reference}{query}"
        url = Url(self.base.host, target, self.base.is_plain)
        answer = self._ask_once(method, url, self._authorization)
        if answer.status == _UNAUTHORIZED and self._authorization is None:
            challenges = read_challenges(answer.header("WWW-Authenticate"))
            self._authorization = self.authorizer.authorization(
                self.base.host, self.repository, challenges, self.deadline
            )
            answer = self._ask_once(method, url, self._authorization)
        return self._followed(method, url, answer)

    def _followed(self, method: str, url: Url, answer: Answer) -> Answer:
        """Where redirects lead, without any credential, to the same host either."""
        for _ in range(MOST_REDIRECTS):
            if answer.status not in _REDIRECTS:
                return answer
            target = url.joined(answer.header("Location"))
            if target is None:
                break
            url, answer = target, self._ask_once(method, target, None)
        if answer.status in _REDIRECTS:
            message = f"{self.base.host} redirects to nowhere."
            raise Refused(ResolveProblem.UNAVAILABLE, message)
        return answer

    def _ask_once(self, method: str, url: Url, authorization: str | None) -> Answer:
        shown = {"Authorization": authorization} if authorization else {}
        headers = {"Accept": ACCEPT, **shown}
        return self.http.ask(method, url, headers, self.deadline, limit_bytes=LARGEST_BYTES)


def _checked(answer: Answer, host: RegistryHost) -> Answer:
    if answer.status == _NOT_FOUND:
        raise Refused(ResolveProblem.NOT_FOUND, f"{host} does not have it.")
    if answer.status != _OK:
        raise refusal(answer, host)
    return answer


def _judged(answer: Answer, digest: str) -> Found:
    """What stands behind a digest. Raises `Refused` where the content is not what it stands for."""
    told = answer.header("Docker-Content-Digest") or digest
    if not has_digest(answer.body, digest) or told != digest:
        message = "The registry's answer is not what its digest stands for."
        raise Refused(ResolveProblem.UNAVAILABLE, message)
    try:
        if not is_index(answer.header("Content-Type"), answer.body):
            return Resolved(digest)
        chosen = digest_for_linux_amd64(answer.body)
    except ValueError as error:
        raise Refused(ResolveProblem.UNAVAILABLE, f"The answer is no image: {error}") from None
    if chosen is None:
        return Unresolved(ResolveProblem.NO_PLATFORM, "Nothing in it is for linux/amd64.")
    return Resolved(chosen, digest)


class _Resting:
    """Registries that hung lately."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[RegistryHost, float] = {}

    def has(self, registry: RegistryHost) -> bool:
        return time.monotonic() < self._until.get(registry, 0)

    def add(self, registry: RegistryHost) -> None:
        """Names come from strangers: those whose rest is over are forgotten."""
        now = time.monotonic()
        resting = {host: until for host, until in list(self._until.items()) if now < until}
        self._until = {**resting, registry: now + self._seconds}


class _Contents:
    """What stands behind digests that were checked; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[str, Found] = OrderedDict()

    def get(self, digest: str) -> Found | None:
        with self._lock:
            return self._found.get(digest)

    def add(self, digest: str, found: Found) -> None:
        with self._lock:
            self._found[digest] = found
            while len(self._found) > MOST_REMEMBERED:
                self._found.popitem(last=False)
