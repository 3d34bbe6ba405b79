"""Containers as real processes, seen through the real SDK against the emulator as a program."""

import signal
from pathlib import Path

from tests.emulator.bodies import EMPTY_DIR, container, group, shared_volume, shell
from tests.emulator.conftest import Start
from tests.emulator.servers import RunningEmulator, eventually, is_alive


def start_sleeper(emulator: RunningEmulator) -> list[int]:
    """A container that has started another process; the pids of both."""
    emulator.put("one", group(shell("a", "sleep 300 & echo pids $$ $!; wait")))
    line = emulator.wait_for_log("one", "a", "pids").strip()
    pids = [int(word) for word in line.split()[1:]]
    assert all(is_alive(pid) for pid in pids)
    return pids


def test_a_container_ends_with_its_programs_exit_code_and_keeps_its_log(
    running: RunningEmulator,
) -> None:
    running.put("one", group(shell("a", "echo out; echo err >&2; exit 7")))
    assert running.wait_until_ended("one", "a") == 7
    assert running.log("one", "a") == "out\nerr\n"


def test_containers_of_a_group_share_an_empty_folder_at_their_own_mount_paths(
    running: RunningEmulator,
) -> None:
    writer = shell("a", "echo hello > /from/file", **shared_volume("/from"))
    variables = [{"name": "WHERE", "value": "/to"}, {"name": "OTHER", "value": "/to-morrow"}]
    script = 'while [ ! -s /to/file ]; do sleep 0.1; done; cat "$WHERE/file"; echo "$OTHER"'
    reader = shell("b", script, environmentVariables=variables, **shared_volume("/to"))
    running.put("one", group(writer, reader, volumes=[EMPTY_DIR]))
    assert running.wait_until_ended("one", "b") == 0
    assert running.log("one", "b") == "hello\n/to-morrow\n"


def test_a_process_has_only_its_containers_environment(running: RunningEmulator) -> None:
    variables = [{"name": "MINE", "value": "here"}]
    running.put("one", group(shell("a", 'echo "[$MINE][$OURS][$PYTHONPATH]"',
                                   environmentVariables=variables)))  # fmt: skip
    assert running.wait_until_ended("one", "a") == 0
    assert running.log("one", "a") == "[here][][]\n"


def test_deleting_a_group_ends_its_processes_and_removes_its_folder(
    running: RunningEmulator, tmp_path: Path
) -> None:
    pids = start_sleeper(running)
    running.client.container_groups.begin_delete("test-rg", "one", polling=False)
    eventually(lambda: not any(is_alive(pid) for pid in pids))
    eventually(lambda: list((tmp_path / "state/groups").iterdir()) == [])


def test_no_process_outlives_an_emulator_that_is_told_to_end(running: RunningEmulator) -> None:
    pids = start_sleeper(running)
    assert running.end() == 0
    assert not any(is_alive(pid) for pid in pids)


def test_containers_of_an_emulator_that_was_killed_die_with_it_the_rest_with_the_next(
    running: RunningEmulator, start: Start
) -> None:
    shell_pid, started_by_it = start_sleeper(running)
    running.end(signal.SIGKILL)
    eventually(lambda: not is_alive(shell_pid))
    start().end()
    assert not is_alive(started_by_it)


def test_what_a_container_left_running_ends_with_its_group(running: RunningEmulator) -> None:
    running.put("one", group(shell("a", "sleep 300 & echo pid $!")))
    assert running.wait_until_ended("one", "a") == 0
    pid = int(running.log("one", "a").split()[1])
    assert is_alive(pid)
    running.client.container_groups.begin_delete("test-rg", "one", polling=False)
    eventually(lambda: not is_alive(pid))


def test_other_images_run_without_a_process_and_say_so(running: RunningEmulator) -> None:
    init = [{"name": "prepare", "properties": {"image": "redis:7"}}]
    running.put("one", group(container("web", "nginx:1.27"), init=init))
    assert "not run here" in running.wait_for_log("one", "web", "image")
    assert running.state_of("one", "web").state == "Running"
    found = running.client.container_groups.get("test-rg", "one")
    assert found.init_containers[0].instance_view.current_state.exit_code == 0


def test_a_program_that_the_image_does_not_have_ends_with_127(running: RunningEmulator) -> None:
    running.put("one", group(container("a", "qualys/qscanner:latest", command=["/bin/sh"])))
    assert running.wait_until_ended("one", "a") == 127


def test_a_busybox_applet_runs_by_its_name(running: RunningEmulator) -> None:
    running.put("one", group(container("a", "mcr.microsoft.com/azurelinux/busybox:1.36",
                                       command=["true"])))  # fmt: skip
    assert running.wait_until_ended("one", "a") == 0


def test_the_scanner_finds_in_an_image_what_the_emulator_was_told(
    running: RunningEmulator,
) -> None:
    running.control("images", {"nginx:1.27": {"findings": 2, "seconds": 0, "exitCode": 42}})
    command = ["/opt/qualys/qscanner", "image", "docker.io/library/nginx:1.27", "--pod", "US1",
               "--output-dir", "/out", "--report-format", "sarif,table"]  # fmt: skip
    token = [{"name": "QUALYS_ACCESS_TOKEN", "secureValue": "stand-in." + "0" * 20}]
    scanner = container("qscanner", "qualys/qscanner:latest", command=command,
                        environmentVariables=token, **shared_volume("/out"))  # fmt: skip
    lister = shell("lister", "while ! ls /out/*.sarif.json; do sleep 0.1; done",
                   **shared_volume("/out"))  # fmt: skip
    running.put("one", group(scanner, lister, volumes=[EMPTY_DIR]))
    assert running.wait_until_ended("one", "qscanner") == 42
    assert "Total: 2" in running.log("one", "qscanner")
    assert running.wait_until_ended("one", "lister") == 0
