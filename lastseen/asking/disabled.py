"""What of that which quarantine has disabled is meant: by an id, or by a user's or role's name or ARN."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from activity.arn import parts
from activity.finding import FindingId, Kind, parse
from activity.model import held_by
from lastseen.asking.forms import Unrecognised, recognise
from lastseen.asking.handle import Handle
from lastseen.asking.names import Fit
from quarantine.restore import Disabled, Unreadable


@dataclass(frozen=True, slots=True)
class Chosen:
    """`unread`: the tags that somebody has edited, of those that may be meant."""

    acts: tuple[Disabled, ...] = ()
    unread: tuple[Unreadable, ...] = ()


def everything(listed: Iterable[Disabled | Unreadable]) -> Chosen:
    every = tuple(listed)
    acts = tuple(each for each in every if isinstance(each, Disabled))
    return Chosen(acts, tuple(each for each in every if isinstance(each, Unreadable)))


def of_day(every: Chosen, day: date) -> Chosen:
    """An edited tag may be of any day."""
    return Chosen(tuple(each for each in every.acts if each.at.date() == day), every.unread)


def named(every: Chosen, text: str) -> Chosen:
    """Of a key that no tag names, each edited tag of a user may be meant."""
    text = text.strip()
    finding, handle = parse(text), _handle(text)
    if finding:
        acts = tuple(each for each in every.acts if each.target.finding == str(finding))
    else:
        acts = tuple(each for each in every.acts if _is_meant(handle, text, each))
    key = _key(finding, handle)
    if key:
        users = tuple(each for each in every.unread if each.kind is Kind.USER)
        return Chosen(acts, () if acts else users)
    held = finding.held if finding else ""
    unread = (each for each in every.unread if held == each.id or _is_of(handle, text, each.arn, each.id))
    return Chosen(acts, tuple(unread))


def _handle(text: str) -> Handle | None:
    """None if it is of no form that anybody is found by."""
    try:
        return recognise(text)
    except Unrecognised:
        return None


def _key(finding: FindingId | None, handle: Handle | None) -> str:
    if finding:
        return finding.held if finding.kind == Kind.ACCESS_KEY else ""
    return handle.access_key if handle else ""


def _is_meant(handle: Handle | None, text: str, act: Disabled) -> bool:
    if handle and handle.access_key:
        return act.target.key_id == handle.access_key
    return _is_of(handle, text, act.target.arn, act.target.id)


def _is_of(handle: Handle | None, text: str, arn: str, unique_id: str) -> bool:
    """Whether the user or role is meant. IAM's names are unique in any case."""
    if handle is None:
        return text in (arn, parts(arn).name)
    is_named = handle.name is not None and handle.name.fits(arn, Fit.BUT_FOR_CASE)
    return is_named or arn in handle.principals or unique_id in map(held_by, handle.facets)
