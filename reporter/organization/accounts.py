"""The accounts that are reported on in place of all that AWS Organizations lists."""

import re

from activity.accounts import Account

_ID = re.compile(r"\d{12}")


class BadAccounts(ValueError):
    """The parameter Accounts does not list accounts."""


def given(text: str) -> tuple[Account, ...]:
    """Those of the parameter Accounts, each once. Raises BadAccounts."""
    ids = dict.fromkeys(filter(None, re.split(r"[\s,]+", text)))
    wrong = [each for each in ids if not _ID.fullmatch(each)]
    if wrong:
        raise BadAccounts(f"Accounts has {wrong[0]!r}, which is no account id of 12 digits")
    return tuple(map(Account, ids))
