"""The rules by which events come: those of the hub, its bus's policy, and a forwarder in each other region."""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lastseen.checking.check import DEPLOY, RESTORE, Check, Unread, number, right, some, unread, wrong
from lastseen.checking.stack import Stack

ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
HUB = {"DefaultBusRule": ALL_EVENTS, "HubBusRule": ALL_EVENTS, "ForwarderAlarmRule": "ENABLED"}
# IAM's own calls, and most sign-ins, are logged there: what is missing most is named first.
_FIRST = ("us-east-1", "us-gov-west-1", "cn-north-1")


@dataclass(frozen=True, slots=True)
class Rule:
    """`bus`: "" for the default one. `targets`: by ARN, the role that it is called with."""

    region: str
    name: str
    state: str
    pattern: str
    targets: Mapping[str, str]
    bus: str = ""

    @property
    def takes_cloudtrail(self) -> bool:
        return " via CloudTrail" in self.pattern

    def enabled(self, state: str = ALL_EVENTS) -> str:
        """The command that enables it; PutRule keeps nothing that it is not given."""
        where = _options(region=self.region, name=self.name, event_bus_name=self.bus)
        asked = f"aws events describe-rule {where} --query EventPattern --output text"
        return f'aws events put-rule {where} --state {state} --event-pattern "$({asked})"'


Found = Rule | Unread | None


def hub_checks(
    rules: Mapping[str, Found], targets: Mapping[str, str], *, by_logs: bool = False
) -> Iterator[Check]:
    """`targets`: by rule, the ARN of what it has to feed. `by_logs`: rules that take events are to be off."""
    good = []
    for logical, rule in rules.items():
        state = "DISABLED" if by_logs and HUB[logical] == ALL_EVENTS else HUB[logical]
        match rule:
            case Unread():
                yield unread("rules", rule)
            case None:
                yield wrong("rules", f"{logical} is gone: the events that it takes do not arrive", DEPLOY)
            case _ if rule.state != state:
                remedy = DEPLOY if by_logs else rule.enabled(state)
                yield wrong("rules", f"{logical} is {_state(rule.state)}", remedy)
            case _ if targets[logical] not in rule.targets:
                yield wrong("rules", f"{logical} does not feed {targets[logical]}", RESTORE)
            case _:
                good.append(logical)
    if good:
        how = "on and off as Roads=logs has them" if by_logs else "enabled"
        yield right("rules", f"{', '.join(good)}: {how}, and with their targets")


def forwarder_checks(
    regions: Mapping[str, tuple[Rule, ...] | Unread], *, by_logs: bool = False
) -> Iterator[Check]:
    """Of each other region, the rules there that forward CloudTrail's events to the hub.

    `by_logs`: events come by log files, too, and then of all regions.
    """
    unasked: dict[Unread, list[str]] = {}
    missing, good = [], []
    for region, found in regions.items():
        if isinstance(found, Unread):
            unasked.setdefault(found, []).append(region)
        elif not found:
            missing.append(region)
        elif any(each.state == ALL_EVENTS for each in found):
            good.append(region)
        else:
            said = f"{found[0].name} in {region} is {_state(found[0].state)}"
            yield wrong("forwarders", said, found[0].enabled(), regions=[region])
    if good:
        verb = "forward" if good[1:] else "forwards"
        yield right("forwarders", f"{number(len(good), 'other region')} {verb} to the hub", regions=good)
    if missing:
        named = sorted(missing, key=lambda each: (each not in _FIRST, each))
        none = f"no forwarder in {some(named)}"
        if by_logs:
            yield right("forwarders", f"{none}: their events come by log files, in minutes", regions=named)
        else:
            yield wrong(
                "forwarders", f"{none}: activity there is not tracked", "make forwarders", regions=named
            )
    for why, places in unasked.items():
        yield unread("forwarders", why, regions=places)


