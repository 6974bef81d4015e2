"""The three steps of an organization's report, which Step Functions keeps in order: list, review, sum up.

Each may be repeated: what it leaves in the bucket is of the run, and is written anew.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import boto3

from activity import arn, settings
from activity.accounts import Account
from activity.model import to_text
from activity.names import Names
from activity.table import connect
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.judgement.known import Terms
from reporter.judgement.report import Report
from reporter.organization import accounts, index, mail
from reporter.organization.chat import chat
from reporter.organization.digest import Before, Digest, digest
from reporter.organization.directory import account_owner, list_accounts
from reporter.organization.members import Members
from reporter.organization.store import Store
from reporter.organization.summary import not_read, summary
from reporter.publishing import console
from reporter.publishing.message import Message
from reporter.publishing.trend import Point, continued
from reporter.run import PATIENT, Caller, Reporter, Run

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

MOST_NOTES = 10


@dataclass(frozen=True, slots=True)
class Organization:
    """`topic`: for the organization's mail; the message of each account goes to the topic of `alone`.

    `alone`: the reporter of the hub's own account, whose table, bucket and settings are those of all.
    """

    alone: Reporter
    members: Members
    store: Store
    sns: "SNSClient"
    topic: str
    name: str
    given: tuple[Account, ...]
    organizations: Any
    names: Names

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        sts = boto3.client("sts")
        own = sts.get_caller_identity()
        to_account = {"REPORT_TOPIC_ARN": settings.text(environ, "ACCOUNT_TOPIC_ARN")}
        return cls(
            Reporter.from_env({**environ, **to_account}),
            Members(
                sts,
                settings.text(environ, "MEMBER_ROLE_NAME"),
                settings.text(environ, "EXTERNAL_ID"),
                arn.parts(own["Arn"]).partition,
                own["Account"],
            ),
            Store(boto3.client("s3"), settings.text(environ, "REPORT_BUCKET")),
            boto3.client("sns"),
            settings.text(environ, "REPORT_TOPIC_ARN"),
            environ.get("ORGANIZATION_ID") or "the organization",
            accounts.given(environ.get("ACCOUNTS", "")),
            boto3.client("organizations", config=PATIENT),
            Names(*connect(environ)),
        )

    def list(self, run: str) -> dict[str, str]:
        """Where the list of accounts to review is. Raises botocore's errors: no list, no report."""
        listed, gap = (self.given, None) if self.given else list_accounts(self.organizations)
        notes = [f"Not checked: {gap.what}: {gap.reason}"] if gap else []
        named = or_gap("names", lambda: self._named(listed, knows_paths=not gap))
        if isinstance(named, Gap):
            notes.append(
                f"The table's account names could not be read or written: {named.reason}. Look-ups and notices"
                " show ids alone, or older names."
            )
        key = self.store.put_accounts(run, listed if isinstance(named, Gap) else named, notes)
        self.members.begin_credential_reports(each.id for each in listed if each.is_active)
        return {"bucket": self.store.bucket, "key": key, "run": run}

    def _named(self, listed: tuple[Account, ...], *, knows_paths: bool) -> tuple[Account, ...]:
        """Keeps in the table what Organizations says, and takes from there what it did not say."""
        known = self.names.all()
        if self.given or not knows_paths:
            listed = tuple(each.completed(known.get(each.id)) for each in listed)
        if not self.given:
            self.names.keep(listed, known)
        return listed

    def review(
        self,
        run: str,
        account: Account,
        now: datetime,
        *,
        scheduled_at: datetime | None,
        publishes: bool,
        is_late: Callable[[], bool],
        is_over: Callable[[], bool],
    ) -> Run | Gap:
        """One account's report, published as alone; its summary is there before it counts as mailed."""
        clients = self.members.clients(account.id)
        if isinstance(clients, Gap):
            self.store.put_summary(run, not_read(account, clients.reason))
            return clients
        member = self.alone.acting_as(Caller(account.id, self.members.partition, ""), clients)
        member = replace(member, terms=self._terms(account))

        def note(report: Report, files: str) -> None:
            self.store.put_summary(run, summary(account, report, files))

        done = replace(member, publisher=replace(member.publisher, noting=note)).report(
            now, publishes=publishes, scheduled_at=scheduled_at, run=run, is_late=is_late, is_over=is_over
        )
        # Of a step that is repeated after its report was mailed, the first has left what was new in it.
        if not done.files and not self.store.has_summary(run, account.id):
            note(done.report, "")
        return done

    def _terms(self, account: Account) -> Terms:
        """Where accounts are given, Organizations need not answer: so their own owners are not known."""
        terms = self.alone.terms
        tags = () if self.given else terms.owner_tags
        return replace(terms, account_owner=account_owner(self.organizations, account.id, tags))

    def sum_up(self, run: str, now: datetime, *, publishes: bool) -> Digest:
        """Mails it, if it is to be. What the last report left is kept where it could not be read."""
        listed, notes = self.store.accounts(run)
        left = or_gap("what the last report of the organization left", self.store.before)
        before, earlier = (Before(), []) if isinstance(left, Gap) else left
        more = (f"Not checked: {left.what}: {left.reason}",) if isinstance(left, Gap) else ()
        told = digest(to_text(now), self.name, listed, self.store.summaries(run), before, (*notes, *more))
        if publishes:
            trend = continued(earlier, index.point(told))
            self._publish(told, trend)
            if not isinstance(left, Gap):
                self.store.put_before(index.left_for_next(told, trend))
        return told

    def _publish(self, told: Digest, trend: Sequence[Point]) -> None:
        region = self.store.s3.meta.region_name
        where = {"bucket": self.store.bucket, "region": region, "partition": self.members.partition}
        unread = self.store.put_findings(told.at, (each["files"] for each in told.read))
        missing = [f"Not in findings.csv: {each.what}: {each.reason}" for each in unread[:MOST_NOTES]]
        told = replace(told, notes=(*told.notes, *missing))
        files = self.store.folder(told.at)
        self.store.publish(told.at, index.document(told, trend, files=files, **where))
        link = console.stored(key=files.removeprefix(f"s3://{self.store.bucket}/") + "index.html", **where)
        forms = {
            "default": json.dumps(index.for_machines(told, files)),
            "email": mail.body(told, files, link),
            "sms": mail.subject_line(told),
            **({"https": chat(told, link)} if self.alone.publisher.has_chat else {}),
        }
        sent = Message.of(mail.subject_line(told), forms, {"event": "organization"})
        self.sns.publish(TopicArn=self.topic, **sent.arguments)
