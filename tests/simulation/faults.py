"""What can go wrong, kind by kind, and the strikes of one run: which kind, where, how often."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.azure_emulator.known_errors import KNOWN_ERRORS
from tests.simulation.endings import ENDINGS, whole
from tests.simulation.phases import OF_RESCANS, REQUESTS, Phase

SCANNER, OPERATOR = "scanner", "operator"
CANCELS, TERMINATES = "operator: cancels a scan", "operator: terminates a scan"
TERMINATES_CHILD = "operator: terminates a scan's child"


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    `request` is what it befalls (see `phases.REQUESTS`), or the moment of a step at which a host
    dies, or SCANNER or OPERATOR. `fault` is said in the emulator's words for ARM.
    """

    name: str
    request: str
    fault: Mapping[str, Any] = field(default_factory=dict)
    only_in: frozenset[Phase] | None = None
    fails_before: bool = False
    fails_after: bool = False
    conflicts: bool = False
    slow_seconds: float = 0
    is_outage: bool = False

    def can_strike(self, phase: Phase) -> bool:
        """Whether anything that it befalls happens in the phase."""
        if self.only_in is not None:
            return phase in self.only_in
        return self.request in REQUESTS[phase]


# When a host may die: the step was taken up, a request of it is about to have its effect, or has
# just had it; it has ended and its result is lost; its result is kept and it comes back all the
# same (its queue message was not deleted yet).
BEFORE_STEP, BEFORE_EFFECT = "before step", "before effect"
AFTER_EFFECT, AFTER_STEP, AFTER_RESULT = "after effect", "after step", "after result"
MOMENTS = (BEFORE_STEP, BEFORE_EFFECT, AFTER_EFFECT, AFTER_STEP, AFTER_RESULT)

_OF_ANY = (
    "TooManyRequests", "SubscriptionRequestsThrottled", "AuthorizationFailed",
    "InvalidAuthenticationToken", "InternalServerError", "BadGateway", "GatewayTimeout",
)  # fmt: skip
_OF_A_PUT = (
    "ContainerGroupQuotaReached", "QuotaLimitZero", "ServiceUnavailable", "RegistryErrorResponse",
    "InaccessibleImage", "ContainerGroupTransitioning", "OsVersionNotSupported",
    "MissingSubscriptionRegistration", "ResourceGroupNotFound",
)  # fmt: skip
_OF_LOGS = (
    "ContainerLogNotAvailable", "ContainerGroupDeploymentNotReady", "ContainerGroupStopped",
    "ResourceNotFound",
)  # fmt: skip
CODES = {
    "get": _OF_ANY,
    "put": (*_OF_ANY, *_OF_A_PUT),
    "delete": (*_OF_ANY, "ContainerGroupTransitioning"),
    "logs": (*_OF_ANY, *_OF_LOGS),
    "revisions": _OF_ANY,
    "list": (*_OF_ANY, "ResourceGroupNotFound"),
}
MISBEHAVIOURS: dict[str, tuple[Mapping[str, Any], ...]] = {
    "put": tuple({"code": c} for c in ("provisioningFailed", "pullFails", "slow", "restarts")),
    "delete": tuple({"code": c} for c in ("stuck", "immortal", "slow", "atOnce")),
    "logs": (
        {"code": "empty"},
        {"truncateHeadBytes": 300},
        {"dropLinesContaining": "SEAL"},
        {"dropLinesContaining": "END"},
        {"dropLinesContaining": "A"},
    ),
}
_LASTING = ("put", "delete")  # whose effect may outlive their reply


def _arm_kinds() -> Iterator[Kind]:
    for operation, codes in CODES.items():
        request = f"arm {operation}"
        for code in codes:
            yield Kind(f"{operation}: {code}", request, {"code": code})
        yield Kind(f"{operation}: no reply", request, {"code": "lost", "applied": False})
        yield Kind(f"{operation}: slow reply", request, {"delaySeconds": 15})
        if operation in _LASTING:
            yield Kind(f"{operation}: done, no reply", request, {"code": "lost"})
            for code in ("InternalServerError", "GatewayTimeout"):
                done = {"code": code, "applied": True}
                yield Kind(f"{operation}: done, {code}", request, done)
        for wrong in MISBEHAVIOURS.get(operation, ()):
            what = " ".join(str(value) for value in wrong.values())
            yield Kind(f"{operation} misbehaves: {what}", request, wrong)
    # "Soon after a create, where a delete just ran" (aci-logicapps-integration #10).
    scanning = frozenset({Phase.SCANNING})
    yield Kind("get: ResourceNotFound", "arm get", {"code": "ResourceNotFound"}, scanning)
    of_a_group = frozenset({Phase.READING, Phase.SCANNING, Phase.REMOVING})
    yield Kind("get: no instanceView", "arm get", {"code": "noInstanceView"}, of_a_group)