def left_checks(regions: Mapping[str, tuple[Rule, ...] | Unread]) -> Iterator[Check]:
    """Of a stack that listens by log files alone, which of them still have a forwarder."""
    left = [region for region, found in regions.items() if found and not isinstance(found, Unread)]
    if left:
        said = f"left in {some(left)}: with Roads=logs, what they forward costs and is not read"
        yield wrong("forwarders", said, "make forwarders FORWARD=none", regions=left)
    for why in dict.fromkeys(each for each in regions.values() if isinstance(each, Unread)):
        yield unread("forwarders", why, regions=[each for each in regions if regions[each] == why])


def bus_check(policy: str | Unread | None, stack: Stack) -> Check:
    """Whether this account, and the organization if one is given, may put events on the hub's bus."""
    if isinstance(policy, Unread):
        return unread("bus", policy)
    bus = stack.outputs["EventBusArn"].rpartition("/")[2]
    if policy is None:
        return wrong("bus", f"{bus} is gone: no other region's events arrive", DEPLOY)
    where = _options(region=stack.region, event_bus_name=bus)
    put = f"aws events put-permission {where} --action events:PutEvents"
    allowed = [each for each in _statements(policy) if _lets_put(each)]
    if not any(_names_account(each, stack.account) for each in allowed):
        said = f"the policy of {bus} does not let this account's regions forward to it"
        return wrong("bus", said, f"{put} --principal {stack.account} --statement-id ThisAccount")
    organization = stack.parameters.get("OrganizationId", "")
    if organization and not any(organization in json.dumps(each) for each in allowed):
        condition = json.dumps({"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": organization})
        remedy = f"{put} --principal '*' --statement-id ThisOrganization --condition {shlex.quote(condition)}"
        return wrong("bus", f"the policy of {bus} does not let {organization} forward to it", remedy)
    who = f"this account and {organization}" if organization else "this account"
    return right("bus", f"{bus} takes events of {who}")


def forwarding_roles(regions: Mapping[str, tuple[Rule, ...] | Unread], bus: str) -> dict[str, str]:
    """By region, the role with which its rule puts events on the bus."""
    found = {region: _working(rules) for region, rules in regions.items() if not isinstance(rules, Unread)}
    return {region: rule.targets[bus] for region, rule in found.items() if rule and rule.targets.get(bus)}


def targets(stack: Stack) -> dict[str, str]:
    """What each of the hub's rules has to feed."""
    here = f"{stack.partition}:sqs:{stack.region}:{stack.account}"
    queue = f"arn:{here}:{stack.names().get('Queue', '')}"
    return dict.fromkeys(HUB, queue) | {"ForwarderAlarmRule": stack.outputs["ReportTopicArn"]}


def connected(
    home: str, here: Mapping[str, Found], elsewhere: Mapping[str, tuple[Rule, ...] | Unread]
) -> list[str]:
    """The regions whose events should come by these rules, as far as that is known."""
    hub = here.get("DefaultBusRule", Unread("not known"))
    own = hub if isinstance(hub, Unread) else () if hub is None else (hub,)
    ways: dict[str, tuple[Rule, ...] | Unread] = {home: own, **elsewhere}
    return [
        region
        for region, found in ways.items()
        if isinstance(found, Unread) or any(each.state == ALL_EVENTS for each in found)
    ]


def _working(rules: Iterable[Rule]) -> Rule | None:
    """The first that forwards, or else the first: of that one the state is told."""
    return min(rules, key=lambda each: each.state != ALL_EVENTS, default=None)


def _state(state: str) -> str:
    return f"{state}, and so gets no read-only calls" if state == "ENABLED" else state


def _statements(policy: str) -> list[dict[str, object]]:
    found = json.loads(policy or "{}").get("Statement", [])
    return found if isinstance(found, list) else [found]


def _lets_put(statement: Mapping[str, object]) -> bool:
    actions = statement.get("Action", [])
    listed: Iterable[object] = actions if isinstance(actions, list) else [actions]
    return statement.get("Effect") == "Allow" and any(
        each in ("events:PutEvents", "events:*") for each in listed
    )


def _names_account(statement: Mapping[str, object], account: str) -> bool:
    principal = statement.get("Principal", {})
    return account in json.dumps(principal) and not statement.get("Condition")


def _options(**values: str) -> str:
    return " ".join(
        f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in values.items() if value
    )
