"""What IAM says of a key or a name that the table knows nothing of, as far as the caller may ask."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from activity.arn import parts
from activity.model import to_text
from activity.plain import day
from lastseen.asking.beside import Clients, asked
from lastseen.asking.handle import Handle, Name
from reporter.inventory.answers import Unanswered

_NONE = {"NoSuchEntity"}
_NO_KEY = {"ValidationError", "InvalidParameterValue"}


@dataclass(frozen=True, slots=True)
class Said:
    """In sentences for people, and in plain values for programs."""

    sentences: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Iam:
    """`client` makes a client of a service; None: AWS is not asked. `titled`: an account's name and id."""

    client: Clients | None
    titled: Callable[[str], str] = str

    def about(self, handle: Handle) -> Said:
        if self.client is None:
            return Said()
        try:
            if handle.access_key:
                return self._of_key(handle.access_key)
            return self._of_name(handle.name) if handle.name else Said()
        except Unanswered as why:
            return Said((f"IAM could not be asked: {why}.",), {"problem": str(why)})

    def _of_key(self, key: str) -> Said:
        info = asked(
            self._clients,
            "sts:GetAccessKeyInfo",
            lambda sts: sts.get_access_key_info(AccessKeyId=key),
            {"Account": None},
            where=_NO_KEY,
        )
        account = info.get("Account", "")
        if account is None:
            told = "AWS says that this can be no access key's id: compare it letter by letter."
            return Said((told,), {"problem": told})
        own = self._own_account
        if account not in ("", own):
            whose = self.titled(account)
            told = f"IAM: an access key of account {whose}; these credentials can ask only that of {own}."
            return Said((told,), {"account": account})
        used = self._asked(
            "iam:GetAccessKeyLastUsed", lambda iam: iam.get_access_key_last_used(AccessKeyId=key)
        )
        user = used.get("UserName", "")
        if not user:
            told = (
                f"IAM: an access key of account {own} that no user has: it was deleted, or is the root user's."
            )
            return Said((told,), {"account": own})
        return _key(own, user, used.get("AccessKeyLastUsed", {}), *self._made(key, user))

    def _made(self, key: str, user: str) -> tuple[Mapping[str, Any], str]:
        """What its user's keys tell of it, or why they may not be listed: whose it is matters more."""
        try:
            keys = self._asked("iam:ListAccessKeys", lambda iam: iam.list_access_keys(UserName=user)).get(
                "AccessKeyMetadata", []
            )
        except Unanswered as why:
            return {}, f"when it was made could not be asked: {why}"
        return next((each for each in keys if each["AccessKeyId"] == key), {}), ""

    def _of_name(self, name: Name) -> Said:
        own = self._own_account
        if name.account not in ("", own):
            return Said((f"IAM was not asked: these credentials are of account {own}, not {name.account}.",))
        bare = name.name.rpartition("/")[2]
        found = []
        if "user" in name.kinds:
            found += [self._asked("iam:GetUser", lambda iam: iam.get_user(UserName=bare)).get("User")]
        if "role" in name.kinds:
            found += [self._asked("iam:GetRole", lambda iam: iam.get_role(RoleName=bare)).get("Role")]
        there = [each for each in found if each]
        if not there:
            return Said((f"IAM has no {' or '.join(name.kinds)} named {bare} in account {own}.",))
        return Said(tuple(map(_principal, there)), _facts(there[0]))

    @property
    def _clients(self) -> Clients:
        assert self.client  # noqa: S101  # otherwise, nothing is asked
        return self.client

    @cached_property
    def _own_account(self) -> str:
        return str(self._asked("sts:GetCallerIdentity", lambda sts: sts.get_caller_identity())["Account"])

    def _asked(self, action: str, call: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Nothing, if there is none of that name. Raises Unanswered."""
        return asked(self._clients, action, call, {}, where=_NONE)


def _key(account: str, user: str, used: Mapping[str, Any], made: Mapping[str, Any], why: str) -> Said:
    at: datetime | None = used.get("LastUsedDate")
    words = [f"access key of user {user} in account {account}"]
    facts = {"account": account, "user": user}
    if made:
        words += [f"made on {day(made['CreateDate'])}", str(made["Status"]).lower()]
        facts |= {"created": to_text(made["CreateDate"]), "status": made["Status"]}
    if at:
        words.append(f"last used on {day(at)} ({used['ServiceName']}, {used['Region']})")
        facts |= {"last_used": to_text(at)}
    else:
        words.append("no use on record")
    return Said((f"IAM: {', '.join(words)}{f'; {why}' if why else ''}.",), facts)


def _principal(found: Mapping[str, Any]) -> str:
    return f"IAM: {', '.join(_words(found))}."


def _words(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{parts(found['Arn']).type} {found['Arn']}"
    yield f"made on {day(found['CreateDate'])}"
    used = _last_used(found)
    if used:
        yield f"{'password ' if 'UserName' in found else ''}last used on {day(used)}"


def _facts(found: Mapping[str, Any]) -> dict[str, str]:
    used = _last_used(found)
    return {
        "account": parts(found["Arn"]).account,
        "arn": found["Arn"],
        "created": to_text(found["CreateDate"]),
        **({"last_used": to_text(used)} if used else {}),
    }


def _last_used(found: Mapping[str, Any]) -> datetime | None:
    used: datetime | None = found.get("PasswordLastUsed") or found.get("RoleLastUsed", {}).get("LastUsedDate")
    return used
