"""What look-ups print for programs: the table's attributes, and more in the words of the options."""

from collections.abc import Mapping
from typing import Any

from activity.arn import parts
from lastseen.asking.profile import account_of, type_of


def told(item: Mapping[str, Any]) -> dict[str, Any]:
    """`type` is that of the principal, as in `list --type`; CloudTrail's word for it is `identity_type`."""
    kind = type_of(item["principal"])
    if not kind:
        return dict(item)
    others = {name: value for name, value in item.items() if name != "type"}
    identity = {"identity_type": item["type"]} if item.get("type") else {}
    return {**others, "type": kind, "name": name_of(item["principal"]), **_account(item), **identity}


def name_of(principal: str) -> str:
    return parts(principal).name


def _account(item: Mapping[str, Any]) -> dict[str, str]:
    account = item.get("account") or account_of(item["principal"])
    return {"account": account} if account else {}
