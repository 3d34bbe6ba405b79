"""The emulator's own surface below /emulator: books, what images hold, limits, what goes wrong."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from local.azure_emulator.faults import Faults
from local.azure_emulator.limits import LimitsInForce
from local.azure_emulator.messages import Request, Response, arm_error


class SetImages(Protocol):
    """Where it is kept what the scanner finds in images."""

    def set(self, behaviours: Any) -> str | None:
        """Take what is said of the images named; what is wrong with it, if anything."""


class Controls:
    """Requests of tests and demos."""

    def __init__(
        self,
        books: Callable[[], list[dict[str, Any]]],
        faults: Faults,
        images: SetImages,
        limits: LimitsInForce,
    ) -> None:
        """Show these books, set these faults, images and limits."""
        self._books, self._faults, self._images, self._limits = books, faults, images, limits

    def groups(self, request: Request, part: Mapping[str, str]) -> Response:
        """Every container group there ever was, oldest first."""
        return Response(200, self._books())

    def set_images(self, request: Request, part: Mapping[str, str]) -> Response:
        """Say what is found in the images named; others keep what was said of them."""
        return _outcome(request, self._images.set(request.json()))

    def set_faults(self, request: Request, part: Mapping[str, str]) -> Response:
        """Replace all faults."""
        return _outcome(request, self._faults.set(request.json()))

    def limits(self, request: Request, part: Mapping[str, str]) -> Response:
        """All limits in force."""
        return Response(200, self._limits.to_wire())

    def set_limits(self, request: Request, part: Mapping[str, str]) -> Response:
        """Replace all limits: Azure's own but for those named."""
        return _outcome(request, self._limits.set(request.json()))


def _outcome(request: Request, problem: str | None) -> Response:
    return arm_error(400, "InvalidControl", problem) if problem else Response(200, request.json())
