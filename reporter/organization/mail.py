"""The organization's mail: what to do first in all accounts, where there is most to do, what was not read.

It fits into SNS whatever the number of accounts, its tables into 80 columns: each list is cut, and the index
has all of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from activity.accounts import Account, titled
from activity.plain import ascii_line, line
from reporter.organization.digest import Digest
from reporter.organization.summary import Summary, by_danger
from reporter.publishing.columns import aligned
from reporter.publishing.wording import count, unowned

MOST_ROWS = 20
# Names by their beginnings, in tables; of units the end says more.
_WIDEST = 20
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_SUBJECT = 99
# As long as a name in AWS Organizations may be, and a reason for a gap.
_LONGEST = 50
_LONGEST_REASON = 500

Row = tuple[str, ...]


def subject_line(told: Digest) -> str:
    """ASCII, and short enough for SNS: what is longest and matters least gives way."""
    numbers = [f"{told.total('new'):,} new"] if told.total("new") else []
    numbers += [f"{told.total('open'):,} open"] if told.total("open") else []
    numbers = numbers or ["nothing stale"]
    resolved = [f"{told.total('resolved'):,} resolved"] if told.total("resolved") else []
    loud = [f"{count(len(told.unread), 'account', 'accounts')} not read"] if told.unread else []
    loud += [f"EVENTS NOT ARRIVING from {len(told.silent):,}"] if told.silent else []
    whose = f"IAM in {told.organization}"
    of = f"{whose}, {count(len(told.read) + len(told.unread), 'account', 'accounts')}"
    words = [
        (of, [*numbers, *resolved, *loud]),
        (of, [*numbers, *loud]),
        (whose, [*numbers, *loud]),
        (whose, [*numbers[:1], *loud]),
        ("IAM", [*numbers[:1], *loud]),
    ]
    lines = [ascii_line(f"{begin}: {', '.join(those)}") for begin, those in words]
    return next((each for each in lines if len(each) <= _LONGEST_SUBJECT), lines[-1][:_LONGEST_SUBJECT])


def body(told: Digest, files: str = "", link: str = "") -> str:
    """`files`: where the organization's are kept; `link`: its index in the AWS console, "" if there is none."""
    sections = (
        _head(told),
        _first(told),
        _accounts(told),
        _unread(told),
        _changes(told),
        _where(files, link),
    )
    texts = ("\n".join(map(line, lines)) for lines in map(list, sections) if lines)
    return "\n\n".join(texts) + "\n"


def _head(told: Digest) -> Iterator[str]:
    reviewed = len(told.read) + len(told.unread)
    yield f"IAM last activity in {told.organization}, {told.at[:10]} {told.at[11:16]} UTC"
    numbers = (
        f"{told.total('new'):,} new, {told.total('open'):,} still open, {told.total('resolved'):,} resolved"
    )
    if told.total("dormant"):
        numbers += f", {told.total('dormant'):,} dormant and not flagged"
    if told.total("snoozed"):
        numbers += f", {told.total('snoozed'):,} snoozed"
    yield f"{numbers}. {len(told.read):,} of {count(reviewed, 'account was', 'accounts were')} read."
    if told.lost:
        yield f"NOT READ, BUT READ LAST TIME: {_cut(map(_title, told.lost))}."
    if told.silent:
        names = _cut(_title_of(each) for each in told.silent)
        yield f"EVENTS ARE NOT ARRIVING AS THEY SHOULD from {names}. Each account's report says how to fix it."
    yield from told.notes


def _first(told: Digest) -> Iterator[str]:
    total = told.total("new") + told.total("open")
    if not total:
        yield f"Nothing is stale{' among what was read' if told.unread or told.gaps else ''}."
        return
    # A star on every row would say nothing.
    tells_new = 0 < told.total("new") < total
    order = (
        ", new ones (*) before others, the most dangerous first" if tells_new else ", the most dangerous first"
    )
    yield f"WHAT TO DO: {count(total, 'finding', 'findings')}{order}"
    if told.total("unowned"):
        yield unowned(told.total("unowned"))
    yield ""
    whose: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for finding in sorted(told.first, key=lambda each: (not each["is_new"], *by_danger(each))):
        whose.setdefault((finding["account"], finding["arn"]), []).append(finding)
    shown = list(whose.values())[:MOST_ROWS]
    names = _names(told.read)
    head = "account", "whose", "what", "days idle", "note"
    yield from aligned([head, *(_row(each, names, tells_new=tells_new) for each in shown)])
    left = total - sum(map(len, shown))
    if left:
        yield f"and {count(left, 'more finding', 'more findings')}: see the page of each account."


