"""Holds the settings that deploy.sh was given to the app's own rules, before anything is made.

Needs nothing but Python and this checkout. Says what is wrong, never a value.
"""

import os
import sys
from collections.abc import Mapping

from imagescan.errors import ConfigurationError
from imagescan.settings import read_settings

SECRETS = (
    "QUALYS_ACCESS_TOKEN", "QUALYS_USERNAME", "QUALYS_PASSWORD",
    "NOTIFY_WEBHOOK_URL", "REGISTRY_CREDENTIALS",
)  # fmt: skip


def given(environment: Mapping[str, str]) -> dict[str, str]:
    """The app's settings by name: lines of SETTINGS, NAME=VALUE each, and secrets of their own."""
    lines = environment.get("SETTINGS", "").split("\n")
    chosen = {name: value for name, _, value in (line.partition("=") for line in lines)}
    secrets = {name: environment.get(name, "") for name in SECRETS}
    return {name: value for name, value in (chosen | secrets).items() if value}


def problems_of(settings: Mapping[str, str]) -> list[str]:
    """A sentence for each that the app would refuse. What is not given may be set already."""
    try:
        read_settings(settings)
    except ConfigurationError as refused:
        return [problem for problem in refused.problems if problem.split()[0] in settings]
    return []


if __name__ == "__main__":
    sys.stdout.write(" ".join(problems_of(given(os.environ))))
