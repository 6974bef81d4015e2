"""Asks EventBridge for the rules by which events come, in the hub's region and in all others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lastseen.checking.answer import asked, at_once, unless_gone
from lastseen.checking.check import Unread
from lastseen.checking.patterns import Case, Trial
from lastseen.checking.rules import HUB, Found, Rule
from lastseen.checking.stack import own_name


@dataclass(frozen=True, slots=True)
class Buses:
    """`client` makes one for a service and a region; `region` is the hub's."""

    client: Callable[[str, str], Any]
    region: str

    def hub_rules(self, physical: Mapping[str, str]) -> dict[str, Found]:
        events = self.client("events", self.region)
        buses = dict.fromkeys(HUB, own_name(physical.get("HubBus", ""))) | {"DefaultBusRule": ""}
        return {
            logical: _rule(events, self.region, own_name(physical[logical]), bus)
            for logical, bus in buses.items()
            if logical in physical
        }

    def log_rule(self, physical: Mapping[str, str]) -> Found:
        """The one that is told of new log files; None too if the stack has none."""
        name = own_name(physical.get("LogRule", ""))
        return _rule(self.client("events", self.region), self.region, name) if name else None

    def policy(self, bus: str) -> str | Unread | None:
        events = self.client("events", self.region)
        name = bus.rpartition("/")[2]
        return unless_gone(
            "events:DescribeEventBus", lambda: str(events.describe_event_bus(Name=name).get("Policy", ""))
        )

    def forwarders(self, regions: Iterable[str], bus: str) -> dict[str, tuple[Rule, ...] | Unread]:
        """By region, the rules that take CloudTrail's events to the bus, whoever made them."""
        clients = {region: self.client("events", region) for region in regions}
        return at_once(clients, lambda region: _forwarding(clients[region], region, bus))

    def tried(self, trial: Trial, cases: Iterable[Case]) -> dict[Case, bool] | Unread:
        events = self.client("events", trial.rule.region)

        def took(case: Case) -> bool | Unread:
            pattern = {"EventPattern": trial.rule.pattern, "Event": case.event}
            return asked(
                "events:TestEventPattern", lambda: bool(events.test_event_pattern(**pattern)["Result"])
            )

        answers = at_once(cases, took)
        failed = [each for each in answers.values() if isinstance(each, Unread)]
        return failed[0] if failed else {case: each is True for case, each in answers.items()}


def _rule(events: Any, region: str, name: str, bus: str = "") -> Found:
    where = {"EventBusName": bus} if bus else {}

    def described() -> Rule:
        said = events.describe_rule(Name=name, **where)
        return Rule(region, name, said["State"], said.get("EventPattern", ""), {}, bus)

    rule = unless_gone("events:DescribeRule", described)
    if not isinstance(rule, Rule):
        return rule
    targets = asked(
        "events:ListTargetsByRule", lambda: events.list_targets_by_rule(Rule=name, **where)["Targets"]
    )
    if isinstance(targets, Unread):
        return targets
    fed = {each["Arn"]: each.get("RoleArn", "") for each in targets}
    return Rule(region, name, rule.state, rule.pattern, fed, bus)


def _forwarding(events: Any, region: str, bus: str) -> tuple[Rule, ...] | Unread:
    names = asked(
        "events:ListRuleNamesByTarget", lambda: events.list_rule_names_by_target(TargetArn=bus)["RuleNames"]
    )
    if isinstance(names, Unread):
        return names
    rules = [_rule(events, region, name) for name in names]
    failed = [each for each in rules if isinstance(each, Unread)]
    if failed:
        return failed[0]
    return tuple(each for each in rules if isinstance(each, Rule) and each.takes_cloudtrail)
