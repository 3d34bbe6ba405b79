"""The templates compile and keep every rule of Bicep's linter."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.compiler import INFRASTRUCTURE, bicep, compiled, copied_to, needs_bicep
from tests.infrastructure.conftest import MAIN
from tests.infrastructure.scripts import before

pytestmark = [needs_bicep, pytest.mark.xdist_group("bicep")]
TEMPLATES = ["main.bicep", "watch.bicep"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_linter_says_nothing(template: str) -> None:
    """Modules are linted with the template that uses them."""
    done = bicep("lint", template)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_module_is_used_and_none_comes_from_a_registry() -> None:
    """A file that nothing uses is linted by nobody."""
    texts = {path: path.read_text() for path in INFRASTRUCTURE.rglob("*.bicep")}
    everything = "\n".join(texts.values())

    unused = [path.name for path in texts if f"{path.name}'" not in everything]
    assert sorted(unused) == TEMPLATES
    assert "'br:" not in everything
    assert "'br/" not in everything
    assert "'ts:" not in everything


def test_formatting_changes_nothing(tmp_path: Path) -> None:
    formatted = copied_to(tmp_path)
    for kind in ("bicep", "bicepparam"):
        assert bicep("format", "--pattern", f"**/*.{kind}", folder=formatted).returncode == 0

    names = [path.relative_to(formatted) for path in formatted.rglob("*.bicep*")]
    changed = [
        str(name)
        for name in names
        if (formatted / name).read_text() != (INFRASTRUCTURE / name).read_text()
    ]
    assert len(names) > len(TEMPLATES)
    assert changed == []


# A breach of each rule that matters most.
BREACHES = {
    "no-unused-params": "param unused string",
    "no-unused-vars": "var unused = 'x'",
    "secure-parameter-default": "@secure()\nparam secret string = 'x'",
    "outputs-should-not-contain-secrets": """
        @secure()
        param secret string
        output told string = secret""",
    "use-recent-api-versions": """
        resource group 'Microsoft.Resources/resourceGroups@2021-04-01' existing = { name: 'x' }""",
    "no-hardcoded-location": """
        resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
          name: 'x'
          location: 'westeurope'
        }""",
    "BCP089": """
        resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
          name: 'x'
          location: 'x'
          properties: { isolationScop: 'None' }
        }""",  # a property that is not one
}


def test_each_breach_of_a_rule_is_told(tmp_path: Path) -> None:
    """In one call, for the compiler takes a second to start."""
    shutil.copy(INFRASTRUCTURE / "bicepconfig.json", tmp_path)
    for rule, text in BREACHES.items():
        (tmp_path / f"{rule}.bicep").write_text(text + "\n")

    told = bicep("lint", "--pattern", "*.bicep", folder=tmp_path)

    assert told.returncode != 0
    said = told.stdout + told.stderr
    assert {rule for rule in BREACHES if f" {rule}:" not in said} == set()


PASSWORD = 'it\'s "quoted" $HOME `x` \\ {} a=b;c&d'


@pytest.fixture(scope="module")
def sent(templates: Path) -> tuple[Any, Any]:
    """What Azure is sent: the template and its parameters."""
    return compiled(templates, "main", MAIN | {"QUALYS_ACCESS_TOKEN": PASSWORD})


def test_secrets_come_through_the_environment_as_they_are(sent: tuple[Any, Any]) -> None:
    """And stand in the parameters only, of which Azure keeps no value."""
    template, parameters = sent

    assert parameters["secrets"]["value"]["QUALYS_ACCESS_TOKEN"] == PASSWORD
    assert template["parameters"]["secrets"]["$ref"] == "#/definitions/Secrets"
    assert template["definitions"]["Secrets"]["type"] == "secureObject"
    assert PASSWORD not in str(template)


def test_settings_that_are_given_win_over_those_that_are_kept(sent: tuple[Any, Any]) -> None:
    _, parameters = sent

    assert parameters["optionalSettings"]["value"] == {
        "SCAN_TIMEOUT": "3600",
        "QSCANNER_CPU": "1",
        "QUALYS_POD": "US1",
    }


def test_deploy_sh_uses_the_outputs_that_there_are(sent: tuple[Any, Any]) -> None:
    """And its stand-in for Azure tells the same."""
    template, _ = sent
    steps = (INFRASTRUCTURE / "deploy-steps.sh").read_text()
    told = before()["deployment sub create"]["properties"]["outputs"]

    assert set(re.findall(r"\$out\.(\w+)\.value", steps)) == set(template["outputs"]) == set(told)
