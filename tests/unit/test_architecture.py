"""Who may import whom, what orchestrators may not do, and how long things may get."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ("imagescan", "orchestrators", "activities", "triggers")
LAYERS = (*APP, "cli", "local", "tests")
NOT_OURS = ("conformance",)  # recordings and their tools, taken as they are

# What each layer may import of ours; prefixes of module names.
MAY_IMPORT = {
    "imagescan": ("imagescan",),
    "orchestrators": ("imagescan", "orchestrators"),
    "activities": ("imagescan",),
    "triggers": ("imagescan", "triggers"),
    "cli": ("cli",),
    "local": ("local",),
    "function_app": ("activities", "orchestrators", "triggers"),
}
AZURE_SDKS = (
    *("azure.core", "azure.identity", "azure.mgmt", "azure.data", "azure.storage"),
    *("azure.monitor", "opentelemetry"),
)
FORBIDDEN_IN_ORCHESTRATORS = {"os", "time", "random", "uuid", "logging", "requests", "socket"}
LONGEST_FUNCTION_LINES, USUAL_FUNCTION_LINES, LONGEST_FILE_LINES = 45, 25, 300


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [
        path
        for path in found
        if "node_modules" not in path.parts and not set(NOT_OURS) & set(path.parts)
    ]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_of_ours_only_what_it_may(layer: str) -> None:
    """Arrows point inwards: triggers and activities to the core, nothing to local."""
    paths = [ROOT / "function_app.py"] if layer == "function_app" else files(layer)
    ours = (*LAYERS, "function_app")
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in paths
        for module in imports(path)
        if module.split(".")[0] in ours and module.split(".")[0] not in MAY_IMPORT[layer]
    ]

    assert not wrong


def test_only_the_bootstrap_knows_the_adapters_and_only_adapters_know_azure_sdks() -> None:
    """The core is standard library and the app's own."""
    wrong = []
    for path in files(*APP):
        place = path.relative_to(ROOT).as_posix()
        for module in imports(path):
            is_adapter = place.startswith("imagescan/adapters/")
            if module.startswith("imagescan.adapters") and not (
                is_adapter or place == "imagescan/bootstrap.py"
            ):
                wrong.append(f"{place} imports {module}")
            if module.startswith(AZURE_SDKS) and not is_adapter:
                wrong.append(f"{place} imports {module}")
            if module.startswith("imagescan.bootstrap") and place.startswith(
                ("imagescan/", "orchestrators/")
            ):
                wrong.append(f"{place} imports {module}")

    assert not wrong


def test_the_command_line_needs_nothing_but_its_own_dependencies() -> None:
    """The group `cli` of pyproject.toml: neither the app nor its packages have to be there."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    allowed = {re.split(r"\W", one)[0] for one in groups["cli"]} | {"cli"} | sys.stdlib_module_names
    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files("cli")
        for module in imports(path)
        if module.split(".")[0] not in allowed
    }

    assert not wrong


def test_orchestrators_do_nothing_that_a_replay_would_do_differently() -> None:
    """No environment, clock, randomness, I/O or async; no yield inside finally."""
    wrong = []
    for path in files("orchestrators"):
        tree = ast.parse(path.read_text())
        found = {module.split(".")[0] for module in imports(path)} & FORBIDDEN_IN_ORCHESTRATORS
        wrong += [f"{path.name} imports {name}" for name in sorted(found - {"uuid"})]
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncFunctionDef):
                wrong.append(f"{path.name}: async {node.name}")
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "uuid4"}:
                wrong.append(f"{path.name} calls {node.attr}")
            if isinstance(node, ast.Try) and _yields(node.finalbody):
                wrong.append(f"{path.name} yields inside finally")

    assert not wrong


def _yields(body: list[ast.stmt]) -> bool:
    inner = [node for statement in body for node in ast.walk(statement)]
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in inner)


def test_functions_and_files_stay_short_enough_to_read() -> None:
    """At most 45 lines a function, 25 for nine out of ten, at most 300 a file."""
    lengths, wrong = [], []
    for path in [ROOT / "function_app.py", *files(*LAYERS)]:
        text = path.read_text()
        if len(text.splitlines()) > LONGEST_FILE_LINES:
            wrong.append(f"{path.relative_to(ROOT)} has {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                lengths.append(lines)
                if lines > LONGEST_FUNCTION_LINES:
                    wrong.append(f"{path.relative_to(ROOT)}: {node.name} has {lines} lines")

    assert not wrong
    assert sum(length <= USUAL_FUNCTION_LINES for length in lengths) >= 0.9 * len(lengths)
