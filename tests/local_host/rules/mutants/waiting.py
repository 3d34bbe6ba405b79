"""Broken engines that wait too long, not long enough, or for the wrong thing."""

from local.functions_host.durable import episode, execution, replay
from tests.local_host.rules import test_completion, test_events, test_retries, test_time
from tests.local_host.rules.mutation import Case, Mutant
from tests.local_host.rules.rules import Rule

CASES = [
    Case(
        Rule.TIMER_IS_EARLY,
        Mutant(
            "timers never fire early", execution,
            "timedelta(seconds=max(0, int((task.fire_at - sent).total_seconds())))",
            "max(timedelta(), task.fire_at - sent)",
        ),
        test_time.test_a_timer_of_whole_seconds_fires_up_to_a_second_early,
    ),
    Case(
        Rule.SHORT_TIMER_FIRES_AT_ONCE,
        Mutant(
            "the shortest timer is one second", execution,
            "timedelta(seconds=max(0,", "timedelta(seconds=max(1,",
        ),
        test_time.test_a_timer_of_less_than_a_second_fires_at_once,
    ),
    Case(
        Rule.LONG_TIMER_IS_CUT,
        Mutant(
            "the SDK is told that long timers need no cutting", episode,
            '"maximumShortTimerDuration": "6.00:00:00"',
            '"maximumShortTimerDuration": "60.00:00:00"',
        ),
        test_time.test_a_timer_of_two_weeks_is_cut_into_pieces_of_three_days,
    ),
    Case(
        Rule.FIRED_CARRIES_ITS_MAKING,
        Mutant(
            "a fired timer carries the time when it fires", execution,
            "fired = events.event(Kind.TIMER_FIRED, now,",
            "fired = events.event(Kind.TIMER_FIRED, sent + delay,",
        ),
        test_time.test_the_time_of_a_fired_timer_is_when_it_was_made,
    ),
    Case(
        Rule.END_WAITS_FOR_OPEN_TASKS,
        Mutant(
            "an execution ends although something is open", episode,
            "not meaning.is_through or meaning.has_open_tasks", "not meaning.is_through",
        ),
        test_completion.test_an_open_timer_keeps_its_instance_running,
    ),
    Case(
        Rule.CANCELLED_TIMER_HOLDS_NOTHING,
        Mutant(
            "a cancelled timer holds its instance open", replay,
            "not task.is_done and not task.is_cancelled", "not task.is_done",
        ),
        test_completion.test_a_cancelled_timer_does_not,
    ),
    Case(
        Rule.ALL_WAITS_FOR_THE_SLOW,
        Mutant(
            "task_all ends with its first child", replay,
            "return all(child.is_done for child in self._children)",
            "return any(child.is_done for child in self._children)",
        ),
        test_completion.test_what_follows_a_failed_task_all_waits_for_the_slow_ones,
    ),
    Case(
        Rule.IDS_ARE_IN_STEP,
        Mutant(
            "children take their ids from the last to the first", replay,
            'for child in _steps(action["compoundActions"])]',
            'for child in reversed(list(_steps(action["compoundActions"])))]',
        ),
        test_completion.test_every_result_reaches_the_task_that_it_belongs_to,
    ),
    Case(
        Rule.RETRIES_ARE_THE_HOSTS,
        Mutant(
            "the next attempt does not wait", replay,
            "wait = interval if left else timedelta()", "wait = timedelta()",
        ),
        test_retries.test_between_two_attempts_lies_a_timer_of_the_hosts,
    ),
    Case(
        Rule.RETRIES_ARE_THE_HOSTS,
        Mutant(
            "delays double", replay,
            "wait = interval if left else timedelta()",
            'wait = interval * 2 ** (retry["maxNumberOfAttempts"] - left) / 2 if left '
            "else timedelta()",
        ),
        test_retries.test_between_two_attempts_lies_a_timer_of_the_hosts,
    ),
    Case(
        Rule.LAST_RETRY_TIMER_IS_A_DUMMY,
        Mutant(
            "no dummy timer", replay,
            "                if failed:\n                    pause(left - 1)",
            "                if failed and left > 1:\n                    pause(left - 1)",
        ),
        test_retries.test_after_the_last_attempt_comes_one_more_timer_for_no_time,
    ),
    Case(
        Rule.LAST_RETRY_TIMER_IS_A_DUMMY,
        Mutant(
            "the dummy timer waits as the others do", replay,
            "wait = interval if left else timedelta()", "wait = interval",
        ),
        test_retries.test_after_the_last_attempt_comes_one_more_timer_for_no_time,
    ),
    Case(
        Rule.EARLY_EVENT_IS_KEPT,
        Mutant("early events are forgotten", replay, "self.early.append(name)", "pass"),
        test_events.test_an_event_that_comes_before_its_wait_is_delivered,
    ),
    Case(
        Rule.WAITERS_ARE_A_STACK,
        Mutant(
            "the first waiter is served first", replay,
            "range(len(self.waiting_for) - 1, -1, -1)", "range(len(self.waiting_for))",
        ),
        test_events.test_the_later_of_two_waits_is_served_first,
    ),
    Case(
        Rule.SPELLING_IS_THE_SDKS,
        Mutant(
            "the host compares names exactly", replay,
            'self._event_raised(event["Name"].lower())', 'self._event_raised(event["Name"])',
        ),
        test_events.test_for_the_host_the_spelling_makes_no_difference,
    ),
    Case(
        Rule.EARLY_EVENTS_COLLAPSE,
        Mutant(
            "an early event stays for every later wait", replay,
            "self.early.remove(name)", "pass",
        ),
        test_events.test_one_early_event_for_two_waits_leaves_the_instance_running,
    ),
    Case(
        Rule.CHILD_TELLS_ITS_FAILURE,
        Mutant(
            "a child's end is always a success", execution,
            "if end.status is Status.COMPLETED:", "if end.status is not None:",
        ),
        test_retries.test_retried_children_get_an_id_for_each_attempt,
    ),
]  # fmt: skip
