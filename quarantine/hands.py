"""All that quarantine asks of IAM about one thing and changes there: only what can be undone."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from activity.arn import without_path
from activity.item import Item
from activity.keeping import Key
from activity.quarantine.target import TAG, Target
from activity.reading import Sightings
from quarantine.mark import Mark
from quarantine.recheck import Found
from reporter.inventory.answers import is_denied

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# IAM takes seconds until all of it knows of a change:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
_UNTIL_THE_TAG_SHOWS = (2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Hands:
    """Each method raises botocore's errors. Acts and undos may be repeated freely."""

    iam: "IAMClient"
    pause: Callable[[float], None] = time.sleep

    def look(self, target: Target) -> Found | None:
        """Asks IAM anew; None if it no longer exists. Raises UnreadableMark."""
        try:
            return self._role(target) if target.is_role else self._user(target)
        except self.iam.exceptions.NoSuchEntityException:
            return None

    def write(self, target: Target, mark: Mark) -> None:
        """Tags the user or role; takes the tag off if the mark says that nothing is disabled."""
        tags: Any = [{"Key": TAG, "Value": mark.value}]
        if target.is_role and mark.acts:
            self.iam.tag_role(RoleName=target.name, Tags=tags)
        elif target.is_role:
            self.iam.untag_role(RoleName=target.name, TagKeys=[TAG])
        elif mark.acts:
            self.iam.tag_user(UserName=target.name, Tags=tags)
        else:
            self.iam.untag_user(UserName=target.name, TagKeys=[TAG])

    def disable(self, target: Target) -> None:
        """IAM lets quarantine's role do that to a key only if its user is marked."""
        if target.key_id:
            self._set_key(target, "Inactive")
        elif target.is_role:
            self.iam.attach_role_policy(RoleName=target.name, PolicyArn=target.policy)
        else:
            self.iam.attach_user_policy(UserName=target.name, PolicyArn=target.policy)

    def enable(self, target: Target) -> None:
        """What is enabled already, or gone, is all right."""
        try:
            if target.key_id:
                self._set_key(target, "Active")
            elif target.is_role:
                self.iam.detach_role_policy(RoleName=target.name, PolicyArn=target.policy)
            else:
                self.iam.detach_user_policy(UserName=target.name, PolicyArn=target.policy)
        except self.iam.exceptions.NoSuchEntityException:
            pass

    def _set_key(self, target: Target, status: Literal["Active", "Inactive"]) -> None:
        """Waits for IAM to see the tag on its user, which allows it."""
        pauses = iter(_UNTIL_THE_TAG_SHOWS)
        while True:
            try:
                self.iam.update_access_key(UserName=target.name, AccessKeyId=target.key_id, Status=status)
            except ClientError as error:
                pause = next(pauses, None)
                if pause is None or not is_denied(error):
                    raise
                self.pause(pause)
            else:
                return

    def _role(self, target: Target) -> Found:
        role = self.iam.get_role(RoleName=target.name)["Role"]
        used = role.get("RoleLastUsed", {}).get("LastUsedDate")
        tags = _tags(role)
        return Found(
            arn=role["Arn"],
            id=role["RoleId"],
            created=role["CreateDate"],
            tags=tags,
            mark=Mark.of(tags),
            uses=(used,) if used else (),
            renewed=role["CreateDate"],
            is_active=True,
            is_denied=_has(target, self.iam.get_paginator("list_attached_role_policies"), RoleName=target.name),
        )

    def _user(self, target: Target) -> Found | None:
        """Of a key alone, its own uses; of a user, those of all its keys and of its password."""
        user = self.iam.get_user(UserName=target.name)["User"]
        pages = self.iam.get_paginator("list_access_keys").paginate(UserName=target.name)
        keys = {key["AccessKeyId"]: key for page in pages for key in page["AccessKeyMetadata"]}
        own = {target.key_id} & keys.keys() if target.key_id else keys.keys()
        if target.key_id and not own:
            return None
        signed_in = None if target.key_id else user.get("PasswordLastUsed")
        uses = *map(self._used, sorted(own)), signed_in
        created = keys[target.key_id]["CreateDate"] if target.key_id else user["CreateDate"]
        tags = _tags(user)
        return Found(
            arn=user["Arn"],
            id=user["UserId"],
            created=created,
            tags=tags,
            mark=Mark.of(tags),
            uses=tuple(filter(None, uses)),
            renewed=max((user["CreateDate"], *(key["CreateDate"] for key in keys.values()))),
            is_active=any(keys[each]["Status"] == "Active" for each in own),
            is_denied=_has(target, self.iam.get_paginator("list_attached_user_policies"), UserName=target.name),
            keys=tuple(keys),
        )

    def _used(self, key: str) -> Any:
        return self.iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"].get("LastUsedDate")


def _has(target: Target, attached: Any, **whose: str) -> bool:
    """Whether AWSDenyAll is among the attached policies."""
    pages = attached.paginate(**whose)
    return any(each["PolicyArn"] == target.policy for page in pages for each in page["AttachedPolicies"])


def _tags(listed: Any) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in listed.get("Tags", [])}


def seen_now(table: Sightings, target: Target) -> dict[Key, Item]:
    """The table's items of a target, read with all that was written until now. Raises the table's errors."""
    names = dict.fromkeys((target.arn, without_path(target.arn) if target.is_role else target.arn))
    items = {key: item for name in names for key, item in table.items_of(name, is_current=True).items()}
    places = set(target.places)
    return {key: item for key, item in items.items() if not target.key_id or key in places}
