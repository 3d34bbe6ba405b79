"""Broken engines that give a wrong answer to who asks."""

from local.functions_host.durable import client_api, instance_queries, links, shown_history
from tests.local_host.rules import test_api, test_client, test_http
from tests.local_host.rules.mutation import Case, Mutant
from tests.local_host.rules.rules import Rule

CASES = [
    Case(
        Rule.RUNNING_ID_IS_TAKEN,
        Mutant(
            "a running instance is replaced", client_api,
            "if existing and not existing.is_over:", "if existing is False:",
        ),
        test_api.test_a_running_id_cannot_be_started_again,
    ),
    Case(
        Rule.ENDED_TAKES_NOTHING,
        Mutant(
            "events for an ended instance are accepted", client_api,
            "            return web.Response(status=404 if instance is None else 410)\n"
            "        if request.content_type",
            "            return web.Response(status=404 if instance is None else 202)\n"
            "        if request.content_type",
        ),
        test_api.test_an_ended_instance_takes_nothing_and_an_unknown_one_is_not_found,
        ("raiseEvent/go",),
    ),
    Case(
        Rule.WRONG_STATE_IS_500,
        Mutant(
            "a second suspension is accepted", client_api,
            "if instance.status is Status.SUSPENDED:", "if False:",
        ),
        test_api.test_suspending_a_suspended_and_resuming_a_running_instance_is_an_error,
    ),
    Case(
        Rule.ONLY_THE_ENDED_ARE_PURGED,
        Mutant(
            "a running instance is purged", client_api,
            "if not instance.is_over:\n            why", "if False:\n            why",
        ),
        test_api.test_only_what_has_ended_is_purged,
    ),
    Case(
        Rule.FILTER_PURGES_WHAT_RUNS_TOO,
        Mutant(
            "a filter spares what runs", client_api,
            "found = self._engine.store.select(asked)\n",
            "found = [one for one in self._engine.store.select(asked) if one.is_over]\n",
        ),
        test_http.test_a_filter_purges_what_ended_as_listed_and_everything_where_nothing_is_listed,
        (test_http.SINCE, 200, []),
    ),
    Case(
        Rule.QUERIES_ARE_FORGIVEN,
        Mutant(
            "statuses match in any case", instance_queries,
            "for status in Status if status in named)",
            "for status in Status if status.lower() in named)",
        ),
        test_http.test_what_is_not_understood_of_a_query_is_ignored, ("runtimeStatus=failed", 4),
    ),
    Case(
        Rule.START_WAITS_FOR_THE_END,
        Mutant(
            "of a failure the output alone is told", client_api,
            "if instance and instance.status is Status.COMPLETED:",
            "if instance and instance.is_over:",
        ),
        test_http.test_a_start_that_waits_answers_with_the_end,
        ("nobody", "timeout=9&pollingInterval=1", 200, {"runtimeStatus": "Failed"}),
    ),
    Case(
        Rule.LISTS_COME_IN_PAGES,
        Mutant(
            "a list shows ended instances only", instance_queries,
            "for status in Status if status in named)",
            "for status in Status if status.is_over)",
        ),
        test_api.test_a_list_holds_what_its_filters_let_through,
        ("runtimeStatus=Sleeping", ["ends", "waits"]),
    ),
    Case(
        Rule.LINKS_CARRY_HUB_AND_KEY,
        Mutant("links lack the connection", links, "&connection={CONNECTION}&code", "&code"),
        test_api.test_every_link_carries_hub_connection_and_key,
    ),
    Case(
        Rule.WHILE_RUNNING_202,
        Mutant(
            "an ended instance is told like a running one", client_api,
            "return web.json_response(body, status=500 if is_error else 200)",
            "return web.json_response(body, status=500 if is_error else 202)",
        ),
        test_api.test_the_status_says_202_with_where_to_look_until_the_end,
    ),
    Case(
        Rule.HISTORY_IS_SHOWN_ON_REQUEST,
        Mutant(
            "what a history brought is always shown", shown_history,
            'if not with_output:\n                del view["Result"]', "",
        ),
        test_api.test_history_and_what_it_brought_are_shown_on_request,
        ("showHistory=true", True, False, True),
    ),
    Case(
        Rule.BAD_BODY_IS_400,
        Mutant(
            "an event without content is null", client_api,
            "        if data is None:\n            return _problem(400",
            "        if False:\n            return _problem(400",
        ),
        test_http.test_a_body_that_is_no_json_is_told_as_dotnet_tells_it,
        ("/instances/waits/raiseEvent/x", "", "application/json", 400, "Invalid JSON content"),
    ),
    Case(
        Rule.BINDING_IS_AZURES,
        Mutant("clients lack an address", links, '"httpBaseUrl": self.base,', ""),
        test_client.test_a_client_is_bound_with_the_addresses_that_the_sdk_reads,
    ),
    Case(
        Rule.CLIENT_READS_ANSWERS,
        Mutant(
            "what was purged is not counted", client_api,
            '{"instancesDeleted": len(instances)}', '{"instancesDeleted": 0}',
        ),
        test_client.test_the_client_reads_the_answers_as_on_azure,
        (test_client.purge_ended, "1"),
    ),
    Case(
        Rule.CLIENT_SEES_ONE_PAGE,
        Mutant(
            "a page holds everything", instance_queries,
            "else USUAL_PAGE", "else 10_000",
        ),
        test_client.test_all_instances_are_the_first_hundred,
    ),
    Case(
        Rule.CLIENT_WAITS,
        Mutant(
            "the output is not shown", client_api,
            '"output": plain(one.output),', '"output": None,',
        ),
        test_client.test_the_client_waits_for_an_end, ("ends", 200, '{"a": 1}'),
    ),
    Case(
        Rule.CLIENT_ENCODES_TWICE,
        Mutant(
            "texts of JSON are read once more", client_api,
            "return compact(json.loads(text)) if text.strip()",
            "return compact(json.loads(json.loads(text))) if text.startswith('\"')",
        ),
        test_api.test_what_the_client_raises_arrives_as_a_text, ("client", '{"who": "me"}'),
    ),
]  # fmt: skip
