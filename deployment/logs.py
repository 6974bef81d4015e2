"""What `make deploy LOGS=s3://...` sets: parameters, from what AWS says of the bucket and its trails."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from deployment.log_found import Address, Found, Trail
from deployment.settings import Unusable
from lastseen.checking.check import Unread, some

LOGS, ROADS = "LOGS", "Roads"
BUCKET, PREFIX, OWNER, TOPIC, ROLE, KEY = (
    "LogBucketArn",
    "LogPrefix",
    "LogBucketOwner",
    "LogTopicArn",
    "LogRoleArn",
    "LogKeyArn",
)
NONE = dict.fromkeys((BUCKET, PREFIX, OWNER, TOPIC, ROLE, KEY), "")
# Control Tower names its bucket after the log archive account.
_CONTROL_TOWER = re.compile(r"aws-controltower-logs-(\d{12})-")


class Way(StrEnum):
    """How the stack is told of a new file."""

    TOPIC = "CloudTrail's topic"
    EVENTBRIDGE = "EventBridge"
    S3 = "S3's notification"


@dataclass(frozen=True, slots=True)
class Plan:
    """`trails`: those that deliver there. `keys`: by which the files are encrypted."""

    found: Found
    address: Address
    values: dict[str, str]
    trails: tuple[Trail, ...]
    keys: tuple[str, ...]

    @property
    def owner(self) -> str:
        return self.values[OWNER] or self.found.account

    @property
    def is_own(self) -> bool:
        return self.owner == self.found.account

    @property
    def way(self) -> Way:
        if self.values[TOPIC]:
            return Way.TOPIC
        return Way.EVENTBRIDGE if self.is_own else Way.S3

    @property
    def objects(self) -> str:
        """The ARN of all that is read."""
        return f"{self.values[BUCKET]}/{self.values[PREFIX]}*"


def planned(address: Address, found: Found, given: Mapping[str, str], before: Mapping[str, str]) -> Plan:
    """`given` beside the address goes before what is found. `before`: the parameters as they are.

    What AWS does not say stays as it was, if it was of the same bucket. Raises Unusable.
    """
    arn = f"arn:{found.partition}:s3:::{address.bucket}"
    _refuse(address, found, given, before, arn)
    given = {name: value for name, value in given.items() if name in NONE}
    kept = before if before.get(BUCKET) == arn else given
    trails = _delivering(address, found, given)
    values = {
        BUCKET: arn,
        PREFIX: max(address.prefix, _common([each.folder for each in trails]), key=len),
        OWNER: _owner(address, found, kept),
        TOPIC: _shared({each.topic for each in trails}) if trails else kept.get(TOPIC, ""),
        ROLE: kept.get(ROLE, ""),
        KEY: _shared({each.key for each in trails} - {""}) if trails else kept.get(KEY, ""),
    } | given
    keys = [values[KEY]] if values[KEY] else sorted({each.key for each in trails} - {""})
    plan = Plan(found, address, values, trails, tuple(keys))
    _usable(plan)
    return plan


def _shared(values: set[str]) -> str:
    """The one that all have, "" if they have several."""
    return next(iter(values)) if len(values) == 1 else ""


def _refuse(
    address: Address, found: Found, given: Mapping[str, str], before: Mapping[str, str], arn: str
) -> None:
    if given.get(BUCKET, arn) != arn:
        raise Unusable(f"{LOGS}={address} and {BUCKET}={given[BUCKET]} name two buckets: give one of them")
    if before.get(ROADS) == "events":
        raise Unusable(f"with Roads=events, no log files are read: give Roads=both or Roads=logs with {LOGS}")
    if not found.is_there:
        others = "" if isinstance(found.trails, Unread) else _places(found.trails)
        raise Unusable(
            f"there is no bucket {address.bucket}"
            + (f": the trails here deliver to {others}" if others else ": check its name")
        )


def _places(trails: Sequence[Trail]) -> str:
    return some(sorted({f"s3://{each.bucket}/{each.folder}" for each in trails}))


def _delivering(address: Address, found: Found, given: Mapping[str, str]) -> tuple[Trail, ...]:
    """The trails whose files are there; none if they are other accounts', or may not be listed."""
    listed = () if isinstance(found.trails, Unread) else found.trails
    there = [each for each in listed if each.bucket == address.bucket]
    prefix = given.get(PREFIX, address.prefix)
    covered = [each for each in there if each.folder.startswith(prefix) or prefix.startswith(each.folder)]
    if there and not covered and PREFIX not in given:
        raise Unusable(
            f"no trail delivers to {address}, but to {_places(there)}: give {LOGS}=s3://{address.bucket},"
            f" or {PREFIX}={prefix} as well if another account's trail delivers there"
        )
    return tuple(covered)


def _common(folders: Sequence[str]) -> str:
    """The folder that all of them are in."""
    parts = zip(*(each.split("/")[:-1] for each in folders), strict=False)
    return "".join(f"{same[0]}/" for same in takewhile(lambda names: len({*names}) == 1, parts))


def _owner(address: Address, found: Found, kept: Mapping[str, str]) -> str:
    """ "" for this account. The owner of another account's bucket cannot be asked for."""
    if found.is_own is True:
        return ""
    named = _CONTROL_TOWER.match(address.bucket)
    owner = kept.get(OWNER) or (named[1] if named else "")
    if not owner and found.is_own is False:
        raise Unusable(
            f"bucket {address.bucket} belongs to another account, and AWS does not say to which:"
            f" give {OWNER}=ACCOUNT as well"
        )
    return owner


def _usable(plan: Plan) -> None:
    if len(plan.keys) > 1 and not plan.values[ROLE]:
        raise Unusable(
            f"the trails of {plan.address} have several keys ({', '.join(plan.keys)}), and {KEY} takes one:"
            f" give a prefix of fewer trails, or {ROLE}=..., a role to read by"
        )
    home, here = plan.found.home, plan.found.region
    if plan.way is not Way.TOPIC and home not in ("", here):
        raise Unusable(
            f"bucket {plan.address.bucket} is in {home}, the stack in {here}, and {plan.way} does not reach"
            f" another region: deploy the stack in {home}, or have the trail tell a topic (aws cloudtrail"
            f" update-trail --name TRAIL --sns-topic-name TOPIC), or give {TOPIC}=..."
        )


def taken_away(before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Without log files, they can't be the only road any more; unless Roads says so, which is refused then."""
    by_events = {ROADS: "both"} if before.get(ROADS) == "logs" and ROADS not in given else {}
    return NONE | by_events


def place(values: Mapping[str, str]) -> str:
    """Where a stack with these parameters finds log files; "" if it reads none."""
    bucket = values.get(BUCKET, "").rpartition(":")[2]
    return f"s3://{bucket}/{values.get(PREFIX, '')}" if bucket else ""


def are_read(values: Mapping[str, str]) -> bool:
    """Whether events come by log files, with or without EventBridge."""
    return bool(values.get(BUCKET)) and values.get(ROADS) != "events"


def are_alone(values: Mapping[str, str]) -> bool:
    """Whether events come by log files only, which need no forwarders."""
    return are_read(values) and values.get(ROADS) == "logs"
