"""The organization's accounts in look-ups: the name beside the id, and an id by its name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from activity.accounts import Account

Names = Mapping[str, str]
_MOST_LIKE = 5


class NoAccount(ValueError):
    """Neither an id, nor the name of one account; the message says which there are."""


def names_of(accounts: Mapping[str, Account]) -> dict[str, str]:
    """By id, of those that have one."""
    return {account: each.name for account, each in accounts.items() if each.name}


def with_names(items: Iterable[dict[str, Any]], names: Names) -> Iterator[dict[str, Any]]:
    """Each as it is, and with the name of its `account`."""
    for item in items:
        name = names.get(item.get("account") or "")
        yield item | {"account_name": name} if name else item


def id_of(text: str, accounts: Mapping[str, Account]) -> str:
    """`text`: the id or the name, in any case. Raises NoAccount."""
    if re.fullmatch(r"\d{12}", text):
        return text
    named = [each for each in accounts.values() if each.name]
    found = [each for each in named if _same(each.name) == _same(text)]
    if len(found) == 1:
        return found[0].id
    if found:
        which = ", ".join(" ".join(filter(None, (each.id, each.path, each.state.lower()))) for each in found)
        raise NoAccount(f"{len(found)} accounts are named {text!r}: give the id of one ({which})")
    if not named:
        raise NoAccount(f"{text!r} is no account: give its 12 digits")
    near = " or ".join(each.title for each in _like(text, named))
    hint = f"did you mean {near}?" if near else "give a name as it is there, or 12 digits"
    raise NoAccount(f"no account of the organization is named {text!r}: {hint}")


def _like(text: str, named: Iterable[Account]) -> list[Account]:
    """Those that have it in their name, then those that are spelled much like it."""
    by: dict[str, list[Account]] = {}
    for each in sorted(named, key=lambda each: (each.name, each.id)):
        by.setdefault(_same(each.name), []).append(each)
    within = [name for name in by if _same(text) in name]
    close = get_close_matches(_same(text), by, _MOST_LIKE)
    near = dict.fromkeys((*within, *close))
    return [each for name in near for each in by[name]][:_MOST_LIKE]


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()
