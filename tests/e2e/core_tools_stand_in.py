"""A stand-in for `func` of Azure Functions Core Tools: checks what it is given, and serves the app.

It refuses what Core Tools refuse (StartHostAction.cs, PythonHelpers.cs): a folder without
host.json, settings without a worker runtime or storage, a Python without the app's packages, a port
in use. Then it serves the app with the local host and, as Core Tools, asks for no key. What the
real Durable extension does is not tried here.

    python -m tests.e2e.core_tools_stand_in STATE start --port N
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from aiohttp import ClientSession, web

KEY = "inside"
# What the real host needs of the worker's Python.
NEEDED = "import sys, azure.functions, azure.durable_functions; assert (3, 10) <= sys.version_info"


def main() -> None:
    parser = argparse.ArgumentParser(prog="func (a stand-in)")
    parser.add_argument("state", type=Path)
    parser.add_argument("action", choices=["start"])
    parser.add_argument("--port", type=int, default=7071)
    given = parser.parse_args()
    print("This is a stand-in for Azure Functions Core Tools.", flush=True)  # noqa: T201
    refuse(given.port)
    asyncio.run(serve(given.port, given.state))


def refuse(port: int) -> None:
    """Exit status 1 and a sentence where Core Tools would not start."""
    if not Path("host.json").exists():
        sys.exit("host.json is not in the folder that func was started in.")
    settings = local_settings() | os.environ
    if settings.get("FUNCTIONS_WORKER_RUNTIME") != "python":
        sys.exit("Worker runtime cannot be 'None'. Please set a valid runtime.")
    if not settings.get("AzureWebJobsStorage"):
        sys.exit("Missing value for AzureWebJobsStorage in local.settings.json.")
    if subprocess.run(["python3", "-c", NEEDED], cwd="/", check=False).returncode:
        sys.exit("The first python3 on PATH cannot load the app.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Port {port} is unavailable.")


def local_settings() -> dict[str, str]:
    file = Path("local.settings.json")
    return dict(json.loads(file.read_text())["Values"]) if file.exists() else {}


async def serve(port: int, state: Path) -> None:
    """The app in a process of its own, as under the launcher that npm installs."""
    inner = free_port()
    child = await asyncio.create_subprocess_exec(
        "python3", "-m", "local.functions_host", "--app", ".", "--port", str(inner),
        "--key", KEY, "--state", str(state),
    )  # fmt: skip
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with ClientSession() as session:
        runner = web.AppRunner(forwarding(session, f"http://127.0.0.1:{inner}"), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await stop.wait()
        await runner.cleanup()
    child.terminate()
    await child.wait()


def forwarding(session: ClientSession, inner: str) -> web.Application:
    """Every request goes on with the key that the host inside asks for."""

    async def answer(asked: web.Request) -> web.Response:
        headers = {**asked.headers, "x-functions-key": KEY}
        query = {name: value for name, value in asked.query.items() if name != "code"}
        body = await asked.read()
        async with session.request(
            asked.method, inner + asked.path, params=query, headers=headers, data=body
        ) as told:
            kept = {
                name: value
                for name, value in told.headers.items()
                if name in ("Content-Type", "Location", "Retry-After")
            }
            return web.Response(status=told.status, body=await told.read(), headers=kept)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
