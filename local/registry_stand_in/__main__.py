"""`python -m local.registry_stand_in --port N --layouts FOLDER ... [--access FILE]`

FOLDER is an OCI image layout or holds some: `FOLDER/team/app` is served as `team/app`. FILE says
who may pull what (see access.py); without it everybody may pull everything. With `--made-up FOLDER`
images of other registries' names are made up there. With `--samples` two images with the package
databases of Debian and Alpine are put into the first FOLDER, in public and in private/.
"""

import argparse
import asyncio
import json
from pathlib import Path

from local.registry_stand_in.access import Access
from local.registry_stand_in.images import Image, add_image, add_index, alpine, debian
from local.registry_stand_in.layouts import Layouts
from local.registry_stand_in.made_up import MadeUp
from local.registry_stand_in.registry import Registry
from local.registry_stand_in.server import serve


def main() -> None:
    """Serve in the foreground until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m local.registry_stand_in")
    parser.add_argument("--port", type=int, default=7073, help="0 for a free one")
    parser.add_argument("--layouts", type=Path, nargs="+", required=True)
    parser.add_argument("--access", type=Path)
    parser.add_argument("--made-up", type=Path)
    parser.add_argument("--samples", action="store_true")
    options = parser.parse_args()
    if options.samples:
        _add_samples(options.layouts[0])
    access = Access.from_json(json.loads(options.access.read_text())) if options.access else None
    made_up = MadeUp(options.made_up.resolve()) if options.made_up else None
    layouts = Layouts([folder.resolve() for folder in options.layouts])
    asyncio.run(serve(Registry(layouts, access, made_up), options.port))


def _add_samples(folder: Path) -> None:
    for place in ("samples", "private"):
        both = [Image(debian(), "amd64"), Image(debian(), "arm64")]
        add_index(folder / place / "debian", "12", both)
        add_image(folder / place / "alpine", "3.20", Image(alpine()))


main()
