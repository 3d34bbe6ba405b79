"""The workload on durabletask's in-memory backend, started and called as its documentation shows.

Client, backend and worker share this process and talk gRPC over loopback: it has no other way. The
worker gets as many activities at once as app/host.json allows the local host, and as many threads.
"""

import logging
import socket
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from durabletask.client import OrchestrationStatus, TaskHubGrpcClient
from durabletask.task import ActivityContext, OrchestrationContext, when_all
from durabletask.testing import create_test_backend
from durabletask.worker import ConcurrencyOptions, TaskHubGrpcWorker

from local.functions_host.invocation import usual_threads

GREETINGS = '["Hello Tokyo!", "Hello Seattle!", "Hello London!"]'
WARM_UP_INSTANCES = 5
TIMEOUT_SECONDS = 300
ACTIVITIES_AT_ONCE = 100


def say_hello(_: ActivityContext, city: str) -> str:
    """A greeting."""
    return f"Hello {city}!"


def greet(context: OrchestrationContext, _: Any) -> Generator[Any, Any, Any]:
    """Three activities, one after the other."""
    first = yield context.call_activity(say_hello, input="Tokyo")
    second = yield context.call_activity(say_hello, input="Seattle")
    third = yield context.call_activity(say_hello, input="London")
    return [first, second, third]


def greet_all(context: OrchestrationContext, width: int) -> Generator[Any, Any, Any]:
    """As many activities as its input says, all at once; how many answered."""
    greetings = yield when_all(
        [context.call_activity(say_hello, input="Tokyo") for _ in range(width)]
    )
    return len(greetings)


def rate(instances: int) -> float:
    """Orchestrations of three activities per second, all of them started at once."""
    with _running() as client:
        _greet(client, WARM_UP_INSTANCES)
        began = time.perf_counter()
        _greet(client, instances)
        return instances / (time.perf_counter() - began)


def fan_out_seconds(width: int) -> float:
    """What one orchestration with that many activities at once takes."""
    with _running() as client:
        warm_up = client.schedule_new_orchestration(greet_all, input=WARM_UP_INSTANCES)
        _finish(client, [warm_up], str(WARM_UP_INSTANCES))
        began = time.perf_counter()
        _finish(client, [client.schedule_new_orchestration(greet_all, input=width)], str(width))
        return time.perf_counter() - began


@contextmanager
def _running() -> Iterator[TaskHubGrpcClient]:
    logging.disable(logging.INFO)
    port = _free_port()
    address = f"localhost:{port}"
    backend = create_test_backend(port=port)
    concurrency = ConcurrencyOptions(
        maximum_concurrent_activity_work_items=ACTIVITIES_AT_ONCE,
        maximum_thread_pool_workers=usual_threads(),
    )
    with TaskHubGrpcWorker(host_address=address, concurrency_options=concurrency) as worker:
        worker.add_orchestrator(greet)
        worker.add_orchestrator(greet_all)
        worker.add_activity(say_hello)
        worker.start()  # type: ignore[no-untyped-call]  # as durabletask ships it
        yield TaskHubGrpcClient(host_address=address)
    backend.stop()
    backend.reset()  # type: ignore[no-untyped-call]  # as above


def _greet(client: TaskHubGrpcClient, instances: int) -> None:
    ids = [client.schedule_new_orchestration(greet) for _ in range(instances)]
    _finish(client, ids, GREETINGS)


def _finish(client: TaskHubGrpcClient, ids: Sequence[str], output: str) -> None:
    for instance_id in ids:
        state = client.wait_for_orchestration_completion(instance_id, timeout=TIMEOUT_SECONDS)
        assert state is not None
        assert state.runtime_status is OrchestrationStatus.COMPLETED, state.failure_details
        assert state.serialized_output == output


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
