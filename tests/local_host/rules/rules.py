"""What Durable Functions does that an app can notice: each rule with where it comes from.

A test shows a rule (`@shows`), and for every rule a broken engine (`mutants`) makes a test fail.
EXT is Azure/azure-functions-durable-extension, DTFX is Azure/durabletask, SDK is
azure-functions-durable 1.7; "recorded" names scenarios of tests/conformance.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar


class Rule(Enum):
    """Each value: the rule, and its source."""

    TIMER_IS_EARLY = (
        "A timer fires up to a second early: its delay is cut to whole seconds.",
        "DurableTask.AzureStorage TaskHubQueue.GetVisibilityDelay; recorded: timers",
    )
    SHORT_TIMER_FIRES_AT_ONCE = (
        "A timer of less than a second fires at once, a retry's timer too.",
        "the same; recorded: fraction-timers",
    )
    LONG_TIMER_IS_CUT = (
        "A timer of more than six days is a row of timers of three days, which the SDK asks for.",
        "SDK models/Task.py LongTimerTask; recorded: long-timer",
    )
    FIRED_CARRIES_ITS_MAKING = (
        "TimerFired.Timestamp is the time when the timer was made.",
        "recorded: events.json",
    )
    END_WAITS_FOR_OPEN_TASKS = (
        "An execution ends only when no timer, activity or child is open.",
        "DTFX TaskOrchestrationExecutor.cs:176-205; recorded: any-*-open",
    )
    CANCELLED_TIMER_HOLDS_NOTHING = (
        "A cancelled timer does not hold its instance open; TimerCreated is written all the same.",
        "DTFX TaskOrchestrationContext.cs; recorded: any-activity-wins-timer-cancelled",
    )
    ALL_WAITS_FOR_THE_SLOW = (
        "What follows a failed task_all is scheduled when the slow ones have ended.",
        ".NET's Task.WhenAll; recorded: all-one-fails-fast",
    )
    IDS_ARE_IN_STEP = (
        "Task ids count on in the order of the actions, children of task_all in list order.",
        "DTFX TaskOrchestrationContext.cs:129,192,236; SDK _sequence_number",
    )
    RETRIES_ARE_THE_HOSTS = (
        "After a failed attempt comes a timer of the host's, always as long, then the next one.",
        "DTFX RetryInterceptor.cs:52-101; recorded: retry-succeeds",
    )
    LAST_RETRY_TIMER_IS_A_DUMMY = (
        "After the last failed attempt there is one more timer, which fires at once.",
        "DTFX RetryInterceptor.cs:73-82; recorded: retry-exhausted",
    )
    EARLY_EVENT_IS_KEPT = (
        "An event that is raised before its wait is delivered.",
        "EXT DurableOrchestrationContext.cs:32-36; recorded: event-before-wait",
    )
    WAITERS_ARE_A_STACK = (
        "Of two waits for one name the later one is the first to be served.",
        "EXT DurableOrchestrationContext.cs:849-972",
    )
    SPELLING_IS_THE_SDKS = (
        "An event of another spelling is consumed by the host and seen by nobody.",
        "SDK TaskOrchestrationExecutor.py; recorded: event-other-case",
    )
    EARLY_EVENTS_COLLAPSE = (
        "Two early events of one name collapse into the last one: the SDK's, not the host's.",
        "SDK issue 507; recorded: event-twice-early",
    )
    NEW_EXECUTION_STARTS_EMPTY = (
        "continue_as_new empties the history, gives a new execution id, keeps id and createdTime.",
        "DTFX TaskOrchestrationDispatcher.cs; recorded: again",
    )
    NEW_EXECUTION_WAITS_FOR_OPEN_TASKS = (
        "continue_as_new takes place when nothing is open any more.",
        "DTFX TaskOrchestrationExecutor.cs:176-205",
    )
    LATE_EVENTS_ARE_CARRIED = (
        "Events raised after continue_as_new was asked for reach the next execution.",
        "DTFX TaskOrchestrationContext.cs:464-474",
    )
    STALE_RESULT_IS_DROPPED = (
        "A result for an earlier execution is dropped by its execution id.",
        "DTFX TaskOrchestrationDispatcher.cs (ExecutionId of a message)",
    )
    CHILD_ID_IS_THE_PARENTS = (
        "A child without an id is named after its parent's execution and its task id.",
        "DTFX TaskOrchestrationContext.cs:195-199; recorded: subs",
    )
    CHILD_TELLS_ITS_FAILURE = (
        "A child's failure reaches its parent with its output as the reason.",
        "DTFX SubOrchestrationInstanceFailed; recorded: sub-fails",
    )
    TERMINATED_CHILD_TELLS_ITS_PARENT = (
        "The parent of a terminated child is told the reason, with no details.",
        "recorded: terminate-child",
    )
    TERMINATED_PARENT_LEAVES_ITS_CHILDREN = (
        "The children of a terminated parent run on.",
        "recorded: terminate-parent",
    )
    TERMINATION_IS_FINAL = (
        "A terminated instance has the reason as output, and what was running changes nothing.",
        "recorded: terminate, terminate-during-activity",
    )
    SUSPENDED_SEES_NOTHING = (
        "What happens to a suspended instance is in its history; it is seen on resume.",
        "EXT DurableOrchestrationContext.cs:613-657; recorded: suspend-resume",
    )
    OUTPUT_IS_THE_REASON = (
        "The output of a suspended instance is the reason of the suspension, then of the resume.",
        "recorded: suspend-resume",
    )
    LARGE_STATUS_FAILS = (
        "A custom status of more than 16 KB in UTF-16 fails the orchestration.",
        "EXT DurableOrchestrationContext.cs; recorded: status-15k, status-40k",
    )
    STATUS_LEFT_OUT_IS_CLEARED = (
        "A custom status that the SDK leaves out, as it does falsy ones, is cleared.",
        "SDK OrchestratorState.py; recorded: status-kinds",
    )
    STATUS_IS_CARRIED_OVER = (
        "A custom status lasts until the second episode of an execution that continues as new.",
        "DTFX TaskOrchestrationDispatcher.cs; observed on extension 3.14.1",
    )
    ACTIVITY_FAILURE_IS_WORDED = (
        "An activity's failure reads `Activity function 'n' failed:  Type: message`, two spaces.",
        "EXT TaskActivityShim.cs:100-124; recorded: activity-fails",
    )
    ORCHESTRATOR_FAILURE_IS_WORDED = (
        "An orchestrator's failure reads `Orchestrator function 'n' failed: message`.",
        "EXT OutOfProcOrchestrationShim.cs:85-91; recorded: fails",
    )
    VALUES_COME_THROUGH = (
        "Texts, numbers, texts like dates and large payloads come through every place unchanged.",
        "recorded: dates-*",
    )
    CONTEXT_IS_AZURES = (
        "Context and events have the fields that the extension hands to the SDK.",
        "EXT OrchestrationTriggerAttributeBindingProvider.cs:219-242; recorded: events.json",
    )
    CHANGE_IS_FOUND = (
        "An orchestrator that asks for something else than before fails, and is told what changed.",
        "DTFX TaskOrchestrationContext.cs; recorded: not-deterministic",
    )
    CHANGED_GETS_WHAT_IT_ASKS = (
        "What a changed orchestrator has asked for by then is begun all the same.",
        "DTFX TaskOrchestrationExecutor.cs; observed on extension 3.14.1",
    )
    NAMES_MATCH_IN_ANY_CASE = (
        "Functions are found without regard to case.",
        "recorded: case-of-name",
    )
    TRIGGER_GIVES_THE_NAME = (
        "Functions are called by the name that their trigger gives, else by their own.",
        "EXT ActivityTriggerAttributeBindingProvider.cs",
    )
    START_COMES_FIRST = (
        "ExecutionStarted leads an execution, should an event have overtaken it.",
        "DTFX OrchestrationRuntimeState.cs; SDK: it reads history[1]",
    )
    UNKNOWN_ORCHESTRATOR_FAILS = (
        "A client's start of an unknown orchestrator is accepted and ends Failed.",
        "recorded: unknown-orchestrator",
    )
    UNKNOWN_CALL_IS_TOLD = (
        "A call of an unknown activity or child fails at once (on Azure its caller hangs).",
        "on purpose; observed on the extension: Running for ever",
    )
    FUNCTIONLESS_IS_REFUSED = (
        "Entities and durable HTTP calls are refused by name.",
        "on purpose: this host does not serve them",
    )
    VERSIONS_ARE_REFUSED = (
        "Versions of orchestrations are refused by name.",
        "on purpose: this host does not serve them",
    )
    OTHER_HUBS_ARE_REFUSED = (
        "A caller who names another task hub is refused.",
        "on purpose: this host has one",
    )
    MANAGEMENT_IS_REFUSED = (
        "Rewind, restart and entities are refused by name, over HTTP and in the log.",
        "on purpose: this host does not serve them",
    )
    BROKEN_EPISODE_IS_PARKED = (
        "An episode that raises inside the host ends its instance as Failed with the reason.",
        "on purpose: it would break again for ever",
    )
    RUNNING_ID_IS_TAKEN = (
        "A running id cannot be started again (409); an ended one begins anew.",
        "EXT HttpApiHandler.cs; recorded: start-same-id-*",
    )
    ENDED_TAKES_NOTHING = (
        "Terminate, raise, suspend and resume of an ended instance are 410, of an unknown one 404.",
        "EXT HttpApiHandler.cs; recorded: api:*-unknown, terminate",
    )
    WRONG_STATE_IS_500 = (
        "Suspending a suspended instance and resuming a running one is 500.",
        "EXT DurableClient.cs; recorded: suspend-twice",
    )
    ONLY_THE_ENDED_ARE_PURGED = (
        "Purging a running instance by its id is 412.",
        "EXT HttpApiHandler.cs; recorded: purge-running",
    )
    FILTER_PURGES_WHAT_RUNS_TOO = (
        "By filter, what ended in a listed way is purged; where no such way is listed, everything.",
        "observed on extension 3.14.1; recorded: api:purge-* (400, 404)",
    )
    QUERIES_ARE_FORGIVEN = (
        "What is not understood of a query is ignored, and paths match in any case.",
        "observed on extension 3.14.1",
    )
    START_WAITS_FOR_THE_END = (
        "With timeout and pollingInterval: 200 with the output, or with the status of what failed.",
        "EXT HttpApiHandler.cs; observed on extension 3.14.1; recorded: api:wait",
    )
    LISTS_COME_IN_PAGES = (
        "A list's last page has an empty continuation token; an unknown status restricts nothing.",
        "EXT HttpApiHandler.cs; recorded: api:list-*",
    )
    LINKS_CARRY_HUB_AND_KEY = (
        "Links carry taskHub, connection and code.",
        "EXT HttpApiHandler.cs:1148-1209; recorded: api:object-input",
    )
    WHILE_RUNNING_202 = (
        "The status of a running instance is 202 with Location and Retry-After, of an ended 200.",
        "EXT HttpApiHandler.cs:641-717; recorded in every scenario",
    )
    HISTORY_IS_SHOWN_ON_REQUEST = (
        "Shown are the input unless showInput=false, and on request history and what it brought.",
        "EXT HttpApiHandler.cs:641-717, DurableClient.cs:938-1041",
    )
    BAD_BODY_IS_400 = (
        "A body that is no JSON is 400 with what .NET says of an exception.",
        "EXT HttpApiHandler.cs:442-449; observed on extension 3.14.1",
    )
    BINDING_IS_AZURES = (
        "A client is bound with the addresses that the SDK reads, as templates.",
        "EXT BindingHelper.cs:50-142; SDK DurableOrchestrationBindings.py",
    )
    CLIENT_READS_ANSWERS = (
        "The SDK's client reads the codes of all answers as it does on Azure.",
        "SDK DurableOrchestrationClient.py:58-851",
    )
    CLIENT_SEES_ONE_PAGE = (
        "The SDK's client asks for all instances and is given the first hundred.",
        "SDK DurableOrchestrationClient.py:329 (it ignores the continuation token)",
    )
    CLIENT_WAITS = (
        "The SDK's client waits: 200 with the output, 500 of a failed instance, 202 if it is late.",
        "SDK wait_for_completion_or_create_check_status_response",
    )
    CLIENT_ENCODES_TWICE = (
        "What the SDK's client raises arrives as a JSON text, what HTTP raises as the value.",
        "SDK issue 295",
    )
    NAIVE_TIMER_FAILS = (
        "A timer without a time zone fails the orchestration.",
        "SDK create_timer; recorded: naive-timer",
    )
    RAW_LIST_FAILS = (
        "A list or a number as raw input fails the orchestration, in the SDK.",
        "SDK DurableOrchestrationContext.py; recorded: api:number-input-raw",
    )

    @property
    def source(self) -> str:
        """Where the rule comes from."""
        return str(self.value[1])


Row = TypeVar("Row", bound=Callable[..., Any])


def shows(*rules: Rule) -> Callable[[Row], Row]:
    """Marks a test as the row of these rules."""

    def mark(row: Row) -> Row:
        row.__dict__["shows"] = rules
        return row

    return mark
