"""An app whose activities leave a trace, to be killed while it works."""

import os
import time
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df

app = df.DFApp()


@app.orchestration_trigger(context_name="context")
def add_up(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Activities one after the other and side by side, a child, a timer, a retry."""
    start = context.get_input()
    total = yield context.call_activity("add", [start, 1])
    both = yield context.task_all([context.call_activity("add", [total, n]) for n in (1, 2)])
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=2))
    child = yield context.call_sub_orchestrator("double", sum(both))
    return (yield context.call_activity_with_retry("add", df.RetryOptions(1000, 3), [child, 1]))


@app.orchestration_trigger(context_name="context")
def double(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Twice its input."""
    value = context.get_input()
    return (yield context.call_activity("add", [value, value]))


@app.activity_trigger(input_name="numbers")
def add(numbers: list) -> int:
    """The sum, after a moment; written down first."""
    with Path(os.environ["TRACE_FILE"]).open("a") as file:
        file.write(f"{numbers}\n")
    time.sleep(0.1)
    return sum(numbers)
