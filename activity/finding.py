"""What a finding may be about, and its lasting id, as people give it: `<account>:<kind>:<id>`."""

import re
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    USER = "user"
    PASSWORD = "password"  # noqa: S105  # the name of a kind of credential
    ACCESS_KEY = "access_key"
    ROLE = "role"


_ID = re.compile(rf"([0-9]{{12}}):({'|'.join(Kind)}):([A-Za-z0-9]{{1,128}})")


class FindingId(NamedTuple):
    """`held`: the unique id of the user or role, or the access key id."""

    account: str
    kind: str
    held: str

    def __str__(self) -> str:
        return finding_id(*self)


def finding_id(account: str, kind: str, held: str) -> str:
    """`held`: the unique id of the user or role, or the access key id. A new name does not change it."""
    return f"{account}:{kind}:{held}"


def parse(text: str) -> FindingId | None:
    found = _ID.fullmatch(text)
    return FindingId(*found.groups()) if found else None
