"""The truth: an account, who and what is in it, and each use of it, whoever hears of that."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from builders import ACCOUNT

ARN = f"arn:aws:iam::{ACCOUNT}"
# What a report judges: a kind, and the unique id of it, or of the user whose password it is.
Thing = tuple[str, str]


@dataclass
class Key:
    """`toggled`: when it was last switched on again; it is active."""

    id: str
    made: datetime
    is_active: bool = True
    toggled: datetime | None = None


@dataclass
class User:
    """`password`: when it was last set. `renewed`: when it was last given anything, if it has that no more, too."""

    id: str
    name: str
    path: str
    made: datetime
    renewed: datetime
    password: datetime | None = None
    keys: list[Key] = field(default_factory=list)
    is_exempt: bool = False
    is_renamed: bool = False

    @property
    def arn(self):
        return f"{ARN}:user{self.path}{self.name}"


@dataclass
class Role:
    id: str
    name: str
    path: str
    made: datetime
    is_exempt: bool = False

    @property
    def arn(self):
        return f"{ARN}:role{self.path}{self.name}"


@dataclass
class Use:
    """`things`: what it is a use of. `arn`: of who did it, by the name it had then; `id`: who it is.

    `iam_knows`: from when on IAM tells of it, if it ever does. `heard`: that its event is in the table.
    `is_anonymous`: its event does not tell the id.
    """

    event: str
    id: str
    arn: str
    things: tuple[Thing, ...]
    at: datetime
    is_refused: bool = False
    iam_knows: datetime | None = None
    is_anonymous: bool = False
    is_heard: bool = False


class Account:
    def __init__(self):
        self.users: list[User] = []
        self.roles: list[Role] = []
        self.uses: list[Use] = []
        # Of events that are nobody's use: when they were, and whether they are in the table.
        self.others: dict[str, datetime] = {}
        self.heard: set[str] = set()
        self._numbers = count(1)

    def number(self):
        return f"{next(self._numbers):03}"

    def key_id(self):
        return f"AKIA{self.number()}"

    def user_of(self, thing):
        """The user that has it, if that exists; a password and key as well."""
        kind, held = thing
        for user in self.users:
            if kind == "access_key" and any(key.id == held for key in user.keys):
                return user
            if user.id == held and (kind == "user" or (kind == "password" and user.password)):
                return user
        return None

    def exists(self, thing):
        return bool(self.user_of(thing)) or any(thing == ("role", role.id) for role in self.roles)

    def uses_of(self, thing):
        return [use for use in self.uses if thing in use.things]

    def held_by(self, user_id):
        """The password and keys that a user has or had."""
        uses = (use for use in self.uses if use.id == user_id)
        return {thing for use in uses for thing in use.things if thing[0] in ("password", "access_key")}

    def uses_like(self, thing):
        """Its uses, and those of others that tell no id and may be taken for its own."""
        own = self.uses_of(thing)
        names = {use.arn for use in own}
        is_like = thing[0] in ("user", "role")
        return own + [
            use for use in self.uses if is_like and use.is_anonymous and use.arn in names and use not in own
        ]

    def made(self, thing):
        """When a user or role that exists was made."""
        return next((each.made for each in (*self.users, *self.roles) if each.id == thing[1]), None)

    def days_heard(self):
        """The days on which events came."""
        uses = {use.at.date() for use in self.uses if use.is_heard}
        return uses | {self.others[name].date() for name in self.heard}

    def things(self, reported):
        """All that is to be judged, and since when it can be idle: what it has that is new counts for a user.

        `reported`: when IAM's credential report was made, which does not have what was switched on since.
        """
        for user in self.users:
            for key in user.keys:
                if key.is_active and (key.toggled or key.made) <= reported:
                    yield ("access_key", key.id), key.made, user.is_exempt
            if user.password:
                yield ("password", user.id), max(user.made, user.password), user.is_exempt
            yield ("user", user.id), user.renewed, user.is_exempt
        for role in self.roles:
            yield ("role", role.id), role.made, role.is_exempt
