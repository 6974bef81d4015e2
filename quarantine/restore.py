"""Undoes what quarantine has disabled, by the tags in IAM alone: the table may be gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from activity.finding import Kind
from activity.quarantine.target import DENIED, Target
from quarantine.hands import Hands
from quarantine.mark import Mark, UnreadableMark

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@dataclass(frozen=True, slots=True)
class Disabled:
    """One act of quarantine's that stands in IAM. `mark`: all of the user's or the role's."""

    target: Target
    at: datetime
    mark: Mark


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A tag that somebody has edited."""

    arn: str
    why: str


def disabled(iam: "IAMClient") -> list[Disabled | Unreadable]:
    """All that is marked, by ARN. Raises botocore's errors."""
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=["User", "Role"])
    found: list[Disabled | Unreadable] = []
    for page in pages:
        for user in page["UserDetailList"]:
            found += _acts(user, Kind.USER, user["UserName"], user["UserId"])
        for role in page["RoleDetailList"]:
            found += _acts(role, Kind.ROLE, role["RoleName"], role["RoleId"])
    return sorted(found, key=_by_arn)


def of_finding(those: Iterable[Disabled | Unreadable], finding: str) -> list[Disabled]:
    return [each for each in those if isinstance(each, Disabled) and each.target.finding == finding]


def of_day(those: Iterable[Disabled | Unreadable], day: date) -> list[Disabled]:
    return [each for each in those if isinstance(each, Disabled) and each.at.date() == day]


def restore(hands: Hands, what: Disabled, also: Iterable[str] = ()) -> None:
    """`also`: what else of the same user was given back just now.

    First what was disabled, then the tag: IAM lets a key be activated only while its user has it.

    Of two keys of a user, the other stays marked. Raises botocore's errors; may be repeated freely.
    """
    hands.enable(what.target)
    hands.write(what.target, what.mark.without(what.target.held, *also))


def _acts(listed: Any, kind: Kind, name: str, unique_id: str) -> Iterator[Disabled | Unreadable]:
    tags = {each["Key"]: each["Value"] for each in listed.get("Tags", [])}
    try:
        mark = Mark.of(tags)
    except UnreadableMark as why:
        yield Unreadable(listed["Arn"], f"{why}: the policy AWSDenyAll, or a key, is to be given back by hand")
        return
    for held, at in mark.acts.items():
        key = "" if held == DENIED else held
        what = Kind.ACCESS_KEY if key else kind
        yield Disabled(Target(what, name, listed["Arn"], unique_id, listed["CreateDate"], key), at, mark)


def _by_arn(each: Disabled | Unreadable) -> tuple[str, str]:
    return (each.target.arn, each.target.key_id) if isinstance(each, Disabled) else (each.arn, "")
