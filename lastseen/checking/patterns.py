"""Whether the deployed rules take the events that tell who was active, and leave out the tracker's own."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.cloudtrail import read
from ingest.principals import Ignored
from ingest.wire import envelope
from lastseen.checking.check import DEPLOY, FORWARD, Check, Unread, number, right, some, unread, wrong
from lastseen.checking.rules import Rule

# The callers of whom nobody here is told; all other samples that sight nobody may come, or not.
_LEFT_OUT = (Ignored.AWS_SERVICE, Ignored.FOREIGN_ACCOUNT, Ignored.INSIGHT)
_SESSION, _ASSUMPTION = "role-session-with-path", "assume-role-by-service"


@dataclass(frozen=True, slots=True)
class Case:
    """An event, and whether a rule is to take it."""

    name: str
    event: str
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule for all those that have its pattern; `own`: the ARNs of the roles that it leaves out."""

    rule: Rule
    alike: int
    own: tuple[str, ...]


def cases(samples: Mapping[str, str], own: Iterable[str]) -> Iterator[Case]:
    """`samples`: events by name. `own`: the ARNs of roles that are left out, as callers and as assumed."""
    for name, text in samples.items():
        record = envelope(text).detail
        reading = read(record, arrived=record.event_time)
        if reading.sightings or reading.ignored in _LEFT_OUT:
            yield Case(name, text, bool(reading.sightings))
    for arn in own:
        role = arn.rpartition("/")[2]
        session = arn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/function"
        yield Case(f"a call by {role}", _with(samples[_SESSION], "userIdentity", arn=session), False)
        yield Case(
            f"{role} being assumed", _with(samples[_ASSUMPTION], "requestParameters", roleArn=arn), False
        )


def trials(rules: Iterable[Rule], hubs: Sequence[str], bus: str) -> list[Trial]:
    """One for each pattern, the rule's own role aside. `hubs`: the ARNs that the hub's rules leave out."""
    alike: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.takes_cloudtrail:
            alike.setdefault(_without_own_role(rule, bus), []).append(rule)
    return [Trial(each[0], len(each), _own(each[0], hubs, bus)) for each in alike.values()]


def _without_own_role(rule: Rule, bus: str) -> str:
    """The pattern without whom the rule is called as, which differs from region to region."""
    name = rule.targets.get(bus, "").rpartition("/")[2]
    own = rf':(assumed-)?role/([^"]*/)?{re.escape(name)}(?=[/"])'
    return re.sub(own, r":\1role/", rule.pattern) if name else rule.pattern


def _own(rule: Rule, hubs: Sequence[str], bus: str) -> tuple[str, ...]:
    if bus not in rule.targets:
        return tuple(hubs)
    return (rule.targets[bus],) if rule.targets[bus] else ()


def pattern_checks(answers: Iterable[tuple[Trial, Mapping[Case, bool] | Unread]]) -> Iterator[Check]:
    tried = rules = 0
    for trial, answer in answers:
        if isinstance(answer, Unread):
            yield unread("patterns", answer, regions=[trial.rule.region])
            continue
        failed = {case: took for case, took in answer.items() if took != case.is_wanted}
        yield from _failures(trial, failed)
        if not failed:
            tried, rules = tried + len(answer), rules + trial.alike
    if rules:
        said = (
            f"{number(tried, 'sample event')} taken or left out as they should be, by {number(rules, 'rule')}"
        )
        yield right("patterns", said)


def _failures(trial: Trial, failed: Mapping[Case, bool]) -> Iterator[Check]:
    where = f"{trial.rule.name} in {trial.rule.region}"
    remedy = DEPLOY if trial.rule.bus or not trial.rule.targets else FORWARD
    for took, word in ((False, "leaves out"), (True, "takes")):
        names = [case.name for case, answer in failed.items() if answer is took]
        if names:
            yield wrong("patterns", f"{where} {word} {some(names)}", remedy)


def _with(text: str, part: str, **values: str) -> str:
    event: dict[str, Any] = json.loads(text)
    event["detail"][part] = event["detail"].get(part, {}) | values
    return json.dumps(event)
