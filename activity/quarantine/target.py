"""What quarantine would disable: one user, role or access key, by its unique id and when it was made."""

from dataclasses import dataclass
from datetime import datetime

from activity import commands
from activity.arn import parts
from activity.finding import Kind, finding_id
from activity.keeping import Key
from activity.model import denied_facet, key_facet
from activity.whose import facets_of, places

TAG = "last-activity:quarantine"
# AWS's managed policy, which denies everything: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSDenyAll.html
DENIED = "AWSDenyAll"


@dataclass(frozen=True, slots=True)
class Target:
    """`name`, `arn` and `id` are of the user or role; `key_id` is "" if it is not about a key."""

    kind: Kind
    name: str
    arn: str
    id: str
    created: datetime
    key_id: str = ""

    @property
    def finding(self) -> str:
        return finding_id(parts(self.arn).account, self.kind, self.key_id or self.id)

    @property
    def held(self) -> str:
        """How the mark names it."""
        return self.key_id or DENIED

    @property
    def is_role(self) -> bool:
        return self.kind is Kind.ROLE

    @property
    def policy(self) -> str:
        return deny_all(self.arn)

    @property
    def facets(self) -> tuple[str, ...]:
        return (key_facet(self.key_id), denied_facet(self.key_id)) if self.key_id else facets_of(self.id)

    @property
    def places(self) -> tuple[Key, ...]:
        """The table's items by which a use may show."""
        return places((self.arn, self.facets[0]))

    @property
    def title(self) -> str:
        holder = f"{'role' if self.is_role else 'user'} {self.name}"
        if self.key_id:
            return f"access key {self.key_id} of {holder}"
        return f"password of {holder}" if self.kind is Kind.PASSWORD else holder

    @property
    def undo(self) -> tuple[str, ...]:
        """For whoever has no `lastseen`."""
        kind = "role" if self.is_role else "user"
        if self.key_id:
            back = commands.undo(commands.disable_key(self.key_id, self.name))
        else:
            back = commands.detach(kind, self.name, self.policy)
        return back, commands.untag(kind, self.name, TAG)


def deny_all(arn: str) -> str:
    """AWS's managed policy, in the partition of an ARN."""
    return f"arn:{parts(arn).partition}:iam::aws:policy/{DENIED}"
