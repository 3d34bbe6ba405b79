"""deploy.sh, the parameter files and the app name the same settings."""

import re

from tests.infrastructure.compiler import INFRASTRUCTURE
from tests.infrastructure.known import settings_read_by_the_app

SCRIPTS = "".join(path.read_text() for path in sorted(INFRASTRUCTURE.glob("deploy*.sh")))
PARAMETERS = "".join(path.read_text() for path in INFRASTRUCTURE.glob("*.bicepparam"))


def listed(name: str) -> set[str]:
    """The words of a list in the scripts."""
    found = re.search(rf"^{name}='([^']*)'", SCRIPTS, re.MULTILINE)
    assert found is not None
    return set(found[1].split())


def test_every_setting_of_the_app_is_set_or_left_to_choose() -> None:
    """A setting that nobody can set on Azure would be none."""
    chosen = listed("OPTIONAL_SETTINGS") | listed("DERIVED_SETTINGS")
    templates = PARAMETERS + "".join(
        (INFRASTRUCTURE / name).read_text() for name in ("main.bicep", "modules/function-app.bicep")
    )
    set_by_template = set(re.findall(r"^\s+([A-Z_]+): ", templates, re.MULTILINE))
    only_elsewhere = {"STORAGE_CONNECTION_STRING", "ARM_ENDPOINT"}  # Azurite and the emulator

    assert chosen <= settings_read_by_the_app()
    assert settings_read_by_the_app() - chosen - set_by_template == only_elsewhere


def test_what_the_parameter_files_read_is_what_deploy_sh_hands_over() -> None:
    """A name that only one of them knows is a parameter that never arrives."""
    handed = re.search(r"^with_parameters\(\) .*?^}", SCRIPTS, re.MULTILINE | re.DOTALL)
    assert handed is not None

    read = set(re.findall(r"readEnvironmentVariable\('(\w+)'", PARAMETERS))
    assert set(re.findall(r"\b([A-Z_]+)=", handed[0])) == read
