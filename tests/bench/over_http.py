"""The workload on the whole host, started and polled by the SDK's client over HTTP."""

from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.bench.engine import APP, WARM_UP_INSTANCES
from tests.local_host.host_process import KEY, HostProcess, serving

TIMEOUT_SECONDS = 300


def rate(instances: int, *, is_sdk_patched: bool) -> float:
    """Orchestrations of three activities per second, all of them started at once."""
    options = () if is_sdk_patched else ("--unpatched-sdk",)
    with TemporaryDirectory() as folder, serving(APP, Path(folder), options=options) as host:
        _seconds(host, WARM_UP_INSTANCES)
        return instances / _seconds(host, instances)


def _seconds(host: HostProcess, instances: int) -> float:
    url = f"{host.url}/api/greet-many"
    asked: dict[str, str | int] = {"instances": instances, "code": KEY}
    answer = requests.post(url, params=asked, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    return float(answer.json())
