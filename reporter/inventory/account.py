"""What exists in an account, as IAM lists it, and what of it could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be checked. `what` is for the reader of the report, `reason` says why.

    `fix`: what to do about it; "" if the reason says so.
    """

    what: str
    reason: str
    fix: str = field(default="nothing, if the next report has it; otherwise make verify", compare=False)


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
class Certificate:
    """An active signing certificate as the credential report has it: without its id."""

    rotated: datetime | None


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
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessKey:
    """`last_used` is a gap where the key fits no slot of the report and could not be asked for either."""

    id: str
    created: datetime
    is_active: bool
    last_used: Use | Gap


class Undatable(StrEnum):
    """Kinds of credentials of which AWS does not say when they were last used."""

    SERVICE_SPECIFIC_CREDENTIAL = "service_specific_credential"
    SSH_PUBLIC_KEY = "ssh_public_key"
    SIGNING_CERTIFICATE = "signing_certificate"


@dataclass(frozen=True, slots=True)
class Undated:
    """`id` is "" for a certificate that is known from the credential report alone."""

    kind: Undatable
    user: str
    arn: str
    id: str
    status: str
    created: datetime | None
    service: str = ""
    expires: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.status == "Active"


Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class User:
    """`undated`: credentials without a last use, as far as they are known. `is_looked_up`: IAM was asked for
    all of them; `undated_gap`: and would not tell. `is_administrator`: see powers.py.
    """

    name: str
    arn: str
    id: str
    created: datetime
    password_last_used: datetime | None
    credentials: Credentials | Gap
    tags: Tags | Gap
    undated: tuple[Undated, ...] = ()
    undated_gap: Gap | None = None
    is_looked_up: bool = False
    is_administrator: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    arn: str
    id: str
    path: str
    created: datetime
    last_used: Use
    tags: Tags
    is_administrator: bool = False


@dataclass(frozen=True, slots=True)
class OldReport:
    """A credential report that had to do because IAM made no new one. `made`: None if IAM did not say."""

    made: datetime | None
    why: str


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
    old_report: OldReport | None = None

    @property
    def tells_of_users(self) -> bool:
        """Whether there are none, or of some it is known what credentials they have."""
        told = (not isinstance(user.credentials, Gap) for user in self.users)
        return self.lists_users and (not self.users or any(told))
