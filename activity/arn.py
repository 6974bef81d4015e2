"""The parts of an ARN. IAM's paths may hold any character from `!` to `~`, so matching substrings is not safe.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

from functools import lru_cache
from typing import NamedTuple


class Arn(NamedTuple):
    """`resource` is all that follows the fifth colon. If the text is not an ARN, every part is ""."""

    partition: str
    service: str
    account: str
    resource: str

    @property
    def type(self) -> str:
        """The type of resource, such as "user", "role", "root" or "assumed-role"."""
        return self.resource.partition("/")[0]

    @property
    def name(self) -> str:
        """Without the path."""
        return self.resource.rpartition("/")[2]


_NONE = Arn("", "", "", "")


@lru_cache(maxsize=4096)
def parts(arn: str) -> Arn:
    found = arn.split(":", 5)
    if len(found) < 6 or found[0] != "arn":
        return _NONE
    return Arn(found[1], found[2], found[4], found[5])


def is_user(arn: str) -> bool:
    return _is_of_iam(arn, "user")


def is_role(arn: str) -> bool:
    return _is_of_iam(arn, "role")


def is_root(arn: str) -> bool:
    return parts(arn)[1::2] == ("iam", "root")


@lru_cache(maxsize=4096)
def is_person(arn: str) -> bool:
    """Whether what it does is done by people: a user's, the root user's, or a role that people share."""
    return parts(arn).type in ("user", "root") or is_shared_by_people(arn)


@lru_cache(maxsize=4096)
def is_shared_by_people(arn: str) -> bool:
    """Whether it is the role of an Identity Center permission set, with a session name for each person."""
    return is_role(arn) and parts(arn).name.startswith("AWSReservedSSO_")


def without_path(arn: str) -> str:
    """The ARN as role sessions name their role. A name is unique in its account, whatever its path."""
    head, slash, rest = arn.partition("/")
    return f"{head}/{rest.rpartition('/')[2]}" if slash else arn


def _is_of_iam(arn: str, kind: str) -> bool:
    found = parts(arn)
    return found.service == "iam" and found.resource.startswith(f"{kind}/")
