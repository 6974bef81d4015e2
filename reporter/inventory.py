"""Asks IAM what exists: only listing calls, every page followed; what cannot be read becomes a gap."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from activity.item import UnreadableItem
from reporter import credential_report
from reporter.account import AccessKey, Credentials, Gap, Inventory, KeySlot, Role, Tags, Use, User

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_PAGE = 1000  # IAM's default is 100.
_REPORT_WAITS = 60
_REPORT_PAUSE = 2.0
_REPORT_NOT_THERE = {"ReportNotPresent", "ReportExpired", "ReportInProgress"}
# botocore repeats as well, but gives up at once when some hundred repeats of one client have failed.
_WHEN_THROTTLED = (1, 2, 4, 8, 16, 16, 16, 16)

T = TypeVar("T")
Rows = dict[str, Credentials]
Details = tuple[dict[str, Tags], tuple[Role, ...]]


@dataclass(frozen=True, slots=True)
class Iam:
    """`pause` waits: for the credential report to be there, and for IAM to answer more calls.

    Once `is_late` answers True nothing more is asked: what is left becomes a gap.
    """

    client: "IAMClient"
    pause: Callable[[float], None] = time.sleep
    is_late: Callable[[], bool] = lambda: False

    def list(self, account: str) -> Inventory:
        rows = or_gap("credential report", self._credential_rows)
        details = or_gap("roles, and the tags of users (GetAccountAuthorizationDetails)", self._details)
        users = or_gap("users (ListUsers)", lambda: self._users(rows, details))
        alias = or_gap("account alias", self._alias)
        return Inventory(
            account=account,
            alias="" if isinstance(alias, Gap) else alias,
            users=() if isinstance(users, Gap) else users,
            roles=() if isinstance(details, Gap) else details[1],
            root=None if isinstance(rows, Gap) else rows.get(credential_report.ROOT),
            gaps=tuple(each for each in (rows, users, details, alias) if isinstance(each, Gap)),
            lists_users=not isinstance(users, Gap),
            lists_roles=not isinstance(details, Gap),
        )

    def access_keys(self, user: User) -> tuple[AccessKey, ...] | Gap:
        """A user's keys with their ids; the credential report tells only what was used when."""
        return or_gap(f"access keys of {user.arn}", lambda: self._access_keys(user))

    def _credential_rows(self) -> Rows:
        """A report up to 4 hours old is what IAM answers with; only the first of all has to be waited for."""
        for _ in range(_REPORT_WAITS):
            if self._ask(self.client.generate_credential_report)["State"] == "COMPLETE":
                try:
                    return credential_report.read(self._ask(self.client.get_credential_report)["Content"])
                except ClientError as error:
                    if error.response["Error"]["Code"] not in _REPORT_NOT_THERE:
                        raise
            self.pause(_REPORT_PAUSE)
        raise TimeoutError(f"IAM did not finish it within {_REPORT_WAITS * _REPORT_PAUSE:.0f} seconds")

    def _details(self) -> Details:
        tags: dict[str, Tags] = {}
        roles = []
        ask = self.client.get_account_authorization_details
        for page in self._pages(ask, Filter=["User", "Role"], MaxItems=_PAGE):
            tags |= {user["UserId"]: _tags(user.get("Tags")) for user in page["UserDetailList"]}
            roles += [_role(role) for role in page["RoleDetailList"]]
        return tags, tuple(roles)

    def _users(self, rows: Rows | Gap, details: Details | Gap) -> tuple[User, ...]:
        return tuple(
            User(
                name=user["UserName"],
                arn=user["Arn"],
                id=user["UserId"],
                created=user["CreateDate"],
                password_last_used=user.get("PasswordLastUsed"),
                credentials=_row(rows, user),
                tags=details if isinstance(details, Gap) else details[0].get(user["UserId"], {}),
            )
            for page in self._pages(self.client.list_users, MaxItems=_PAGE)
            for user in page["Users"]
        )

    def _alias(self) -> str:
        return next(iter(self._ask(self.client.list_account_aliases)["AccountAliases"]), "")

    def _access_keys(self, user: User) -> tuple[AccessKey, ...]:
        credentials = user.credentials
        slots = () if isinstance(credentials, Gap) else credentials.slots
        # The report says when the first two were used, of disabled ones too; but not when those were made.
        are_all_in_slots = not isinstance(credentials, Gap) and not credentials.has_more_keys
        pages = self._pages(self.client.list_access_keys, UserName=user.name)
        try:
            listed = [key for page in pages for key in page["AccessKeyMetadata"]]
        except self.client.exceptions.NoSuchEntityException:
            return ()  # Deleted since the users were listed.
        # Of keys made in the same second, a slot may be of any.
        made = Counter(key["CreateDate"] for key in listed)
        return tuple(
            AccessKey(
                id=key["AccessKeyId"],
                created=key["CreateDate"],
                is_active=key["Status"] == "Active",
                last_used=(made[key["CreateDate"]] == 1 and _joined(key["CreateDate"], slots))
                or (Use() if are_all_in_slots and key["Status"] != "Active" else None)
                or self._asked_for(key["AccessKeyId"]),
            )
            for key in listed
        )

    def _asked_for(self, key: str) -> Use | Gap:
        def read() -> Use:
            ask: Any = partial(self.client.get_access_key_last_used, AccessKeyId=key)
            said = self._ask(ask)["AccessKeyLastUsed"]
            return _use(said.get("LastUsedDate"), said.get("Region"), said.get("ServiceName"))

        return or_gap(f"last use of access key {key}", read)

    def _pages(self, ask: Callable[..., Any], **asked: Any) -> Iterator[Any]:
        """IAM may answer less than a page holds, and still have more."""
        while True:
            page = self._ask(partial(ask, **asked))
            yield page
            if not page.get("IsTruncated"):
                return
            asked["Marker"] = page["Marker"]

    def _ask(self, ask: Callable[[], T]) -> T:
        pauses = iter(_WHEN_THROTTLED)
        while True:
            if self.is_late():
                raise TimeoutError("not read before the function's deadline")
            try:
                return ask()
            except ClientError as error:
                pause = next(pauses, None)
                if pause is None or error.response["Error"]["Code"] != "Throttling":
                    raise
            self.pause(pause)


