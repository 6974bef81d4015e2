"""An IAM in memory that knows what quarantine asks, refuses what it is told to, and lets others act in between."""

# ruff: noqa: N803  # the names are IAM's

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import SimpleNamespace

from botocore.exceptions import ClientError

from activity.quarantine.entry import Entry
from activity.quarantine.ledger import _values, entry_of

WRITES = (
    "tag_role", "untag_role", "tag_user", "untag_user", "update_access_key", "attach_role_policy",
    "attach_user_policy", "detach_role_policy", "detach_user_policy",
)  # fmt: skip
POLICY = "arn:aws:iam::aws:policy/AWSDenyAll"


class NoSuchEntity(ClientError):
    def __init__(self, call):
        super().__init__({"Error": {"Code": "NoSuchEntity", "Message": "gone"}}, call)


@dataclass
class Thing:
    """A role or a user. `keys`: their ids, with when each was made and used, and whether it is active."""

    arn: str
    id: str
    created: datetime
    used: datetime | None = None
    tags: dict = field(default_factory=dict)
    policies: set = field(default_factory=set)
    keys: dict = field(default_factory=dict)

    @property
    def name(self):
        return self.arn.rpartition("/")[2]


@dataclass
class FakeIam:
    """`before`: called with each call's name before it is done; what it raises is what IAM answers.

    `after`: the same, when it is done: an answer that is lost.
    """

    things: dict = field(default_factory=dict)
    before: Callable[[str], object] = lambda _: None
    after: Callable[[str], object] = lambda _: None
    calls: list = field(default_factory=list)
    asked: dict = field(default_factory=dict)
    exceptions = SimpleNamespace(NoSuchEntityException=NoSuchEntity)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        act = getattr(type(self), f"_{name}")

        def call(**asked):
            self.calls.append(name)
            self.asked = asked
            self.before(name)
            answer = act(self, **asked)
            self.after(name)
            return answer

        return call

    def get_paginator(self, name):
        return SimpleNamespace(paginate=lambda **asked: [getattr(self, name)(**asked)])

    @property
    def writes(self):
        return [each for each in self.calls if each in WRITES]

    def thing(self, name, call="x"):
        if name not in self.things:
            raise NoSuchEntity(call)
        return self.things[name]

    def _get_role(self, RoleName):
        role = self.thing(RoleName)
        return {
            "Role": {
                "Arn": role.arn, "RoleId": role.id, "CreateDate": role.created, "Tags": _tags(role),
                "RoleLastUsed": {"LastUsedDate": role.used} if role.used else {},
            }
        }  # fmt: skip

    def _get_user(self, UserName):
        user = self.thing(UserName)
        told = {"Arn": user.arn, "UserId": user.id, "CreateDate": user.created, "Tags": _tags(user)}
        return {"User": told | ({"PasswordLastUsed": user.used} if user.used else {})}

    def _list_access_keys(self, UserName):
        status = {True: "Active", False: "Inactive"}
        keys = self.thing(UserName).keys.items()
        return {"AccessKeyMetadata": [
            {"AccessKeyId": each, "CreateDate": key.made, "Status": status[key.is_active]} for each, key in keys
        ]}  # fmt: skip

    def _get_access_key_last_used(self, AccessKeyId):
        (key,) = (each.keys[AccessKeyId] for each in self.things.values() if AccessKeyId in each.keys)
        return {"AccessKeyLastUsed": {"LastUsedDate": key.used} if key.used else {}}

    def _list_attached_role_policies(self, RoleName):
        return {"AttachedPolicies": [{"PolicyArn": each} for each in self.thing(RoleName).policies]}

    def _list_attached_user_policies(self, UserName):
        return {"AttachedPolicies": [{"PolicyArn": each} for each in self.thing(UserName).policies]}

    def _tag_role(self, RoleName, Tags):
        self._refuse_for_the_exempt(RoleName)
        self.thing(RoleName).tags |= {each["Key"]: each["Value"] for each in Tags}

    def _tag_user(self, UserName, Tags):
        self._tag_role(UserName, Tags)

    def _untag_role(self, RoleName, TagKeys):
        for each in TagKeys:
            self.thing(RoleName).tags.pop(each, None)

    def _untag_user(self, UserName, TagKeys):
        self._untag_role(UserName, TagKeys)

    def _attach_role_policy(self, RoleName, PolicyArn):
        self._refuse_for_the_exempt(RoleName)
        self.thing(RoleName).policies.add(PolicyArn)

    def _refuse_for_the_exempt(self, name):
        """As the statement NotTheExempt of quarantine's role does."""
        if "last-activity:exempt" in self.thing(name).tags:
            raise refusal("Attach")

    def _attach_user_policy(self, UserName, PolicyArn):
        self._attach_role_policy(UserName, PolicyArn)

    def _detach_role_policy(self, RoleName, PolicyArn):
        if PolicyArn not in self.thing(RoleName).policies:
            raise NoSuchEntity("DetachRolePolicy")
        self.thing(RoleName).policies.remove(PolicyArn)

    def _detach_user_policy(self, UserName, PolicyArn):
        self._detach_role_policy(UserName, PolicyArn)

    def _update_access_key(self, UserName, AccessKeyId, Status):
        """As quarantine's role may: only for a user that has the mark."""
        user = self.thing(UserName)
        if "last-activity:quarantine" not in user.tags:
            raise refusal("UpdateAccessKey")
        if AccessKeyId not in user.keys:
            raise NoSuchEntity("UpdateAccessKey")
        user.keys[AccessKeyId] = replace(user.keys[AccessKeyId], is_active=Status == "Active")


@dataclass(frozen=True)
class HeldKey:
    made: datetime
    used: datetime | None = None
    is_active: bool = True


def refusal(call, code="AccessDenied"):
    return ClientError({"Error": {"Code": code, "Message": "not yours"}}, call)


def _tags(thing):
    return [{"Key": key, "Value": value} for key, value in thing.tags.items()]


class MemoryLedger:
    """As activity.quarantine.ledger.Ledger keeps entries, held to the same contract. `before`: called before each write."""

    def __init__(self):
        self.items, self.before = {}, lambda entry: None

    def of(self, account):
        return {
            each: entry_of(_typed(each, item))
            for each, item in self.items.items()
            if each.startswith(f"{account}:")
        }

    def save(self, entry: Entry):
        self.before(entry)
        if self.items.get(entry.id, {}).get("version", 0) != entry.version:
            return None
        saved = replace(entry, version=entry.version + 1)
        self.items[entry.id] = _values(saved)
        return saved


def _typed(facet, item):
    plain = {"principal": "quarantine", "facet": facet} | item
    return {name: {"N" if name == "version" else "S": value} for name, value in plain.items()}
