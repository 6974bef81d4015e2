"""A thing to judge: a user, password, active key or role, with all that bears on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from activity.finding import Kind
from activity.keeping import Key
from activity.model import held_by
from activity.whose import Holder, places
from reporter.inventory.account import AccessKey, Gap, Use
from reporter.judgement.exemption import Exemption


@dataclass(frozen=True, slots=True)
class Limits:
    """Days without use after which each kind is stale. Passwords have the user's limit."""

    user: int = 90
    access_key: int = 90
    role: int = 90

    def days(self, kind: Kind) -> int:
        return {Kind.ACCESS_KEY: self.access_key, Kind.ROLE: self.role}.get(kind, self.user)


@dataclass(frozen=True, slots=True)
class Claim:
    """What IAM says about the last use. `gap`: why not all of it could be read."""

    use: Use = field(default_factory=Use)
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """`created` starts the clock. Sightings from before `exists_since` are of a predecessor of that name.

    `renewed`: when the password was last set, or the user got its newest credential that wasn't used yet. The
    clock starts then if that is after the last use.
    `facets`: where the table would have seen it. The first one has the report's flag.
    `is_own`: one of the tracker's own roles. `is_administrator`: whoever holds it may do everything.
    `has_undated`: a user with active credentials whose use AWS does not record. `owner`: "" if it has none.
    """

    kind: Kind
    name: str
    arn: str
    id: str
    created: datetime
    exists_since: datetime
    claim: Claim
    facets: tuple[str, ...]
    commands: tuple[str, ...]
    exemption: Exemption | Gap | None
    access_key_id: str = ""
    remark: str = ""
    renewed: datetime | None = None
    is_own: bool = False
    is_administrator: bool = False
    has_undated: bool = False
    owner: str = ""

    @property
    def holder(self) -> Holder:
        """Whose sightings are sightings of this."""
        return Holder(self.arn, held_by(self.key[1]) or self.id, since=self.exists_since)

    @property
    def key(self) -> Key:
        """The table's item that has the report's flag. Without facets there is none."""
        return self.arn, next(iter(self.facets), "")

    @property
    def places(self) -> tuple[Key, ...]:
        """The table's items by which a use of this may show."""
        return places(self.key) if self.facets else ()


KeysOf = Mapping[str, tuple[AccessKey, ...] | Gap]
