"""An account of an organization: as AWS Organizations lists it, and as the table keeps it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

# What `Status` was called before it was retired, as State has it.
# https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
_ACTIVE = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Account:
    """`path`: of organizational units, "Workloads/Prod"; "" in the root, or if it is not known.

    `state`: as Organizations tells it; only what is ACTIVE is reviewed.
    """

    id: str
    name: str = ""
    path: str = ""
    state: str = _ACTIVE

    @property
    def is_active(self) -> bool:
        return self.state == _ACTIVE

    @property
    def title(self) -> str:
        return titled(self.id, self.name)

    @classmethod
    def of(cls, listed: Mapping[str, Any], path: str = "") -> Self:
        """As ListAccounts has it: `State`, or `Status` where that is all there is."""
        return cls(
            listed["Id"], listed.get("Name", ""), path, listed.get("State") or listed.get("Status") or _ACTIVE
        )

    def completed(self, known: "Account | None") -> Self:
        """With the name and the path that are known of it, where it has none."""
        return replace(self, name=self.name or known.name, path=self.path or known.path) if known else self

    def plain(self) -> dict[str, str]:
        return asdict(self)


def titled(account: str, name: str) -> str:
    """An account as people are told of it: the name first, and always the id."""
    return f"{name} ({account})" if name else account
