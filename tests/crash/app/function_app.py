"""Orchestrations of every kind whose outputs prove which run of each activity they rest on.

Every run of an activity has a token of its own, writes it down with the tokens it was given, and
returns it; an orchestration's output is the tokens of its steps.
"""

import json
import os
import time
import uuid
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df

from tests.crash.places import Place, reach
from tests.crash.workload import EVENT

app = df.DFApp()
Steps = Generator[Any, Any, Any]
RETRY = df.RetryOptions(1000, 10)  # which is no wait: timers fire up to a second early
FAILING_RUNS = 2
ACTIVITY_SECONDS = 0.01


@app.activity_trigger(input_name="asked")
def work(asked: dict) -> str:
    """A token."""
    token = written_down(asked)
    reach(Place.INSIDE_ACTIVITY)
    time.sleep(ACTIVITY_SECONDS)
    return token


@app.activity_trigger(input_name="asked")
async def flaky(asked: dict) -> str:
    """A token, but for the first runs, which raise."""
    token = written_down(asked)
    reach(Place.INSIDE_ACTIVITY)
    if trace().read_text().count(f'"{asked["label"]}/') <= FAILING_RUNS:
        raise ConnectionError(asked["label"])
    return token


def written_down(asked: dict) -> str:
    token = f"{asked['label']}/{uuid.uuid4().hex}"
    with trace().open("a") as file:
        file.write(json.dumps({"token": token, "after": asked["after"]}) + "\n")
    return token


def trace() -> Path:
    return Path(os.environ["TRACE_FILE"])


class Run:
    """The steps of one orchestration: what it is, and the tokens it has."""

    def __init__(self, context: df.DurableOrchestrationContext) -> None:
        """Its input says whom it works for, and after which tokens."""
        self.context = context
        self.of: str = context.get_input()["of"]
        self.tokens: list[str] = context.get_input().get("tokens", [])

    def asked(self, step: str) -> dict:
        return {"label": f"{self.of}/{step}", "after": self.tokens}

    def work(self, step: str) -> Any:
        return self.context.call_activity("work", self.asked(step))

    def child(self) -> dict:
        """The input of a child."""
        return {"of": self.of, "tokens": self.tokens}


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Steps:
    """One activity after the other."""
    run = Run(context)
    for step in ("a", "b", "c"):
        run.tokens.append((yield run.work(step)))
    return run.tokens


@app.orchestration_trigger(context_name="context")
def fan_out(context: df.DurableOrchestrationContext) -> Steps:
    """Five activities side by side."""
    run = Run(context)
    run.tokens.append((yield run.work("a")))
    run.tokens += yield context.task_all([run.work(f"b{n}") for n in range(5)])
    return run.tokens


@app.orchestration_trigger(context_name="context")
def nested(context: df.DurableOrchestrationContext) -> Steps:
    """A child with a child, and a child that fails."""
    run = Run(context)
    run.tokens.append((yield run.work("a")))
    run.tokens = yield context.call_sub_orchestrator("child", run.child())
    try:
        yield context.call_sub_orchestrator("failing_child", run.child())
    except Exception:  # noqa: BLE001  # the SDK raises no narrower one
        run.tokens.append((yield run.work("b")))
    return run.tokens


@app.orchestration_trigger(context_name="context")
def child(context: df.DurableOrchestrationContext) -> Steps:
    """Its own step before and after its child's."""
    run = Run(context)
    run.tokens.append((yield run.work("child")))
    run.tokens = yield context.call_sub_orchestrator("grandchild", run.child())
    run.tokens.append((yield run.work("after-child")))
    return run.tokens


@app.orchestration_trigger(context_name="context")
def grandchild(context: df.DurableOrchestrationContext) -> Steps:
    """One step."""
    run = Run(context)
    return [*run.tokens, (yield run.work("grandchild"))]


@app.orchestration_trigger(context_name="context")
def failing_child(context: df.DurableOrchestrationContext) -> Steps:
    """One step, and the end."""
    yield Run(context).work("in-vain")
    raise ValueError("as it should")


@app.orchestration_trigger(context_name="context")
def retried(context: df.DurableOrchestrationContext) -> Steps:
    """An activity and a child that fail at first."""
    run = Run(context)
    run.tokens.append((yield run.work("a")))
    asked = run.asked("flaky")
    run.tokens.append((yield context.call_activity_with_retry("flaky", RETRY, asked)))
    run.tokens = yield context.call_sub_orchestrator_with_retry("flaky_child", RETRY, run.child())
    run.tokens.append((yield run.work("b")))
    return run.tokens


@app.orchestration_trigger(context_name="context")
def flaky_child(context: df.DurableOrchestrationContext) -> Steps:
    """It fails as its activity does."""
    run = Run(context)
    return [*run.tokens, (yield context.call_activity("flaky", run.asked("flaky-child")))]


@app.orchestration_trigger(context_name="context")
def timed(context: df.DurableOrchestrationContext) -> Steps:
    """A timer, and a race that an activity wins against another one."""
    run = Run(context)
    run.tokens.append((yield run.work("a")))
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=2))
    late = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    race = run.work("race")
    yield context.task_any([race, late])
    late.cancel()
    run.tokens.append(race.result)
    run.tokens.append((yield run.work("b")))
    return run.tokens


@app.orchestration_trigger(context_name="context")
def again(context: df.DurableOrchestrationContext) -> Steps:
    """Three executions, each with a step, and a last step."""
    run = Run(context)
    number = len(run.tokens)
    run.tokens.append((yield run.work(f"round-{number}")))
    if number < 2:  # two more
        context.continue_as_new(run.child())
        return None
    run.tokens.append((yield run.work("last")))
    return run.tokens


@app.orchestration_trigger(context_name="context")
def waiting(context: df.DurableOrchestrationContext) -> Steps:
    """An external event, which says whom it is for."""
    run = Run(context)
    run.tokens.append((yield run.work("a")))
    event = yield context.wait_for_external_event(EVENT)
    run.of = event["of"]
    run.tokens.append((yield run.work("b")))
    return run.tokens
