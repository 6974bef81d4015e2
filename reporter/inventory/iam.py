"""Asks IAM what exists: only listing calls, every page followed; what cannot be read becomes a gap."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from reporter.inventory import credential_report, listed
from reporter.inventory.account import AccessKey, Gap, Inventory, OldReport, Role, Undated, Use, User
from reporter.inventory.answers import or_gap
from reporter.inventory.listed import ByName, Detail, Details, Rows
from reporter.inventory.newest_report import newest_report
from reporter.inventory.powers import allows_all, attached_to, is_administrator

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_PAGE = 1000  # IAM's default is 100.
_ALL_WITH_POLICIES: Any = ["User", "Group", "Role", "LocalManagedPolicy"]
# botocore repeats as well, but gives up at once when some hundred repeats of one client have failed.
_WHEN_THROTTLED = (1, 2, 4, 8, 16, 16, 16, 16)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Iam:
    """`pause` waits: for the credential report to be there, by `clock`, and for IAM to answer more calls.

    Once `is_late` answers True nothing more is asked: what is left becomes a gap.
    """

    client: "IAMClient"
    pause: Callable[[float], None] = time.sleep
    is_late: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic

    def list(self, account: str) -> Inventory:
        report = or_gap("credential report", self._credential_report)
        rows, old = (report, None) if isinstance(report, Gap) else report
        details = or_gap("roles, and the tags of users (GetAccountAuthorizationDetails)", self._details)
        undated = or_gap("service-specific credentials of users", self._service_credentials)
        users = or_gap("users (ListUsers)", lambda: self._users(rows, details, undated))
        alias = or_gap("account alias", self._alias)
        return Inventory(
            account=account,
            alias="" if isinstance(alias, Gap) else alias,
            users=() if isinstance(users, Gap) else users,
            roles=() if isinstance(details, Gap) else details.roles,
            root=None if isinstance(rows, Gap) else rows.get(credential_report.ROOT),
            gaps=tuple(each for each in (rows, users, details, undated, alias) if isinstance(each, Gap)),
            lists_users=not isinstance(users, Gap),
            lists_roles=not isinstance(details, Gap),
            old_report=old,
        )

    def access_keys(self, user: User) -> tuple[AccessKey, ...] | Gap:
        """A user's keys with their ids; the credential report tells only what was used when."""
        return or_gap(f"access keys of {user.arn}", lambda: self._access_keys(user))

    def undated(self, user: User) -> tuple[Undated, ...] | Gap:
        """A user's SSH public keys, and its signing certificates if the credential report has any."""
        return or_gap(f"SSH public keys and signing certificates of {user.arn}", lambda: self._undated(user))

    def _credential_report(self) -> tuple[Rows, OldReport | None]:
        return newest_report(self.client, self._ask, self.pause, self.clock)

    def _details(self) -> Details:
        """The account's own policies come in the same answer, perhaps after those who have them."""
        users: dict[str, Detail] = {}
        roles: list[tuple[Role, frozenset[str]]] = []
        groups: dict[str, tuple[bool, frozenset[str]]] = {}
        policies: set[str] = set()
        ask = self.client.get_account_authorization_details
        for page in self._pages(ask, Filter=_ALL_WITH_POLICIES, MaxItems=_PAGE):
            users |= {user["UserId"]: listed.detail(user) for user in page["UserDetailList"]}
            roles += ((listed.role(role), attached_to(role)) for role in page["RoleDetailList"])
            for group in page.get("GroupDetailList") or ():
                groups[group["GroupName"]] = is_administrator(group), attached_to(group)
            policies |= {each["Arn"] for each in page.get("Policies") or () if allows_all(each)}
        administrators = {name for name, (is_one, held) in groups.items() if is_one or held & policies}
        return Details(
            users,
            tuple(replace(role, is_administrator=True) if held & policies else role for role, held in roles),
            frozenset(administrators),
            frozenset(policies),
        )

    def _users(self, rows: Rows | Gap, details: Details | Gap, undated: ByName | Gap) -> tuple[User, ...]:
        pages = self._pages(self.client.list_users, MaxItems=_PAGE)
        return tuple(listed.user(user, rows, details, undated) for page in pages for user in page["Users"])

    def _service_credentials(self) -> ByName:
        """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html"""
        ask, found = self.client.list_service_specific_credentials, defaultdict(list)
        for each in self._known(ask, "ServiceSpecificCredentials", AllUsers=True, MaxItems=_PAGE):
            found[each["UserName"]].append(each)
        return found

    def _undated(self, user: User) -> tuple[Undated, ...]:
        has_certificates = not isinstance(user.credentials, Gap) and user.credentials.certificates
        ask, more = self.client.list_ssh_public_keys, self.client.list_signing_certificates
        try:
            ssh = list(self._known(ask, "SSHPublicKeys", UserName=user.name))
            others = list(self._known(more, "Certificates", UserName=user.name)) if has_certificates else []
        except self.client.exceptions.NoSuchEntityException:
            return ()  # Deleted since the users were listed.
        certificates = (listed.signing_certificate(each, user) for each in others)
        return (*(listed.ssh_public_key(each, user) for each in ssh), *certificates)

    def _known(self, ask: Callable[..., Any], name: str, **asked: Any) -> Iterator[Any]:
        """All that is listed; nothing by an IAM that does not know the call, and so keeps none of these."""
        try:
            for page in self._pages(ask, **asked):
                yield from page[name]
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidAction":
                raise

    def _alias(self) -> str:
        return next(iter(self._ask(self.client.list_account_aliases)["AccountAliases"]), "")

    def _access_keys(self, user: User) -> tuple[AccessKey, ...]:
        credentials = user.credentials
        slots = () if isinstance(credentials, Gap) else credentials.slots
        # The report says when the first two were used, of disabled ones too; but not when those were made.
        are_all_in_slots = not isinstance(credentials, Gap) and not credentials.has_more_keys
        pages = self._pages(self.client.list_access_keys, UserName=user.name)
        try:
            keys = [key for page in pages for key in page["AccessKeyMetadata"]]
        except self.client.exceptions.NoSuchEntityException:
            return ()  # Deleted since the users were listed.
        # Of keys made in the same second, a slot may be of any.
        made = Counter(key["CreateDate"] for key in keys)
        return tuple(
            AccessKey(
                id=key["AccessKeyId"],
                created=key["CreateDate"],
                is_active=key["Status"] == "Active",
                last_used=(made[key["CreateDate"]] == 1 and listed.joined(key["CreateDate"], slots))
                or (Use() if are_all_in_slots and key["Status"] != "Active" else None)
                or self._asked_for(key["AccessKeyId"]),
            )
            for key in keys
        )

    def _asked_for(self, key: str) -> Use | Gap:
        def read() -> Use:
            ask: Any = partial(self.client.get_access_key_last_used, AccessKeyId=key)
            said = self._ask(ask)["AccessKeyLastUsed"]
            return listed.use(said.get("LastUsedDate"), said.get("Region"), said.get("ServiceName"))

        return or_gap(f"last use of access key {key}", read)

    def _pages(self, ask: Callable[..., Any], **asked: Any) -> Iterator[Any]:
        """IAM may answer less than a page holds, and still have more."""
        while True:
            page = self._ask(partial(ask, **asked))
            yield page
            if not page.get("IsTruncated"):
                return
            asked["Marker"] = page["Marker"]

    def _ask(self, ask: Callable[[], T], when_throttled: Iterable[float] = _WHEN_THROTTLED) -> T:
        pauses = iter(when_throttled)
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
