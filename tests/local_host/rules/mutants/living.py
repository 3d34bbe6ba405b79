"""Broken engines that lose or mix up instances and what they carry."""

from local.functions_host import app
from local.functions_host.durable import (
    activities,
    determinism,
    engine,
    episode,
    execution,
    history,
    replay,
)
from tests.local_host.rules import test_lives, test_names, test_values
from tests.local_host.rules.mutation import Case, Mutant
from tests.local_host.rules.rules import Rule

CASES = [
    Case(
        Rule.NEW_EXECUTION_STARTS_EMPTY,
        Mutant(
            "the execution id stays",
            execution,
            "execution = uuid.uuid4().hex\n        waiting",
            "execution = instance.execution\n        waiting",
        ),
        test_lives.test_events_reach_the_execution_that_waits_for_them_after_continue_as_new,
    ),
    Case(
        Rule.NEW_EXECUTION_WAITS_FOR_OPEN_TASKS,
        Mutant(
            "a new execution begins at once", episode,
            "    if not meaning.is_through or meaning.has_open_tasks:\n        return None",
            "    if meaning.next_input is not None:\n"
            "        return End(Status.RUNNING, next_input=meaning.next_input)\n"
            "    if not meaning.is_through or meaning.has_open_tasks:\n        return None",
        ),
        test_lives.test_a_new_execution_begins_when_nothing_is_open,
    ),
    Case(
        Rule.LATE_EVENTS_ARE_CARRIED,
        Mutant(
            "late events are dropped", replay, "self.carried.append(event)", "pass",
        ),
        test_lives.test_events_reach_the_execution_that_waits_for_them_after_continue_as_new,
    ),
    Case(
        Rule.STALE_RESULT_IS_DROPPED,
        Mutant(
            "results for any execution are taken", engine,
            "for one in waiting if one.execution in of_now]", "for one in waiting]",
        ),
        test_lives.test_a_result_for_an_earlier_execution_is_dropped,
    ),
    Case(
        Rule.CHILD_ID_IS_THE_PARENTS,
        Mutant(
            "children get an id of their own", execution,
            'child = task.instance_id or f"{instance.execution}:{task.task_id}"',
            "child = task.instance_id or uuid.uuid4().hex",
        ),
        test_lives.test_a_child_knows_its_parent_and_its_result_comes_back,
    ),
    Case(
        Rule.TERMINATED_CHILD_TELLS_ITS_PARENT,
        Mutant(
            "a terminated child tells nobody", execution,
            "        if parent is None:\n            return\n",
            "        if parent is None or end.status is Status.TERMINATED:\n            return\n",
        ),
        test_lives.test_the_parent_of_a_terminated_child_is_told_the_reason,
    ),
    Case(
        Rule.TERMINATED_PARENT_LEAVES_ITS_CHILDREN,
        Mutant(
            "the children of a terminated parent are forgotten", engine,
            "            self.store.append(instance.id, [ended])",
            "            self.store.append(instance.id, [ended])\n"
            "            self.store.forget('child-id')",
        ),
        test_lives.test_the_children_of_a_terminated_parent_run_on,
    ),
    Case(
        Rule.TERMINATION_IS_FINAL,
        Mutant(
            "an ended instance goes on seeing events", engine,
            "if instance is None or instance.is_over:\n            return\n        of_now",
            "if instance is None:\n            return\n        of_now",
        ),
        test_lives.test_what_an_activity_brings_after_the_termination_is_dropped,
    ),
    Case(
        Rule.SUSPENDED_SEES_NOTHING,
        Mutant(
            "a suspended instance goes on", engine,
            "if instance.status is Status.SUSPENDED:\n            self",
            "if False:\n            self",
        ),
        test_lives.test_a_suspended_instance_sees_what_happened_when_it_is_resumed,
    ),
    Case(
        Rule.OUTPUT_IS_THE_REASON,
        Mutant(
            "the output is not the reason", engine,
            'status=Status.RUNNING, output=event["Reason"])', "status=Status.RUNNING)",
        ),
        test_lives.test_after_a_resume_the_output_is_its_reason_until_the_end,
    ),
    Case(
        Rule.LARGE_STATUS_FAILS,
        Mutant(
            "the status is measured in UTF-8", episode, '"utf-16-le"', '"utf-8"',
        ),
        test_values.test_a_custom_status_over_16_kb_fails_its_orchestration,
    ),
    Case(
        Rule.STATUS_LEFT_OUT_IS_CLEARED,
        Mutant(
            "a status stays until the next one", execution,
            "(instance.custom_status if is_carried else None)", "instance.custom_status",
        ),
        test_values.test_a_custom_status_that_the_sdk_leaves_out_is_cleared,
    ),
    Case(
        Rule.ACTIVITY_FAILURE_IS_WORDED,
        Mutant("one space instead of two", activities, "failed:  {text}", "failed: {text}"),
        test_values.test_a_failed_activity_is_worded_as_azure_words_it,
    ),
    Case(
        Rule.ORCHESTRATOR_FAILURE_IS_WORDED,
        Mutant(
            "another sentence", episode,
            "Orchestrator function '{name}' failed: {error}", "Orchestrator {name}: {error}",
        ),
        test_values.test_a_failed_orchestrator_is_worded_as_azure_words_it,
    ),
    Case(
        Rule.VALUES_COME_THROUGH,
        Mutant(
            "a child's input is not JSON text in JSON text", replay,
            'return json.dumps(action.get("input"), ensure_ascii=False)',
            'return action.get("input") or "null"',
        ),
        test_values.test_a_value_comes_through_every_place_unchanged, (7,),
    ),
    Case(
        Rule.CONTEXT_IS_AZURES,
        Mutant(
            "events lack a field", history, "FailureDetails=None", "Failure=None",
        ),
        test_values.test_context_and_events_have_the_fields_that_azure_hands_to_the_sdk,
    ),
    Case(
        Rule.CHANGE_IS_FOUND,
        Mutant(
            "names are not compared", determinism,
            'return now.name.lower() == str(event.get("Name", "")).lower()', "return True",
        ),
        test_values.test_an_orchestrator_that_asks_for_something_else_than_before_fails,
    ),
    Case(
        Rule.STATUS_IS_CARRIED_OVER,
        Mutant(
            "a new execution has no status", execution,
            "(instance.custom_status if is_carried else None)", "None",
        ),
        test_values.test_a_custom_status_is_carried_over_once,
    ),
    Case(
        Rule.CHANGED_GETS_WHAT_IT_ASKS,
        Mutant(
            "a changed orchestrator gets nothing", episode,
            "return Answer(meaning.new_tasks, end=end)", "return Answer(end=end)",
        ),
        test_values.test_what_a_changed_orchestrator_asks_for_is_begun_all_the_same,
    ),
    Case(
        Rule.NAMES_MATCH_IN_ANY_CASE,
        Mutant(
            "activities are found by their exact name", engine,
            'return self._app.find(name, "activityTrigger") is not None',
            'return name in [one.name for one in self._app.of_kind("activityTrigger")]',
        ),
        test_names.test_functions_are_found_in_any_case_of_their_name,
    ),
    Case(
        Rule.UNKNOWN_ORCHESTRATOR_FAILS,
        Mutant(
            "an unknown orchestrator is waited for", engine,
            "return Answer(end=failure(instance.name, why))", "return Answer()",
        ),
        test_names.test_an_unknown_orchestrator_fails,
    ),
    Case(
        Rule.UNKNOWN_CALL_IS_TOLD,
        Mutant(
            "nobody is told, as on Azure", execution,
            "self._store.send(*place, now, events.failed(now, task.task_id, reason, None))",
            "pass",
        ),
        test_names.test_a_call_of_an_unknown_name_fails_at_once_and_says_so, ("call_activity",),
    ),
    Case(
        Rule.TRIGGER_GIVES_THE_NAME,
        Mutant(
            "functions are called by their own name", app,
            'self.trigger.get("orchestration") or self.trigger.get("activity") or self.name',
            "self.name",
        ),
        test_names.test_a_function_is_called_by_the_name_that_its_trigger_gives,
    ),
    Case(
        Rule.START_COMES_FIRST,
        Mutant(
            "events come by their time alone", engine,
            'return sorted(new, key=lambda one: one["EventType"] != Kind.EXECUTION_STARTED)',
            "return list(new)",
        ),
        test_lives.test_an_event_that_has_overtaken_the_start_comes_after_it,
    ),
    Case(
        Rule.BROKEN_EPISODE_IS_PARKED,
        Mutant(
            "a broken episode is left as it is", engine,
            "            self._park(instance_id, error)",
            "            self.store.drop_messages(m.id for m in self.store.messages(instance_id))",
        ),
        test_values.test_an_output_that_cannot_be_stored_ends_its_instance_too,
    ),
    Case(
        Rule.RAW_LIST_FAILS,
        Mutant(
            "a raw list is made readable for the SDK", episode,
            '"input": json.loads(started["Input"]) if started["Input"] else None',
            '"input": started["Input"]',
        ),
        test_values.test_an_episode_that_breaks_in_the_host_ends_its_instance_with_the_reason,
        ("[1]",),
    ),
    Case(
        Rule.NAIVE_TIMER_FAILS,
        Mutant(
            "the host forgives what the SDK raises", episode,
            'return _Said(told, told.get("error") or message, raised.__cause__ or raised)',
            "return _Said(told)",
        ),
        test_values.test_a_timer_without_a_time_zone_fails_its_orchestration,
    ),
]  # fmt: skip
