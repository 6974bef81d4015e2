"""Asks AWS Organizations for its accounts, with their organizational units.

Only the management account and a delegated administrator may ask:
https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
"""

from collections.abc import Iterator, Sequence
from typing import Any

from activity.accounts import Account
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.judgement.owner_tags import owner_of


def list_accounts(client: Any) -> tuple[tuple[Account, ...], Gap | None]:
    """All accounts, by id, and why their units are not known, if so. Raises botocore's errors."""
    pages = client.get_paginator("list_accounts").paginate()
    listed = [each for page in pages for each in page["Accounts"]]
    paths = or_gap("the organizational units of accounts", lambda: dict(_paths(client)))
    known = {} if isinstance(paths, Gap) else paths
    accounts = (Account.of(each, known.get(each["Id"], "")) for each in listed)
    return tuple(sorted(accounts, key=lambda each: each.id)), paths if isinstance(paths, Gap) else None


def account_owner(client: Any, account: str, tags: Sequence[str]) -> str | Gap:
    """Who answers for an account by its own tags; "" if nobody does, or no tags are asked for."""
    if not tags:
        return ""
    pages = client.get_paginator("list_tags_for_resource").paginate(ResourceId=account)
    told = or_gap(
        f"the owner of account {account}",
        lambda: {each["Key"]: each["Value"] for page in pages for each in page["Tags"]},
    )
    return told if isinstance(told, Gap) else owner_of(told, tags)


def _paths(client: Any) -> Iterator[tuple[str, str]]:
    """By account id. Two calls a unit, however many accounts are in it."""
    units = [
        (root["Id"], "") for page in client.get_paginator("list_roots").paginate() for root in page["Roots"]
    ]
    for parent, path in units:  # It grows meanwhile.
        of_parent = {"ParentId": parent}
        for page in client.get_paginator("list_accounts_for_parent").paginate(**of_parent):
            yield from ((each["Id"], path) for each in page["Accounts"])
        for inner in client.get_paginator("list_organizational_units_for_parent").paginate(**of_parent):
            units += [
                (each["Id"], "/".join(filter(None, (path, each["Name"]))))
                for each in inner["OrganizationalUnits"]
            ]
