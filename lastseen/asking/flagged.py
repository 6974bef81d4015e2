"""Which finding is meant: by its lasting id, by an access key id, or by what `lastseen who` finds."""

from collections.abc import Iterable

from activity.arn import is_role
from activity.finding import FindingId, parse
from activity.item import Flag
from activity.keeping import Key
from activity.model import SIGNIN, access_key_of, held_by, is_of_principal
from lastseen.asking.finding import Finder
from lastseen.asking.forms import recognise
from lastseen.asking.lookup import Lookup

_MOST_NAMED = 20


class Unclear(Exception):
    """No single finding is meant; the message says how to go on."""


class NotFlagged(Unclear):
    """No report has flagged anything of it. Of an id, that does not matter here."""


def flagged_in(lookup: Lookup, account: str) -> dict[FindingId, str]:
    """What reports have flagged in an account and nobody has used since: each with its principal's ARN."""
    keys = [key for key, flag in lookup.flags.of(account).items() if flag.first_flagged]
    items = lookup.get(keys)
    found = ((key, items[key].own_flag) for key in keys if key in items)
    ids = ((_id_of(account, key, flag), key[0]) for key, flag in found if flag)
    return {finding: principal for finding, principal in ids if finding}


def meant(lookup: Lookup, text: str) -> FindingId:
    """Of an id, or of an access key that was seen in one account alone, whether it is flagged or not.

    Of a user of whom several things are flagged, the user. Raises Unclear, and Unrecognised.
    """
    given = parse(text.strip())
    if given:
        return given
    handle = recognise(text)
    matches = Finder(lookup).find(handle).matches
    accounts = sorted({each.account for each in matches} - {""})
    if handle.access_key:
        return _only(text, [FindingId(each, "access_key", handle.access_key) for each in accounts])
    principals = {each.principal for each in matches}
    flagged = [
        (finding, who)
        for account in accounts
        for finding, who in flagged_in(lookup, account).items()
        if who in principals
    ]
    themselves = [finding for finding, _ in flagged if finding.kind in ("user", "role")]
    is_one = len({who for _, who in flagged}) == 1
    return _only(text, themselves if is_one and themselves else [finding for finding, _ in flagged])


def _only(text: str, findings: Iterable[FindingId]) -> FindingId:
    every = sorted(map(str, findings))
    if not every:
        raise NotFlagged(f"{text} is not flagged by a report.")
    if len(every) > 1:
        more = f" and {len(every) - _MOST_NAMED} more" if len(every) > _MOST_NAMED else ""
        raise Unclear(f"{text} may mean {', '.join(every[:_MOST_NAMED])}{more}: give one of these")
    (only,) = filter(None, map(parse, every))
    return only


def _id_of(account: str, key: Key, flag: Flag) -> FindingId | None:
    """None of a password of which nothing tells whose it was."""
    principal, facet = key
    if facet == SIGNIN:
        return FindingId(account, "password", flag.holder) if flag.holder else None
    if access_key_of(facet):
        return FindingId(account, "access_key", access_key_of(facet))
    if not is_of_principal(facet):
        return None
    return FindingId(account, "role" if is_role(principal) else "user", held_by(facet))
