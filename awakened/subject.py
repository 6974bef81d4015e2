"""What an item of the table is about: a credential, or the principal itself."""

from dataclasses import dataclass, field
from enum import StrEnum

from activity.finding import finding_id
from activity.keeping import Key
from activity.model import (
    SIGNIN,
    access_key_of,
    change_of,
    id_facet,
    ip_facet,
    is_of_principal,
    service_facet,
)


class Kind(StrEnum):
    """The most specific first: disabling it harms the rest least."""

    ACCESS_KEY = "access_key"
    PASSWORD = "password"  # noqa: S105  # the name of a kind of credential
    USER = "user"
    ROLE = "role"
    ROOT = "root"


# At the console, and for the AWS CLI: `aws login` gets its tokens by calls of that service.
_SIGN_INS = SIGNIN, service_facet("signin.amazonaws.com")
_PRINCIPALS = {"user": Kind.USER, "role": Kind.ROLE, "root": Kind.ROOT}


@dataclass(frozen=True, slots=True)
class Subject:
    """`access_key_id`: also that of a root user's key. `id`: the unique id of the user or role, if it is known.

    A root user without one has signed in, changed its credentials, or was seen at an address.
    """

    kind: Kind
    arn: str
    access_key_id: str = ""
    id: str = field(default="", compare=False)

    @property
    def finding_id(self) -> str:
        """That of the report's finding; by name if nothing says whose it is. "" for the root user."""
        if self.kind is Kind.ROOT:
            return ""
        return finding_id(self.account, self.kind, self.access_key_id or self.id or self.name)

    @property
    def account(self) -> str:
        return self.arn.split(":", 5)[4]

    @property
    def name(self) -> str:
        return self.arn.split(":", 5)[5].rpartition("/")[2]

    @property
    def owner(self) -> "Subject":
        """The principal itself, which any use of its credentials awakens."""
        return subject_of((self.arn, id_facet(""))) or self


def subject_of(key: Key) -> Subject | None:
    """None for what reports never flag: services, addresses, and principals outside IAM."""
    arn, facet = key
    kind, access_key = _kind_of(arn), access_key_of(facet)
    if kind is None:
        return None
    if kind is Kind.ROOT:
        is_told = access_key or change_of(facet) or facet in _SIGN_INS or facet.startswith(ip_facet(""))
        return Subject(kind, arn, access_key) if is_told else None
    if access_key:
        return Subject(Kind.ACCESS_KEY, arn, access_key)
    if facet == SIGNIN:
        return Subject(Kind.PASSWORD, arn)
    return Subject(kind, arn) if is_of_principal(facet) else None


def _kind_of(arn: str) -> Kind | None:
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "iam":
        return None
    return _PRINCIPALS.get(parts[5].partition("/")[0])
