"""All checks of one stack, in the order in which they are told."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lastseen.checking import parts, rules
from lastseen.checking.aws import Aws
from lastseen.checking.buses import Buses
from lastseen.checking.check import Check, Unread, unread, wrong
from lastseen.checking.granted import grants, role_checks
from lastseen.checking.log_files import Logs, bucket_check, delivery_checks, topic_check
from lastseen.checking.parts import Mapped
from lastseen.checking.patterns import cases, pattern_checks, trials
from lastseen.checking.rules import Found, Rule
from lastseen.checking.simulator import Simulator
from lastseen.checking.stack import Stack, caller_check, stack_checks
from lastseen.checking.trails import trail_checks
from lastseen.samples import samples_folder
from reporter.inventory.account import Gap

# Makes test calls in these regions, and waits until they come back to the stack's table.
Test = Callable[[Stack, list[str]], Iterator[Check]]
Regions = Mapping[str, tuple[Rule, ...] | Unread]


@dataclass(frozen=True, slots=True)
class Examination:
    """`test`: None if no test calls are to be made."""

    aws: Aws
    buses: Buses
    simulator: Simulator
    test: Test | None = None

    def checks(self, name: str) -> Iterator[Check]:
        """Raises botocore's errors where it is not even known who asks."""
        caller = self.aws.caller()
        yield caller_check(caller)
        stack = self.aws.stack(name)
        yield from stack_checks(stack, name, self.aws.region, caller)
        if isinstance(stack, Stack) and stack.is_ours and stack.account == caller.account:
            yield from _once(self._all(stack))

    def _all(self, stack: Stack) -> Iterator[Check]:
        trails = self.aws.trails()
        yield from trail_checks(trails)
        yield self._subscription(stack)
        here = self.buses.hub_rules(stack.known)
        by_logs = stack.is_by_logs_alone
        yield from rules.hub_checks(here, rules.targets(stack), by_logs=by_logs)
        bus = stack.outputs["EventBusArn"]
        yield rules.bus_check(self.buses.policy(bus), stack)
        enabled = self.aws.regions()
        elsewhere: Regions = {}
        if isinstance(enabled, Unread):
            yield unread("forwarders", enabled)
        else:
            elsewhere = self.buses.forwarders([each for each in enabled if each != stack.region], bus)
            in_turn = rules.forwarder_checks(elsewhere, by_logs=stack.is_by_logs)
            yield from rules.left_checks(elsewhere) if by_logs else in_turn
        yield from self._log_files(stack)
        yield from self._patterns(stack, here, elsewhere)
        yield from self._parts(stack, rules.forwarding_roles(elsewhere, bus))
        if self.test and not isinstance(trails, Gap) and trails.problems:
            yield wrong("events", "no test calls were made: the trails let no events through as they are")
        elif self.test:
            ways = rules.connected(stack.region, here, elsewhere)
            yield from self.test(stack, [stack.region, *elsewhere] if stack.is_by_logs else ways)

    def _subscription(self, stack: Stack) -> Check:
        topic = stack.outputs["ReportTopicArn"]
        address = stack.parameters.get("NotificationEmail", "")
        return parts.subscription_check(self.aws.subscriptions(topic), address, topic)

    def _log_files(self, stack: Stack) -> Iterator[Check]:
        logs = Logs.of(stack)
        if logs is None:
            return
        if logs.topic:
            yield topic_check(logs, self.aws.subscribed(logs.topic))
        else:
            yield bucket_check(logs, self.aws.notified(logs.bucket.name), self.buses.log_rule(stack.known))
        yield from delivery_checks(logs, self.aws.delivering(logs.bucket.name))

    def _patterns(self, stack: Stack, here: Mapping[str, Found], elsewhere: Regions) -> Iterator[Check]:
        samples = {path.stem: path.read_text() for path in sorted(samples_folder().glob("*.json"))}
        hubs = [stack.role(each) for each in ("IngestRole", "AwakenedRole") if each in stack.known]
        every = [*here.values(), *(each for found in elsewhere.values() for each in _rules(found))]
        deployed = [each for each in every if isinstance(each, Rule)]
        for_each = trials(deployed, hubs, stack.outputs["EventBusArn"])
        yield from pattern_checks((each, self.buses.tried(each, cases(samples, each.own))) for each in for_each)

    def _parts(self, stack: Stack, forwarding: Mapping[str, str]) -> Iterator[Check]:
        known = stack.known
        called = {each: self.aws.mappings(known[each]) for each in parts.FUNCTIONS if each in known}
        wanted = list(grants(stack, _stream(called.get("AwakenedFunction", ())), forwarding))
        yield from role_checks(self.simulator.denials(wanted))
        if not known:
            return
        yield from parts.function_checks(called, stack.region)
        yield from parts.queue_checks(
            {each: self.aws.depth(known[each]) for each in parts.LETTERS if each in known}
        )
        schedules = [f"{stack.name}-{each}" for each in ("report", "watch")]
        yield from parts.schedule_checks({each: self.aws.schedule(each) for each in schedules}, stack.region)
        alarms = {name: logical for logical, name in known.items() if name and logical.endswith("Alarm")}
        yield from parts.alarm_checks(self.aws.alarms(list(alarms)), alarms)


def _once(checks: Iterator[Check]) -> Iterator[Check]:
    """Without what was told already, such as an action that three rules need and that is not permitted."""
    told = set()
    for check in checks:
        if check not in told:
            told.add(check)
            yield check


def _rules(found: tuple[Rule, ...] | Unread) -> tuple[Rule, ...]:
    return () if isinstance(found, Unread) else found


def _stream(mappings: Iterable[Mapped] | Unread) -> str:
    """The table's stream, which has a name that is known nowhere else."""
    found = () if isinstance(mappings, Unread) else mappings
    return next((each.source for each in found if ":dynamodb:" in each.source), "")
