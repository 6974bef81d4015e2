"""One thing that is checked: right, wrong with a remedy, or something that the caller may not look at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_MOST_NAMED = 4
# CloudFormation changes only what differs from the template of the last deployment.
_BY_HAND = 'if that changes nothing: "Changed by hand" in docs/verify.md'
DEPLOY, FORWARD = f"make deploy; {_BY_HAND}", f"make forwarders; {_BY_HAND}"
# A target has more than its ARN, and PutTargets keeps nothing that it is not given.
RESTORE = 'restore the deployed template: "Changed by hand" in docs/verify.md'


class State(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    NOT_PERMITTED = "not_permitted"

    @property
    def words(self) -> str:
        return self.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be asked. `action`: the permission that is missing, if that is why."""

    reason: str
    action: str = ""

    @classmethod
    def told(cls, reason: str, service: str) -> "Unread":
        """From AWS's words; a refusal names the action, or else the call."""
        if "AccessDenied" not in reason:
            return cls(reason)
        named = re.search(r"perform: (\w+:\w+)", reason)
        called = re.search(r"AccessDenied\w* \((\w+)\)", reason)
        return cls(reason, named[1] if named else f"{service}:{called[1] if called else '*'}")


@dataclass(frozen=True, slots=True)
class Check:
    """`remedy`: a command where there is one. `regions`: those that this is about, where that is not all.

    `is_unread`: it could not be checked.
    """

    what: str
    state: State
    said: str
    remedy: str = ""
    action: str = ""
    regions: tuple[str, ...] = ()
    is_unread: bool = False

    def as_dict(self) -> dict[str, Any]:
        told = {"remedy": self.remedy, "action": self.action, "regions": list(self.regions)}
        return {"check": self.what, "state": str(self.state), "said": self.said} | {
            name: value for name, value in told.items() if value
        }


def right(what: str, said: str, *, regions: Iterable[str] = ()) -> Check:
    return Check(what, State.RIGHT, said, regions=tuple(regions))


def wrong(what: str, said: str, remedy: str = "", *, regions: Iterable[str] = ()) -> Check:
    return Check(what, State.WRONG, said, remedy, regions=tuple(regions))


def unread(what: str, why: Unread, *, regions: Iterable[str] = (), of: Iterable[str] = ()) -> Check:
    """What AWS does not answer for another reason than a permission is wrong: it is no clean check.

    `of`: the parts that could not be checked, where those are not all.
    """
    places, parts = tuple(regions), tuple(of)
    where = f" for {some(parts)}" if parts else ""
    where += f" in {some(places)}" if places else ""
    if why.action:
        said = f"needs {why.action}{where}"
        return Check(what, State.NOT_PERMITTED, said, action=why.action, regions=places, is_unread=True)
    said = f"could not be checked{where}: {why.reason}"
    return Check(what, State.WRONG, said, regions=places, is_unread=True)


def total(checks: Iterable[Check]) -> dict[str, int]:
    states = [each.state for each in checks]
    return {str(state): states.count(state) for state in State}


def some(names: Iterable[str], most: int = _MOST_NAMED) -> str:
    """The first of them by name, and how many more there are."""
    every = list(names)
    more = len(every) - most
    named = ", ".join(every[:most])
    return f"{named} and {more} more" if more > 0 else named


def number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
