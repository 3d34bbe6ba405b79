"""One run: the world put together, time let pass until nothing happens any more, then checked."""

import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from imagescan import admission, bootstrap
from imagescan.adapters.container_instances import AzureContainerGroups
from imagescan.adapters.deployed_resources import AzureDeployedResources
from imagescan.settings import Settings
from local.azure_emulator.arm_routes import Emulator
from local.azure_emulator.provisioning import Timings
from local.functions_host.durable.sdk_speed import read_times_fast
from tests.emulator.in_process import Images
from tests.simulation.arm import ArmTransport, ask
from tests.simulation.arrivals import SCANS_GROUP, SHOP_GROUP, SUBSCRIPTION, Users
from tests.simulation.chance import Chance, seeded_uuids
from tests.simulation.durable_client import DurableApi, answered_by
from tests.simulation.durable_host import DurableHost
from tests.simulation.endings import Scan, Script
from tests.simulation.faults import SCANNER, Faults
from tests.simulation.front import EventGrid, Http, Timers
from tests.simulation.functions import load_app
from tests.simulation.host import Host
from tests.simulation.notifications import SlowNotifier
from tests.simulation.operators import Operators
from tests.simulation.outside import Requests
from tests.simulation.phases import Phase
from tests.simulation.plan import Plan
from tests.simulation.registry import Move, SlowRegistries
from tests.simulation.rescans import Rescanners
from tests.simulation.scanner import Containers, duration_seconds
from tests.simulation.schedule import Schedule
from tests.simulation.steps import HostCrashError
from tests.simulation.storage import SlowBlobs, SlowTable
from tests.simulation.trace import Trace
from tests.simulation.truth import Image
from tests.unit.environment import settings

ENDPOINT = "http://arm.simulated"
TIMINGS = Timings(pending_seconds=2, pull_seconds=12, delete_seconds=6, stop_seconds=10)
# After this nothing goes wrong any more but what has gone wrong already.
FAULTS_END_SECONDS = 2 * 3600
# Quiet for so long means that it is over: longer than any timer trigger's interval.
QUIET_SECONDS = 15 * 60
LOOK_EVERY_SECONDS = 20
WIDER_BY = 2


