"""`python3 -m local.system.package ZIP`: the zip that is deployed to Azure.

Standard library only, so that whoever deploys needs nothing but Python. What goes in is named, so
that nothing else ever does; .funcignore says the same to Core Tools. Azure installs
requirements.txt itself. The same files give the same zip, byte for byte.
"""

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = ("function_app.py", "host.json", "requirements.txt")
FOLDERS = ("activities", "imagescan", "orchestrators", "triggers")
# The earliest time that a zip can hold.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16


def contents(root: Path = ROOT) -> Iterator[Path]:
    """The files of the package, relative to the project, sorted."""
    yield from map(Path, FILES)
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root)


def write(target: Path, root: Path = ROOT) -> int:
    """Write the zip; returns how many files it holds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    names = list(contents(root))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name in names:
            entry = zipfile.ZipInfo(name.as_posix(), LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, READABLE
            package.writestr(entry, (root / name).read_bytes())
    return len(names)


def main(words: list[str]) -> int:
    """Write the zip and say how large it is; 0, or 2 for anything but one file name."""
    if len(words) != 1:
        print("usage: python3 -m local.system.package ZIP", file=sys.stderr)
        return 2
    target = Path(words[0])
    count = write(target)
    print(f"{target}: {count} files, {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
