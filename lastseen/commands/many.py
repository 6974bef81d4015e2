"""`lastseen report --organization`: the mail of all accounts as it would be now, by one's own credentials."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from botocore.exceptions import ClientError

from activity.accounts import Account
from activity.model import to_text
from activity.names import Names
from lastseen.commands import deployed as deployment
from lastseen.commands.options import Where
from lastseen.connection import USUAL_STACK, Connection
from lastseen.terminal import INCOMPLETE, misused, piped, print_json, shown, warn, write
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.organization import accounts, index, mail
from reporter.organization.digest import Before, Digest, digest
from reporter.organization.directory import account_owner, list_accounts
from reporter.organization.members import Members
from reporter.organization.summary import Summary, not_read, summary
from reporter.publishing.document import document
from reporter.publishing.page import page
from reporter.review.review import review
from reporter.run import Caller

# What an account gives: its part of the report, and its own page, if that is asked for.
Made = tuple[Summary, str]
_REFUSED = (
    "the role {} is not there, does not trust you, or is denied by a policy of the organization."
    " Fix: name a role that trusts you with --member-role"
)


@dataclass(frozen=True, slots=True)
class Many:
    """Of which accounts, and as whom."""

    organization: Annotated[
        bool, typer.Option("--organization", help="Of all accounts of the organization in one.")
    ] = False
    accounts: Annotated[
        str | None,
        typer.Option(metavar="ID,ID", help="Of these, instead of all that AWS Organizations lists."),
    ] = None
    member_role: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The role to assume in each account; by default, the stack's."),
    ] = None
    external_id: Annotated[
        str | None, typer.Option(metavar="ID", help="With this external id; by default, the stack's.")
    ] = None
    at_once: Annotated[
        int, typer.Option(metavar="N", min=1, max=16, help="Accounts to review at the same time.")
    ] = 8

    def refuse(self) -> None:
        """Without --organization, the others say nothing."""
        for each in fields(self):
            if getattr(self, each.name) != each.default:
                misused(f"--{each.name.replace('_', '-')} goes with --organization")

    def report(self, where: Where, html: Path | None, *, as_json: bool) -> None:
        with where.connected(USUAL_STACK) as connection:
            connection.check_table()
            told = self._told(connection, where.stack_or(USUAL_STACK), html)
        plain = index.document(told, (), bucket="", region="", partition="")
        if html:
            every = [each | {"page": _link(html, each["id"])} for each in plain["accounts"]]
            write(html, page(plain | {"accounts": every}, "organization"))
        with piped():
            if as_json:
                print_json([plain])
            elif html:
                print(f"{shown(mail.subject_line(told))}: see {html}")
            else:
                print(*map(shown, mail.body(told).splitlines()), sep="\n")
        if told.unread or told.gaps or told.silent:
            raise typer.Exit(INCOMPLETE)

    def _told(self, connection: Connection, stack: str | None, html: Path | None) -> Digest:
        of_stack = deployment.deployed(connection, stack)
        caller = Caller.ask(connection.client("sts"))
        members = self._members(connection, of_stack, caller)
        listed, notes = self._listed(connection, of_stack.get("Accounts", ""))
        terms, now = deployment.terms(of_stack), datetime.now(UTC)
        # Of accounts that are given, Organizations need not tell anything.
        tags = () if self.accounts or of_stack.get("Accounts") else terms.owner_tags
        organizations = connection.client("organizations")

        def made(account: Account) -> Made:
            clients = members.clients(account.id)
            if isinstance(clients, Gap):
                return not_read(account, clients.reason), ""
            sources = deployment.sources(connection, clients)
            own = replace(terms, account_owner=account_owner(organizations, account.id, tags))
            report = review(sources, account.id, own, now, partition=caller.partition)
            return summary(account, report, ""), page(document(report)) if html else ""

        active = [each for each in listed if each.is_active]
        or_gap("", lambda: members.begin_credential_reports(each.id for each in active))
        summaries = {}
        for told, text in self._reviewed(active, made):
            summaries[told["account"]["id"]] = told
            if html and text:
                write(_page_of(html, told["account"]["id"]), text)
        name = of_stack.get("OrganizationId") or "the organization"
        return digest(to_text(now), name, listed, summaries, Before(), notes)

    def _members(self, connection: Connection, of_stack: dict[str, str], caller: Caller) -> Members:
        role = self.member_role or of_stack.get("MemberRoleName", "")
        if not role:
            misused("which role to assume is not known: give --member-role, or --stack of an organization")
        external_id = self.external_id or of_stack.get("ExternalId", "")
        sts = connection.client("sts")
        return Members(sts, role, external_id, caller.partition, caller.account, connection.make, _REFUSED)

    def _listed(self, connection: Connection, of_stack: str) -> tuple[tuple[Account, ...], list[str]]:
        """With the names and units that the last report left, where they are not listed."""
        try:
            given = accounts.given(self.accounts or of_stack)
        except accounts.BadAccounts as error:
            misused(str(error))
        if given:
            listed, gap = given, None
        else:
            try:
                listed, gap = list_accounts(connection.client("organizations"))
            except ClientError as error:
                why = error.response["Error"]["Code"]
                misused(f"the organization's accounts could not be listed ({why}): name them with --accounts")
        if given or gap:
            known = Names(connection.dynamodb(), connection.table).all()
            listed = tuple(each.completed(known.get(each.id)) for each in listed)
        return listed, [f"Not checked: {gap.what}: {gap.reason}"] if gap else []

    def _reviewed(self, active: Sequence[Account], made: Callable[[Account], Made]) -> Iterator[Made]:
        """Each as it is done, with a line on that. What an account raises is a gap, and ends nothing."""

        def one(account: Account) -> Made:
            done = or_gap(f"account {account.id}", lambda: made(account))
            return (not_read(account, done.reason), "") if isinstance(done, Gap) else done

        with _pool(self.at_once) as pool:
            done = as_completed([pool.submit(one, each) for each in active])
            for number, future in enumerate(done, 1):
                told, text = future.result()
                account = Account(**told["account"])
                warn([f"{number} of {len(active)}: {account.title}: {_in_short(told)}"])
                yield told, text


@contextmanager
def _pool(size: int) -> Iterator[ThreadPoolExecutor]:
    """What has not begun does not keep anybody waiting who has given up."""
    pool = ThreadPoolExecutor(size)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _in_short(told: Summary) -> str:
    if "not_read" in told:
        return f"not read: {told['not_read']}"
    numbers = ((told["new"], "new"), (told["open"], "open"), (len(told["gaps"]), "not checked"))
    return ", ".join(f"{number:,} {word}" for number, word in numbers if number) or "nothing stale"


def _page_of(html: Path, account: str) -> Path:
    folder = html.with_name(f"{html.stem}-accounts")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        misused(f"cannot make {folder}: {error.strerror}")
    return folder / f"{account}.html"


def _link(html: Path, account: str) -> str:
    return quote(_page_of(html, account).relative_to(html.parent).as_posix())
