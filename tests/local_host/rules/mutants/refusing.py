"""Broken engines that pass over what they cannot do."""

from local.functions_host.durable import client_api, replay
from tests.local_host.rules import test_refusals
from tests.local_host.rules.mutation import Case, Mutant
from tests.local_host.rules.rules import Rule

CASES = [
    Case(
        Rule.FUNCTIONLESS_IS_REFUSED,
        Mutant(
            "what is not supported is left out", replay,
            'raise UnsupportedError(f"The local host does not support {UNSUPPORTED[kind]}.")',
            "return _Leaf()",
        ),
        test_refusals.test_an_orchestrator_that_asks_for_it_fails,
        (test_refusals.calls_entity, "calls of entities"),
    ),
    Case(
        Rule.VERSIONS_ARE_REFUSED,
        Mutant("a child's version is ignored", replay, 'if action.get("version"):', "if False:"),
        test_refusals.test_an_orchestrator_that_asks_for_it_fails,
        (test_refusals.calls_a_version, "versions of orchestrations"),
    ),
    Case(
        Rule.OTHER_HUBS_ARE_REFUSED,
        Mutant(
            "the task hub is ignored", client_api,
            'if request.query.get("taskHub", own).lower() != own.lower():', "if False:",
        ),
        test_refusals.test_a_request_for_it_is_501_and_changes_nothing,
        ("GET", "/instances/one?taskHub=other", "another task hub than hub"),
    ),
    Case(
        Rule.MANAGEMENT_IS_REFUSED,
        Mutant(
            "a rewind is accepted and does nothing", client_api,
            'return web.json_response({"Message": why}, status=NOT_SUPPORTED)',
            "return web.Response(status=202)",
        ),
        test_refusals.test_a_request_for_it_is_501_and_changes_nothing,
        ("POST", "/instances/one/rewind?reason=x", "to rewind instances"),
    ),
]  # fmt: skip