def _joined(created: datetime, slots: Iterable[KeySlot]) -> Use | None:
    """The claim of the slot that was filled in the second the key was made; none if two were, or none was.

    A key switched off and on again has a later time there, and fits no slot.
    """
    fitting = [
        slot.last_used
        for slot in slots
        if slot.rotated and slot.rotated.replace(microsecond=0) == created.replace(microsecond=0)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _role(role: Any) -> Role:
    said = role.get("RoleLastUsed") or {}
    return Role(
        name=role["RoleName"],
        arn=role["Arn"],
        id=role["RoleId"],
        path=role["Path"],
        created=role["CreateDate"],
        last_used=_use(said.get("LastUsedDate"), said.get("Region"), None),
        tags=_tags(role.get("Tags")),
    )


def _use(at: datetime | None, region: str | None, service: str | None) -> Use:
    """GetAccessKeyLastUsed says N/A for what it does not know."""
    known = {"N/A": "", None: ""}
    return Use(at, known.get(region, region or ""), known.get(service, service or ""))


def _tags(tags: Any) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


def _row(rows: Rows | Gap, user: Any) -> Credentials | Gap:
    """The report goes by names: the row of one who had the name before is not this user's."""
    if isinstance(rows, Gap):
        return rows
    row = rows.get(user["UserName"])
    if row is None or (row.created and row.created != user["CreateDate"].replace(microsecond=0)):
        return Gap(
            f"credentials of {user['Arn']}", "not yet in the credential report: IAM makes one every 4 hours"
        )
    return row


def or_gap(what: str, read: Callable[[], T]) -> T | Gap:
    """What was read; where AWS would not have it read, or it cannot be understood, that and why."""
    try:
        return read()
    except (
        ClientError,
        BotoCoreError,
        TimeoutError,
        UnreadableItem,
        credential_report.UnreadableReport,
    ) as error:
        return Gap(what, str(error))
