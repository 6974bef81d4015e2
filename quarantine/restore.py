"""Undoes what quarantine has disabled, by the tags in IAM alone: the table may be gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from activity import commands
from activity.finding import Kind
from activity.quarantine.target import DENIED, TAG, Target, deny_all
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
    """A tag that somebody has edited. `is_denied`: AWSDenyAll is attached."""

    arn: str
    name: str
    id: str
    kind: Kind
    why: str
    is_denied: bool

    @property
    def by_hand(self) -> tuple[str, ...]:
        """Commands of the AWS CLI. Of a user's keys, `restore` may list none: somebody has to look."""
        kind = str(self.kind)
        detach = [commands.detach(kind, self.name, deny_all(self.arn))] if self.is_denied else []
        is_user = self.kind is Kind.USER
        activate = commands.undo(commands.disable_key("KEY_ID", self.name))
        keys = [commands.list_inactive_keys(self.name), activate] if is_user else []
        return *detach, *keys, commands.untag(kind, self.name, TAG)


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
        attached = {each["PolicyArn"] for each in listed.get("AttachedManagedPolicies", [])}
        is_denied = deny_all(listed["Arn"]) in attached
        yield Unreadable(listed["Arn"], name, unique_id, kind, str(why), is_denied)
        return
    for held, at in mark.acts.items():
        key = "" if held == DENIED else held
        what = Kind.ACCESS_KEY if key else kind
        yield Disabled(Target(what, name, listed["Arn"], unique_id, listed["CreateDate"], key), at, mark)


def _by_arn(each: Disabled | Unreadable) -> tuple[str, str]:
    return (each.target.arn, each.target.key_id) if isinstance(each, Disabled) else (each.arn, "")