class Logs(logging.Handler):
    """Everything that was logged, for those who look for secrets in it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Simulation:
    """The world of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.chance = plan, Chance(plan.seed)
        self.schedule = Schedule(self.chance.of("order"))
        self.trace, self.logs = Trace(self.schedule), Logs()
        self.settings = _settings(plan)
        self.faults = Faults([replace(strike) for strike in plan.strikes])  # it counts them down
        self.requests = Requests(self.schedule, self.faults, self.chance.of("latency"), self.trace)
        self.host = Host(self.schedule, self.requests, self.chance.of("host"), self.trace)
        app = load_app()
        self.durable = DurableHost(
            app, self.schedule, self.host, self.chance.of("durable"), self.trace
        )
        self.events = EventGrid(
            app, self.schedule, self.host, self.chance.of("events"), self.trace,
            plan.subscribed_after_seconds,
        )  # fmt: skip
        self.http = Http(app, self.host)
        self.timers = Timers(app, self.schedule, self.host)
        self._build_azure()
        self._build_app()
        self.api = DurableApi(self.durable.engine, self.requests, self.durable.look)
        self.users = Users(self.emulator, self.http, self.schedule, self.trace)
        self.rescanners = Rescanners(self.http, self.schedule, self.trace)
        self.operators = Operators(
            self.durable, self.api, self.http, self.faults, self.schedule,
            self.chance.of("operators"), self.trace,
        )  # fmt: skip
        self.durable.on_step = self.operators.see
        self.is_quiet = False

    def _build_azure(self) -> None:
        self.registries = SlowRegistries(self.plan.images, self.requests)
        self.containers = Containers(
            self.schedule, self.registries.pulled, self._choose, self._group_name,
            self.settings.qualys.access_token,
        )  # fmt: skip
        numbers = itertools.count()
        self.emulator = Emulator(
            self.schedule, self.containers, self.events.publish, Images(), TIMINGS,
            lambda: f"id-{next(numbers)}", self.chance.of("emulator"),
        )  # fmt: skip
        ask(self.emulator, "PUT", "/emulator/limits", self.plan.limits | self._windows())
        for name in (SCANS_GROUP, SHOP_GROUP):
            path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}"
            body = {"location": "westeurope"}
            ask(self.emulator, "PUT", path, body, **{"api-version": "2021-04-01"})

    def _windows(self) -> dict[str, int]:
        """Azure's own, a little wider than what the app keeps to, as they are by default."""
        most = self.plan.most_in_5_minutes
        if most is None:
            return {}
        return dict.fromkeys(("createsPer5Minutes", "deletesPer5Minutes"), most + WIDER_BY)

    def _build_app(self) -> None:
        self.tables: dict[str, SlowTable] = {}
        self.blobs, self.notifier = SlowBlobs(self.requests), SlowNotifier(self.requests)
        self.transport = ArmTransport(self.emulator, self.schedule, self.requests, self.trace)

        def table(name: Any) -> SlowTable:
            return self.tables.setdefault(name.value, SlowTable(name, self.requests))

        outside = bootstrap.Outside(
            clock=self.schedule,
            groups=AzureContainerGroups(ENDPOINT, SUBSCRIPTION, SCANS_GROUP, self.transport),
            resources=AzureDeployedResources(ENDPOINT, self.transport),
            registries=self.registries,
            blobs=self.blobs,
            notifier=self.notifier,
            table=table,
        )
        self.app = bootstrap.put_together(self.settings, outside)

    # ------------------------------------------------------------------ what happens
    def run(self) -> None:
        """Let everything happen that will."""
        self.users.expect(self.plan.arrivals)
        self.rescanners.expect(self.plan.rescans)
        for move in self.plan.moves:
            self.schedule.after(move.at_seconds, _bound(self.registries.push, move))
        with self.in_place():
            while not self._is_over():
                self._next()

    def _next(self) -> None:
        try:
            self.schedule.next()
        except HostCrashError as crash:
            self.host.die(crash)
        if self.schedule.seconds > FAULTS_END_SECONDS:
            self.faults.is_over = True
        self._let_azure_pass()

    def _let_azure_pass(self) -> None:
        due = self.emulator.next_due_at()
        if due is not None and due != self._azure_due:
            self._azure_due = due
            self.schedule.at(due, self.emulator.advance)

    _azure_due: Any = None
    _quiet_since: float | None = None
    _look_again_at = 0.0

    def _is_over(self) -> bool:
        """Nothing has been under way for a while, or it has gone on for far too long."""
        now = self.schedule.seconds
        if now < self._look_again_at:
            return False
        self._look_again_at = now + LOOK_EVERY_SECONDS
        if self._is_busy():
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        elif now - self._quiet_since > QUIET_SECONDS:
            self.is_quiet = True
        return self.is_quiet or now > self.plan.longest_seconds

    def _is_busy(self) -> bool:
        if (
            self.users.waiting
            or self.rescanners.waiting
            or self.events.under_way
            or not self.host.is_up
        ):
            return True
        return self.durable.is_busy() or any(self.living_scan_groups())

    def living_scan_groups(self) -> Iterator[str]:
        """Names of the app's groups that are still there."""
        users = {path.lower() for path in self.users.resources}
        for group in self.emulator._registry.all():
            is_ours = group.resource_group.lower() == SCANS_GROUP.lower()
            if is_ours and group.resource_id.lower() not in users:
                yield group.name

    # ------------------------------------------------------------------ looking back
    def books(self) -> list[dict[str, Any]]:
        """The emulator's."""
        books: list[dict[str, Any]] = ask(self.emulator, "GET", "/emulator/groups").body
        return books

    def busy_with(self) -> list[str]:
        """What had not come to its end."""
        return [*self.durable.under_way(), *self.living_scan_groups()]

    def hindered_seconds(self) -> float:
        """How much later than usual things may have happened, by all that went wrong."""
        strikes = sum(strike.taken for strike in self.faults.strikes)
        return self.host.down_seconds + 320 * self.host.crashes + 60 * strikes

    def plain_bodies(self) -> list[dict[str, Any]]:
        """What anybody may read of every container group that there ever was."""
        return [group.body for group in self.emulator._registry._ever]

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The process as this world needs it."""
        root = logging.getLogger()
        handlers, level = root.handlers, root.level
        root.handlers = [self.logs]
        root.setLevel(logging.INFO)
        logging.getLogger("azure").setLevel(logging.WARNING)  # every request, at length
        bootstrap.use(self.app)
        most = self.plan.most_in_5_minutes or admission.MOST_IN_5_MINUTES
        narrow = patch.object(admission, "MOST_IN_5_MINUTES", most)
        try:
            with narrow, seeded_uuids(self.chance.of("uuids")), answered_by(self.api):
                yield
        finally:
            bootstrap.use(None)
            root.handlers = handlers
            root.setLevel(level)

    # ------------------------------------------------------------------ scans
    def _choose(self, image: Image) -> tuple[str, Script]:
        chance = self.chance.of(f"scans of {image.name}")
        scan = Scan(image, duration_seconds(chance), chance)
        strike = self.faults.take(Phase.SCANNING, SCANNER, image.name)
        if strike is not None:
            self.faults.hit(strike)
            ending = strike.kind.fault["ending"]
        elif self.faults.is_over:
            ending = self.plan.at_last
        else:
            weights = self.plan.weights
            ending = chance.choices(list(weights), list(weights.values()))[0]
        self.trace.note("scanner", f"{image.name} in {scan.seconds:.0f} s: {ending.__name__}")
        return ending.__name__, ending(scan)

    def _group_name(self, key: str) -> str:
        return next(one.name for one in self.emulator._registry._ever if one.key == key)


def _settings(plan: Plan) -> Settings:
    return settings(SCAN_TIMEOUT=str(plan.scan_timeout_seconds), **plan.environment)


def _bound(push: Callable[[str, Image], None], move: Move) -> Callable[[], None]:
    return lambda: push(move.name, move.image)


read_times_fast()
