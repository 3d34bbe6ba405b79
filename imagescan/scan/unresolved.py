"""What follows for a scan where its image cannot be resolved to a digest. Pure."""

from imagescan.ports import ResolveProblem, Unresolved
from imagescan.scan.reasons import Reason, ReasonCode


def why_not_scanned(unresolved: Unresolved, *, is_read_by_identity: bool) -> Reason | None:
    """Why there will be no scan; None where the scanner may still get at the image.

    It may be let in with the group's own identity (`is_read_by_identity`), or come to it later, or
    from another network: then the reference itself is scanned. Never where the name leads to an
    address that names from outside may not lead to: the scanner would go there.
    """
    message = unresolved.message
    match unresolved.problem:
        case ResolveProblem.NOT_FOUND:
            return Reason(ReasonCode.IMAGE_NOT_FOUND, message)
        case ResolveProblem.NO_PLATFORM:
            return Reason(ReasonCode.OS_UNSUPPORTED, message)
        case ResolveProblem.FORBIDDEN_ADDRESS:
            return Reason(ReasonCode.IMAGE_UNAVAILABLE, message)
        case ResolveProblem.DENIED:
            denied = Reason(ReasonCode.REGISTRY_DENIED, message)
            return None if is_read_by_identity else denied
        case ResolveProblem.UNAVAILABLE:
            return None
