"""What seeds found stays found: as worlds of their own, for a seed means another plan some day.

Bugs of the app stand as broken variants in `mutants`, each said to be found by the simulation.
"""

from tests.simulation.checker import check
from tests.simulation.checker.evidence import gather
from tests.simulation.mutants.plans import VULNERABLE, ask, strike, takes, world
from tests.simulation.phases import Phase
from tests.simulation.simulation import Simulation


def test_a_cancel_whose_reply_was_lost_was_asked_for() -> None:
    """The host died with it; whoever asks again finds the scan cancelled."""
    lost_reply = strike("crash after step", Phase.ACCEPTING, of="delete_scan")
    cancels = strike("operator: cancels a scan", Phase.SCANNING)
    run = Simulation(world(ask(10, VULNERABLE), ending=takes(200), strikes=(cancels, lost_reply)))

    run.run()

    evidence = gather(run)
    assert [record["status"] for record in evidence.records.values()] == ["cancelled"]
    assert check(evidence) == []
    run.operators.asked_to_cancel.clear()
    assert [str(breach).partition(":")[0] for breach in check(evidence)] == [
        "nobody_else_is_cancelled"
    ]


def test_a_scanner_that_azure_started_anew_is_not_held_against_the_app() -> None:
    """Azure moved the group, which then outlived its deletion and was put anew by the reaper."""
    moved = strike("put misbehaves: restarts", Phase.PROVISIONING)
    immortal = strike("delete misbehaves: immortal", Phase.REMOVING)
    run = Simulation(world(ask(10, VULNERABLE), ending=takes(60), strikes=(moved, immortal)))

    run.run()

    evidence = gather(run)
    assert len(evidence.truth.runs) == 2
    assert check(evidence) == []
