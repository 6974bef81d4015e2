"""The organization's page and files: accounts by what is to be done, each leading to its own page."""

from collections.abc import Sequence
from typing import Any

from reporter.organization.digest import Digest
from reporter.organization.summary import MOST_TOLD, Summary
from reporter.publishing import console


def document(
    told: Digest, trend: Sequence[dict[str, Any]], *, bucket: str, region: str, partition: str, files: str = ""
) -> dict[str, Any]:
    """organization.json, and what the page draws. Of findings it has the most dangerous alone.

    `files`: where the organization's are kept.
    """

    def link(files: str, name: str) -> str:
        key = f"{files.removeprefix(f's3://{bucket}/')}{name}"
        return console.stored(bucket, key, region, partition) if files else ""

    return {
        "organization": told.organization,
        "at": told.at,
        "csv": link(files, "findings.csv"),
        "new": told.total("new"),
        "open": told.total("open"),
        "resolved": told.total("resolved"),
        "dormant": told.total("dormant"),
        "snoozed": told.total("snoozed"),
        "unowned": told.total("unowned"),
        "accounts": [_of_account(each) | {"page": link(each["files"], "report.html")} for each in told.read],
        "first": told.first[:MOST_TOLD],
        "unread": [each.account.plain() | {"reason": each.reason} for each in told.unread],
        "left_out": [each.plain() for each in told.left_out],
        "joined": [each.plain() for each in told.joined],
        "left": list(told.left),
        "lost": [each.id for each in told.lost],
        "notes": list(told.notes),
        "trend": list(trend),
    }


def _of_account(each: Summary) -> dict[str, Any]:
    same = ("alias", "new", "open", "resolved", "dormant", "snoozed", "risks", "warnings", "files")
    return {**each["account"], **{name: each[name] for name in same}, "gaps": len(each["gaps"])}


def point(told: Digest) -> dict[str, Any]:
    """Of the trend."""
    numbers = {name: told.total(name) for name in ("new", "open", "resolved")}
    return {"at": told.at, **numbers, "gaps": told.gaps + len(told.unread)}


def left_for_next(told: Digest, trend: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """An account that was read once, and is not now, counts as lost until it is read again."""
    here = [*(each["account"] for each in told.read), *(each.account.plain() for each in told.unread)]
    read = {each["account"]["id"] for each in told.read} | {each.id for each in told.lost}
    return {"read": sorted(read), "accounts": {each["id"]: each["name"] for each in here}, "trend": list(trend)}


def for_machines(told: Digest, files: str) -> dict[str, Any]:
    """The message to subscriptions that are not mail: of the accounts that were not read as many as fit."""
    return {
        "event": "organization",
        "organization": told.organization,
        "at": told.at,
        "report": f"{files}organization.json",
        "accounts_read": len(told.read),
        "accounts_not_read": len(told.unread),
        "not_read": [each.account.id for each in told.unread[:1000]],
        **{name: told.total(name) for name in ("new", "open", "resolved", "dormant", "snoozed", "unowned")},
    }
