"""Options that several commands share."""

import functools
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cli.addresses import KEY, URL, find_app
from cli.api import Api
from cli.exit_codes import GATES, ExitCode, Failure
from cli.screen import Screen

Command = Callable[..., ExitCode]
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
IMAGE_HELP = (
    "In any form that a container group may name it. Without a tag it means :latest, as there."
)


def _tell_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        version = tomllib.loads(PROJECT.read_text())["project"]["version"]
        click.echo(f"imagescan {version}")
        context.exit()


an_id = click.argument("its_id", metavar="ID", type=click.UUID)
version = click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
limit = click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
cursor = click.option("--cursor", help="Go on after the page that told it.")
force = click.option("--force", is_flag=True, help="Scan also where a fresh result exists.")
watch = click.option("--watch", is_flag=True, help="Wait for its end and show how it goes.")
fail_on = click.option(
    "--fail-on",
    type=click.Choice(GATES),
    help="Wait for its end; exit 1 where something of this severity or worse was found, and 3 "
    "where that is not known.",
)
resource_group = click.option("-g", "--resource-group", metavar="RG")
subscription = click.option("--subscription", type=click.UUID, metavar="ID")
unscanned = click.option("--unscanned", is_flag=True, help="Show only what was never scanned.")
fail_on_unscanned = click.option(
    "--fail-on-unscanned",
    is_flag=True,
    help="Exit 1 where something runs that was never scanned, and 3 where that is not known.",
)
dry_run = click.option("--dry-run", is_flag=True, help="List what would be scanned, and end.")
everything = click.option("--all", "everything", is_flag=True, help="All that is watched.")
_url = click.option("--url", help=f"The app, else {URL}, else what `make start` has started.")
_key = click.option(
    "--key",
    help=f"Its function key. Better set {KEY}: others on this machine can read command lines.",
)
_json = click.option(
    "--json", "as_json", is_flag=True, help="Only JSON on standard output; all else is on stderr."
)


def with_app(command: Command) -> Command:
    """Hand a command the API of the app that is asked for and a screen; tell what fails."""

    @_url
    @_key
    @_json
    @functools.wraps(command)
    def run(url: str | None, key: str | None, as_json: bool, **options: Any) -> ExitCode:
        screen = Screen(as_json=as_json)
        try:
            return command(Api(find_app(url, key)), screen, **options)
        except Failure as failure:
            screen.fail(failure)
            return failure.exit_code

    return run
