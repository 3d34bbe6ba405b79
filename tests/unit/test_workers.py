"""The workers of `make test`: tests that share something costly stay on one of them."""

import pytest


@pytest.mark.xdist_group("together")
def test_a_worker_knows_the_groups_of_its_tests(request: pytest.FixtureRequest) -> None:
    """pytest-xdist deals by the group in a test's id, and lost it once in silence (its #1386)."""
    if not hasattr(request.config, "workerinput"):
        pytest.skip("Nothing is dealt to one worker alone.")

    assert request.node.nodeid.endswith("@together")
