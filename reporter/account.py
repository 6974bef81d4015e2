"""What exists in an account, as IAM lists it, and what of it could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be checked. `what` is for the reader of the report, `reason` says why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Use:
    """IAM's own claim of a last use. `at` is None where IAM knows of none."""

    at: datetime | None = None
    region: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class KeySlot:
    """A key as the credential report has it: without its id. `rotated`: when it was made or last changed."""

    is_active: bool
    rotated: datetime | None
    last_used: Use

    @property
    def exists(self) -> bool:
        return self.is_active or bool(self.rotated or self.last_used.at)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user's row of the credential report."""

    user: str
    created: datetime | None
    has_password: bool
    password_last_used: datetime | None
    password_changed: datetime | None
    slots: tuple[KeySlot, ...]
    has_more_keys: bool = False


@dataclass(frozen=True, slots=True)
class AccessKey:
    """`last_used` is a gap where the key fits no slot of the report and could not be asked for either."""

    id: str
    created: datetime
    is_active: bool
    last_used: Use | Gap


Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class User:
    name: str
    arn: str
    id: str
    created: datetime
    password_last_used: datetime | None
    credentials: Credentials | Gap
    tags: Tags | Gap


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    arn: str
    id: str
    path: str
    created: datetime
    last_used: Use
    tags: Tags


@dataclass(frozen=True, slots=True)
class Inventory:
    """`lists_users`, `lists_roles`: they could be listed, so that what is not here does not exist."""

    account: str
    alias: str
    users: tuple[User, ...] = ()
    roles: tuple[Role, ...] = ()
    root: Credentials | None = None
    gaps: tuple[Gap, ...] = ()
    lists_users: bool = True
    lists_roles: bool = True

    @property
    def tells_of_users(self) -> bool:
        """Whether there are none, or of some it is known what credentials they have."""
        told = (not isinstance(user.credentials, Gap) for user in self.users)
        return self.lists_users and (not self.users or any(told))
