"""What the scanner stand-in finds in an image, as `PUT /emulator/images` says."""

from pathlib import Path
from typing import Any

from local.qscanner_stand_in.behaviour import normal_name, read_all, write


class Images:
    """Behaviour by image, in a private file that the stand-in reads."""

    def __init__(self, file: Path) -> None:
        """Go on with what an earlier run was told, if anything."""
        self._file = file
        self._behaviours = read_all(file)

    def set(self, behaviours: Any) -> str | None:
        """Take what is said of the images named; others keep what was said of them.

        Returns what is wrong with it, in which case nothing changes.
        """
        if not isinstance(behaviours, dict):
            return "An object is needed: image to behaviour."
        if any(not isinstance(one, dict) for one in behaviours.values()):
            return 'A behaviour is an object, such as {"findings": 3}.'
        self._behaviours |= {normal_name(image): told for image, told in behaviours.items()}
        write(self._file, self._behaviours)
        return None