def _row(findings: list[dict[str, Any]], names: dict[str, str], *, tells_new: bool) -> Row:
    """What one principal has: its findings as kinds, the longest time, and what makes it urgent."""
    kinds = Counter(each["kind"].replace("_", " ") for each in findings)
    whats = (kind if number == 1 else f"{number} {kind}s" for kind, number in kinds.items())
    star = "*" if tells_new and any(each["is_new"] for each in findings) else ""
    notes = [risk for risk in ("administrator",) if any(each["risk"] == risk for each in findings)]
    notes += ["never used"] if all(each["status"] == "never_used" for each in findings) else []
    account = names.get(findings[0]["account"], findings[0]["account"])
    idle = max(each["idle_days"] for each in findings)
    return account, f"{_begin(findings[0]['name'])}{star}", ", ".join(whats), f"{idle:,}", ", ".join(notes)


def _names(read: Iterable[Summary]) -> dict[str, str]:
    """By account id; of two accounts with one name, both ids."""
    names = {each["account"]["id"]: _begin(each["account"]["name"] or each["alias"]) for each in read}
    times = Counter(names.values())
    return {each: name if name and times[name] == 1 else each for each, name in names.items()}


def _accounts(told: Digest) -> Iterator[str]:
    busy = [each for each in told.read if each["new"] or each["open"] or each["gaps"] or each["resolved"]]
    if busy:
        of = count(len(told.read), "account has", "accounts have")
        yield f"WHERE TO BEGIN: {len(busy):,} of {of} something to do"
        yield ""
        head = "id", "account", "units", "new", "open", "resolved", "not checked"
        yield from aligned([head, *map(_numbers, busy[:MOST_ROWS])])
        if len(busy) > MOST_ROWS:
            yield f"and {len(busy) - MOST_ROWS:,} more: see the index."


def _numbers(each: Summary) -> Row:
    account = each["account"]
    numbers = each["new"], each["open"], each["resolved"], len(each["gaps"])
    shown = (f"{number:,}" if number else "" for number in numbers)
    return account["id"], _begin(account["name"] or each["alias"]), _end(account["path"]), *shown


def _unread(told: Digest) -> Iterator[str]:
    """By reason: most often one has kept many accounts from being read."""
    if told.unread:
        yield f"NOT READ ({len(told.unread):,}): what was flagged in these accounts stays flagged"
        reasons: dict[str, list[str]] = {}
        for each in told.unread:
            reasons.setdefault(each.reason, []).append(_title(each.account))
        every = sorted(reasons.items(), key=lambda each: -len(each[1]))
        for reason, names in every[:MOST_ROWS]:
            yield f"- {_begin(reason, _LONGEST_REASON)}:"
            yield f"  {_cut(names)}"
        if len(every) > MOST_ROWS:
            yield f"- and {sum(len(names) for _, names in every[MOST_ROWS:]):,} more: see the index"


def _changes(told: Digest) -> Iterator[str]:
    if told.joined:
        yield f"Joined the organization: {_cut(map(_title, told.joined))}."
    if told.left:
        yield f"Left the organization: {_cut(told.left)}. Their findings don't count as resolved."
    if told.left_out:
        yield f"Left out, closed or suspended: {_cut(map(_title, told.left_out))}."


def _where(files: str, link: str) -> Iterator[str]:
    if link:
        yield f"All accounts: {link}"
    if files:
        yield f"Files: {files}"
        yield "  index.html has all accounts, findings.csv all findings, organization.json is for programs."


def _title(account: Account) -> str:
    return titled(account.id, _begin(account.name, _LONGEST))


def _title_of(each: Summary) -> str:
    account = Account(**each["account"])
    return _title(replace(account, name=account.name or each["alias"]))


def _begin(text: str, most: int = _WIDEST) -> str:
    plain = line(text)
    return plain if len(plain) <= most else f"{plain[: most - 3]}..."


def _end(text: str, most: int = _WIDEST) -> str:
    plain = line(text)
    return plain if len(plain) <= most else f"...{plain[3 - most :]}"


def _cut(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - MOST_ROWS
    return ", ".join(every[:MOST_ROWS]) + (f" and {more:,} more" if more > 0 else "")
