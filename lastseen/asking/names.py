"""Who has a name: as it is written, in another case, or beginning so; and which names are like it."""

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from enum import IntEnum

from activity.arn import parts

# Identity Center's role of a permission set: its name, and a hash of 16 digits.
# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
_PERMISSION_SET = re.compile(r"AWSReservedSSO_(.+)_[0-9a-f]{16}")
_MOST_LIKE = 5
# A slip of the finger: a letter more, less or another one, or two that changed places.
_LIKE = 0.75


class Fit(IntEnum):
    """How well a name fits, the best first."""

    WHOLLY = 0
    BUT_FOR_CASE = 1
    BEGINS_SO = 2


def fits(name: str, principal: str, fit: Fit, *, kinds: Collection[str], account: str = "") -> bool:
    """`name` may have the end of a path before it."""
    arn = parts(principal)
    if arn.service != "iam" or arn.type not in kinds or account not in ("", arn.account):
        return False
    return any(_is(f"/{name}", f"/{each}", fit) for each in _called(arn.resource))


def _is(name: str, whole: str, fit: Fit) -> bool:
    if fit is Fit.WHOLLY:
        return whole.endswith(name)
    name, whole = name.casefold(), whole.casefold()
    if fit is Fit.BUT_FOR_CASE:
        return whole.endswith(name)
    _, found, rest = whole.rpartition(name)
    return bool(found) and "/" not in rest


def _called(resource: str) -> Iterator[str]:
    """Of a permission set's role, also what people call it."""
    yield resource
    head, _, name = resource.rpartition("/")
    if found := _PERMISSION_SET.fullmatch(name):
        yield f"{head}/AWSReservedSSO_{found[1]}"
        yield f"{head}/{found[1]}"


def like(name: str, principals: Iterable[str]) -> list[str]:
    """The names among them that are like it, the most alike first."""
    names: dict[str, str] = {}
    for principal in principals:
        arn = parts(principal)
        if arn.service == "iam" and arn.type in ("user", "role"):
            for called in _called(arn.resource):
                names.setdefault(called.rpartition("/")[2].casefold(), called.rpartition("/")[2])
    name = name.rpartition("/")[2].casefold()
    near = [each for each in names if abs(len(each) - len(name)) <= 2]
    return [names[each] for each in get_close_matches(name, near, _MOST_LIKE, _LIKE)]
