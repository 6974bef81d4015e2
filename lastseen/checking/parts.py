"""Subscription, functions, queues, schedules and alarms: each has one state in which it works."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lastseen.checking.check import DEPLOY, Check, Unread, number, right, unread, wrong

UNCONFIRMED = "PendingConfirmation"
# By dead-letter queue, the entry of docs/runbook.md that says what to do.
LETTERS = {
    "DeadLetterQueue": "UnrecordedAlarm",
    "RuleDeadLetterQueue": "UndeliveredAlarm",
    "AwakenedDeadLetterQueue": "UnannouncedAlarm",
    "LogDeadLetterQueue": "LogUnrecordedAlarm",
}
FUNCTIONS = ("IngestFunction", "AwakenedFunction", "LogFunction")
_KEPT = "{Name: Name, ScheduleExpression: ScheduleExpression, ScheduleExpressionTimezone:"
_KEPT += " ScheduleExpressionTimezone, FlexibleTimeWindow: FlexibleTimeWindow, Target: Target}"


@dataclass(frozen=True, slots=True)
class Mapped:
    """An event source mapping: what has a function called."""

    uuid: str
    state: str
    source: str
    last_result: str = ""


def subscription_check(found: Mapping[str, str] | Unread, address: str, topic: str) -> Check:
    """`found`: the subscriptions by address, or what stands in place of one until it is confirmed."""
    if isinstance(found, Unread):
        return unread("subscription", found)
    status = found.get(address)
    if status and status.startswith("arn:"):
        return right("subscription", f"{address} has confirmed it")
    region = topic.split(":")[3]
    again = f"aws sns subscribe --region {region} --topic-arn {topic} --protocol email"
    again += f" --notification-endpoint {shlex.quote(address)}"
    if status == UNCONFIRMED:
        said = f"{address} has not followed the link in AWS's mail: nothing is mailed"
        return wrong("subscription", said, f"follow it, or have it sent again: {again}")
    return wrong("subscription", f"{address} is not subscribed: nothing is mailed", again)


def function_checks(mappings: Mapping[str, Iterable[Mapped] | Unread], region: str) -> Iterator[Check]:
    good = []
    for logical, found in mappings.items():
        if isinstance(found, Unread):
            yield unread("functions", found)
            continue
        every = list(found)
        off = [each for each in every if each.state not in ("Enabled", "Enabling", "Updating")]
        if not every:
            yield wrong("functions", f"nothing calls {logical}: its event source mapping is gone", DEPLOY)
        for each in off:
            remedy = f"aws lambda update-event-source-mapping --region {region} --uuid {each.uuid} --enabled"
            yield wrong(
                "functions", f"nothing calls {logical}: its event source mapping is {each.state}", remedy
            )
        problems = [each.last_result for each in every if each.last_result.startswith("PROBLEM")]
        for problem in problems:
            yield wrong("functions", f"Lambda cannot read what {logical} is given: {problem}")
        if every and not off and not problems:
            good.append(logical)
    if good:
        yield right("functions", f"{' and '.join(good)} are called" if good[1:] else f"{good[0]} is called")


def queue_checks(depths: Mapping[str, int | Unread]) -> Iterator[Check]:
    good = 0
    for logical, depth in depths.items():
        if isinstance(depth, Unread):
            yield unread("queues", depth)
        elif depth:
            yield wrong("queues", f"{number(depth, 'message')} in {logical}", _runbook(LETTERS[logical]))
        else:
            good += 1
    if good:
        yield right("queues", f"{number(good, 'dead-letter queue')} empty")


def schedule_checks(states: Mapping[str, str | Unread | None], region: str) -> Iterator[Check]:
    good = []
    for name, state in states.items():
        if isinstance(state, Unread):
            yield unread("schedules", state)
        elif state is None:
            yield wrong("schedules", f"{name} is gone: the reporter is not run", DEPLOY)
        elif state != "ENABLED":
            yield wrong("schedules", f"{name} is {state}: the reporter is not run", _scheduling(name, region))
        else:
            good.append(name)
    if good:
        yield right("schedules", f"{' and '.join(good)}: enabled")


def alarm_checks(found: Mapping[str, str] | Unread, logical: Mapping[str, str]) -> Iterator[Check]:
    """`found`: the states by the alarms' names. `logical`: by the stack's own, what the runbook calls them."""
    if isinstance(found, Unread):
        yield unread("alarms", found)
        return
    own = {logical[name]: state for name, state in found.items() if name in logical}
    raised = [name for name, state in own.items() if state == "ALARM"]
    for name in raised:
        yield wrong("alarms", f"{name} is raised", _runbook(name))
    if not own:
        yield wrong("alarms", "the stack's alarms are gone: nobody is told when it fails", DEPLOY)
    elif gone := [name for name in logical.values() if name not in own]:
        yield wrong("alarms", f"gone: {', '.join(gone)}", DEPLOY)
    elif not raised:
        yield right("alarms", f"none of {len(own)} is raised")


def _runbook(entry: str) -> str:
    return f'"{entry}" in docs/runbook.md'


def _scheduling(name: str, region: str) -> str:
    """UpdateSchedule keeps nothing that it is not given."""
    where = f"--region {region} --name {shlex.quote(name)}"
    kept = f"aws scheduler get-schedule {where} --query '{_KEPT}'"
    return f'aws scheduler update-schedule --region {region} --state ENABLED --cli-input-json "$({kept})"'