def _other_kinds() -> Iterator[Kind]:
    for request in ("table", "blob", "durable", "webhook"):
        yield Kind(f"{request}: fails", request, fails_before=True)
        yield Kind(f"{request}: done, fails", request, fails_after=True)
        yield Kind(f"{request}: slow", request, slow_seconds=20)
    yield Kind("registry: unavailable", "registry", fails_before=True)
    yield Kind("registry: slow", "registry", slow_seconds=15)
    yield Kind("registry: hangs", "registry", slow_seconds=20, fails_before=True)
    # The SDK's own second try of a write whose first reply was lost meets its first.
    yield Kind("table: done, conflicts with itself", "table", conflicts=True)
    everywhere = frozenset(Phase)
    of_steps = everywhere - {Phase.ACCEPTING}  # triggers do not come back
    for moment in MOMENTS:
        only_in = of_steps if moment == AFTER_RESULT else everywhere
        yield Kind(f"crash {moment}", moment, only_in=only_in)
    yield Kind("long outage", BEFORE_EFFECT, only_in=everywhere, is_outage=True)
    # Elsewhere there is no scan that anybody could cancel or terminate, or not yet.
    of_none = {Phase.ACCEPTING, Phase.READING, Phase.REAPING, Phase.INVENTORY} | OF_RESCANS
    of_a_scan = everywhere - of_none
    for name in (CANCELS, TERMINATES, TERMINATES_CHILD):
        has_children = of_a_scan - {Phase.ENDING}
        only_in = has_children if name == TERMINATES_CHILD else of_a_scan
        yield Kind(name, OPERATOR, only_in=only_in)
    scanning = frozenset({Phase.SCANNING})
    for ending in ENDINGS:
        if ending is not whole:
            yield Kind(f"scanner: {ending.__name__}", SCANNER, {"ending": ending}, scanning)


KINDS = (*_arm_kinds(), *_other_kinds())
assert {code for codes in CODES.values() for code in codes} == set(KNOWN_ERRORS)
PAIRS = tuple((kind, phase) for kind in KINDS for phase in Phase if kind.can_strike(phase))
# What strikes in rescans is drawn by itself: what a seed without them means stays as it was.
RESCAN_PAIRS = tuple(pair for pair in PAIRS if pair[1] in OF_RESCANS)
_REST = tuple(pair for pair in PAIRS if pair not in RESCAN_PAIRS)
CRASHES = tuple((kind, phase) for kind, phase in _REST if kind.request in MOMENTS)
OTHERS = tuple(pair for pair in _REST if pair not in CRASHES)


@dataclass
class Strike:
    """A kind of fault in a phase: passes `skip` occasions over, then takes `times` of them.

    Only occasions whose description starts with `of` are its: see `Faults.take`.
    """

    kind: Kind
    phase: Phase
    skip: int = 0
    times: int = 1
    of: str = ""
    taken: int = 0


class Faults:
    """The strikes of a run; each occasion is offered to them."""

    def __init__(self, strikes: list[Strike]) -> None:
        self.strikes = strikes
        self.hits: Counter[tuple[str, Phase]] = Counter()
        self.is_over = False

    def take(self, phase: Phase, request: str, what: str) -> Strike | None:
        """The strike that this occasion falls to; `what` is a function's name or a request."""
        for strike in () if self.is_over else self.strikes:
            if strike.phase is not phase or strike.kind.request != request:
                continue
            if strike.taken == strike.times or not what.startswith(strike.of):
                continue
            if strike.skip:
                strike.skip -= 1
                continue
            strike.taken += 1
            return strike
        return None

    def hit(self, strike: Strike) -> None:
        """It had its effect: it counts once, however often it comes."""
        if strike.taken == 1:
            self.hits[strike.kind.name, strike.phase] += 1

    def missed(self, strike: Strike) -> None:
        """It had none on this occasion: the next one is its."""
        strike.taken -= 1
