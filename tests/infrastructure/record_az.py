"""Records which options az takes, from az's own table of commands: no Azure, no sign-in.

    python3 -m venv /tmp/az && /tmp/az/bin/pip install azure-cli
    /tmp/az/bin/python tests/infrastructure/record_az.py "group list" ...

adds these commands to az-options.json and records those anew that stand in it.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("az-options.json")
# azure-cli, knack/arguments.py and azure/cli/core/commands: every command takes them.
GLOBAL = ["--debug", "--help", "-h", "--only-show-errors", "--output", "-o", "--query", "--verbose"]


def main(names: list[str]) -> int:
    """Write the file anew; 0."""
    # It is no package of this project.
    core = importlib.import_module("azure.cli.core")
    files = importlib.import_module("azure.cli.core.file_util")

    known = json.loads(FILE.read_text())["commands"] if FILE.exists() else {}
    cli = core.get_default_cli()
    files.create_invoker_and_load_cmds_and_args(cli)
    table = cli.invocation.commands_loader.command_table
    commands = {name: _options(table[name]) for name in sorted({*known, *names})}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(commands[name])}" for name in commands)
    source = f"azure-cli {core.__version__}, its table of commands, by record_az.py"
    head = f'"source": {json.dumps(source)},\n"global": {json.dumps(GLOBAL)},'
    FILE.write_text(f'{{\n{head}\n"commands": {{\n{lines}\n}}\n}}\n')
    return 0


def _options(command: Any) -> dict[str, dict[str, Any]]:
    """By spellings, with blanks between: whether required, a flag, of many values, of which."""
    found = {}
    for argument in command.arguments.values():
        settings = argument.type.settings
        names = [str(name) for name in settings.get("options_list") or []]
        if names and "--cmd" not in names and not names[0].startswith("--__"):
            found[" ".join(names)] = _traits(settings)
    return found


def _traits(settings: dict[str, Any]) -> dict[str, Any]:
    nargs, action = settings.get("nargs"), settings.get("action")
    traits = {
        "required": bool(settings.get("required")),
        "flag": action in ("store_true", "store_false") or nargs == 0,
        "many": nargs in ("+", "*"),
        "choices": [str(choice) for choice in settings.get("choices") or []],
    }
    return {name: trait for name, trait in traits.items() if trait}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
