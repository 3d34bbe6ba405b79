"""The package that is deployed: what is in it, and that it works without what is not."""

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pathspec
import pytest
from packaging.requirements import Requirement

from imagescan import function_names
from local.system.package import ROOT, contents, main, write

NOT_LOOKED_INTO = {".git", ".venv", ".local", "node_modules", "__pycache__", ".mypy_cache"}

# Loads the app as the worker does; without `site`, nothing is importable but these two folders.
LOAD = """
import json, sys
sys.path[:0] = sys.argv[1:]
import function_app
print(json.dumps([one.get_function_name() for one in function_app.app.get_functions()]))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    write(folder / "package.zip")
    with zipfile.ZipFile(folder / "package.zip") as package:
        package.extractall(folder / "app")
    return folder / "app"


def test_the_package_holds_what_is_not_ignored(unpacked: Path) -> None:
    """Core Tools read .funcignore; both ways deploy the same files."""
    ignored = pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())
    here = {
        path.relative_to(ROOT).as_posix()
        for entry in ROOT.iterdir()
        if entry.name not in NOT_LOOKED_INTO
        for path in (entry.rglob("*") if entry.is_dir() else [entry])
        if path.is_file() and not NOT_LOOKED_INTO & set(path.parts)
    }

    packed = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    wanted = {name for name in here if not ignored.match_file(name)}
    assert {name for name in packed if (unpacked / name).is_file()} == wanted
    assert {"imagescan/container_group/courier.sh", "triggers/openapi.json"} < wanted


def test_the_same_files_give_the_same_package(tmp_path: Path) -> None:
    """Whoever builds it again can compare."""
    write(tmp_path / "one.zip")
    write(tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_size_of_the_package_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "package.zip")]) == 0

    said = re.search(r"package.zip: (\d+) files, ([\d,]+) bytes", capsys.readouterr().out)
    assert said is not None
    assert int(said[1]) == len(list(contents()))
    assert int(said[2].replace(",", "")) == (tmp_path / "package.zip").stat().st_size


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that requirements.txt installs here, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    for one in pinned():
        distribution = importlib.metadata.distribution(one)
        for top in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            if not (folder / top).exists():  # azure is everybody's
                (folder / top).symlink_to(str(distribution.locate_file(top)))
    return folder


def pinned() -> list[str]:
    """The names in requirements.txt that are for this Python on this machine."""
    locked = (ROOT / "requirements.txt").read_text()
    all_of_them = re.findall(r"^(\w[^\\\n]*?) *\\$", locked, re.MULTILINE)
    needed = [Requirement(one) for one in all_of_them]
    return [one.name for one in needed if one.marker is None or one.marker.evaluate()]


def test_the_package_is_indexed_with_nothing_but_its_requirements_installed(
    unpacked: Path, installed: Path
) -> None:
    """Every function is there."""
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LOAD, str(unpacked), str(installed)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert not (installed / "pytest").exists()
    assert loaded.returncode == 0, loaded.stderr
    names = {value for name, value in vars(function_names).items() if name.isupper()}
    assert names < set(json.loads(loaded.stdout))


def test_what_is_imported_late_is_installed_too(unpacked: Path, installed: Path) -> None:
    """Imports inside of functions are not met when the app is indexed; types are never met."""
    here = {path.stem for folder in (unpacked, installed) for path in folder.iterdir()}
    missing = {
        f"{path.relative_to(unpacked)} imports {module}"
        for path in unpacked.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for module in _imported(node)
        if module.partition(".")[0] not in here | sys.stdlib_module_names | {"_typeshed"}
    }

    assert missing == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
