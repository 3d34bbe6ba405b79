"""Write-only values reach the containers, and nothing else."""

import json
from pathlib import Path
from typing import Any

import requests

from tests.emulator.bodies import container, group, shell
from tests.emulator.in_process import World
from tests.emulator.servers import RunningEmulator

SECRET = "planted-secure-value-4711"  # invented, to be searched for


def body_with_secrets() -> dict[str, Any]:
    variables = [{"name": "TOKEN", "secureValue": SECRET}, {"name": "PLAIN", "value": "seen"}]
    return group(
        container("a", "x:1", environmentVariables=variables),
        init=[{"name": "i", "properties": {"image": "x:1", "environmentVariables": variables}}],
        imageRegistryCredentials=[{"server": "s", "username": "u", "password": SECRET}],
        volumes=[
            {"name": "files", "azureFile": {
                "shareName": "s", "storageAccountName": "n", "storageAccountKey": SECRET}},
            {"name": "hidden", "secret": {"key": SECRET}},
        ],
        diagnostics={"logAnalytics": {"workspaceId": "w", "workspaceKey": SECRET}},
    ) | {"tags": {"password": "no secret, and kept"}}  # fmt: skip


def test_no_reply_gives_a_secure_value_back(world: World) -> None:
    replies: list[Any] = [world.put("one", body_with_secrets()).serialize(keep_readonly=True)]
    for _ in range(3):
        world.clock.pass_seconds(10)
        replies.append(world.get("one").serialize(keep_readonly=True))
    replies += [one.serialize(keep_readonly=True) for one in world.client.container_groups.list()]
    everything = json.dumps([replies, world.books(), world.events])
    assert SECRET not in everything
    variables = world.get("one").containers[0].environment_variables
    assert [(one.name, one.value) for one in variables] == [("TOKEN", None), ("PLAIN", "seen")]
    assert world.get("one").tags == {"password": "no secret, and kept"}
    assert world.get("one").volumes[1].secret == {}


def test_the_container_gets_its_secure_value(world: World) -> None:
    world.put("one", body_with_secrets())
    world.clock.pass_seconds(20)
    world.get("one")
    assert world.runtime.started[0].environment == {"TOKEN": SECRET, "PLAIN": "seen"}
    assert SECRET not in repr(world.runtime.started[0])


def test_no_secure_value_stands_in_a_file_or_in_the_output_of_the_emulator(
    running: RunningEmulator, tmp_path: Path
) -> None:
    variables = [{"name": "TOKEN", "secureValue": SECRET}]
    script = '[ -n "$TOKEN" ] && echo has it; sleep 60'
    running.put("one", group(shell("a", script, environmentVariables=variables)))
    running.wait_for_log("one", "a", "has it")
    assert SECRET not in requests.get(f"{running.url}/emulator/groups", timeout=10).text
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if SECRET.encode() in file.read_bytes()]
    running.process.terminate()
    out, err = running.process.communicate(timeout=20)
    assert SECRET not in out + err
