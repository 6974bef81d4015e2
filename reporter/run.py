"""One run of the reporter: reviews the account, publishes the report, and remembers what it said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config

from activity import arn, settings
from activity.bus import Bus, Unsent
from activity.flags import Flags
from activity.keeping import Keeping, retention_from_env
from activity.quarantine.ledger import Ledger
from activity.snoozes import Snoozes
from activity.table import ActivityTable, connect
from reporter.inventory.account import Gap
from reporter.inventory.answers import or_gap
from reporter.inventory.counting import counting
from reporter.inventory.iam import Iam
from reporter.judgement.known import Terms
from reporter.judgement.owner_tags import listed
from reporter.judgement.report import Report
from reporter.judgement.subjects import Limits
from reporter.listening.canaries import Canaries
from reporter.listening.trails import CloudTrail
from reporter.publishing.finding_events import events_of
from reporter.publishing.owner_messages import OwnerMessages
from reporter.publishing.publisher import Publisher
from reporter.remembering import Memory, Unsaved
from reporter.review.gathering import Sources
from reporter.review.review import review

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


# Makes a client of a service, as boto3.client does: in the reporter's own name, or in a member account.
Clients = Callable[..., Any]
# IAM's rate limits are not published, and are shared by all who ask in the account.
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 10})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the reporter is. `unique_id` is that of its role, by which CloudTrail's events name it."""

    account: str
    partition: str
    unique_id: str

    @classmethod
    def ask(cls, sts: "STSClient") -> Self:
        answer = sts.get_caller_identity()
        partition = arn.parts(answer["Arn"]).partition
        if not partition:
            raise ValueError(f"{answer['Arn']!r} is no ARN")
        return cls(answer["Account"], partition, answer["UserId"].partition(":")[0])

    @classmethod
    def of_topic(cls, topic: str) -> Self:
        """Where STS does not answer: the topic is of the same account."""
        of = arn.parts(topic)
        return cls(of.account, of.partition, "")


@dataclass(frozen=True, slots=True)
class Run:
    """`files`: where the report's files are. `unsaved`, `unsent`: what was not remembered, and which events."""

    report: Report
    files: str
    iam_calls: int
    unsaved: Unsaved = field(default_factory=Unsaved)
    unsent: Unsent = field(default_factory=Unsent)


@dataclass(frozen=True, slots=True)
class Reporter:
    """`caller`: who it is, where STS need not be asked."""

    sources: Sources[ActivityTable, Flags]
    terms: Terms
    publisher: Publisher
    sts: "STSClient"
    canaries: Canaries
    bus: Bus
    owner_messages: OwnerMessages
    caller: Caller | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        publisher = Publisher(
            sns=boto3.client("sns"),
            topic=settings.text(environ, "REPORT_TOPIC_ARN"),
            s3=boto3.client("s3"),
            bucket=environ.get("REPORT_BUCKET", "").strip(),
            has_chat=settings.is_true(environ, "CHAT_FORMAT", default=False),
        )
        sources = sources_from_env(environ)
        owners = OwnerMessages(publisher.sns, environ.get("OWNER_TOPIC_ARN", "").strip())
        terms, sts = terms_from_env(environ), boto3.client("sts")
        canaries = Canaries.of(sources.table, home=sts.meta.region_name)
        return cls(sources, terms, publisher, sts, canaries, Bus.connect(), owners)

    def acting_as(self, caller: Caller, clients: Clients) -> Self:
        """Reviews the caller's account, by its clients: table, bucket and topic stay the reporter's own."""
        sources = replace(self.sources, iam=_iam(clients), trails=_trails(clients))
        canaries = Canaries.of(self.sources.table, clients, home=self.canaries.home)
        return replace(self, sources=sources, canaries=canaries, caller=caller)

    def report(
        self,
        now: datetime,
        *,
        publishes: bool = True,
        scheduled_at: datetime | None = None,
        run: str = "",
        is_late: Callable[[], bool] = lambda: False,
        is_over: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Tests the regions, reviews, publishes, and remembers.

        If it is not to be published, all that is remembered is when the regions were tested and what trails
        let through. Nor is it if one was mailed since `scheduled_at`, or is being mailed by another `run`:
        schedules may deliver twice. Once `is_late` answers True IAM is asked no more, and once `is_over` does,
        no more is remembered. Raises botocore's errors where SNS refuses.
        """
        done = self._reviewed(now, is_late)
        report, memory = done.report, Memory(self.sources.flags, self.sources.table, is_over)
        is_mailed = scheduled_at and report.previous and report.previous >= scheduled_at
        turn = publishes and not is_mailed and memory.begin(report, scheduled_at, run)
        if isinstance(turn, Gap):
            done = replace(done, report=replace(report, gaps=(*report.gaps, turn)))
        return self._published(done, memory) if turn else done

    def _reviewed(self, now: datetime, is_late: Callable[[], bool]) -> Run:
        asked = or_gap("the reporter's own identity (GetCallerIdentity)", self._caller)
        caller = Caller.of_topic(self.publisher.topic) if isinstance(asked, Gap) else asked
        tested = or_gap("the test calls in each region", lambda: self.canaries.send(caller.account, now))
        sources = replace(self.sources, iam=replace(self.sources.iam, is_late=is_late))
        with counting(sources.iam.client) as calls:
            report = review(sources, caller.account, self.terms, now, partition=caller.partition)
        if isinstance(asked, Gap):
            told = f"{asked.reason}; account and partition are those of the topic that the report goes to"
            report = replace(report, gaps=(*report.gaps, replace(asked, reason=told)))
        if not isinstance(tested, Gap):
            trails = report.coverage.trails
            tested = or_gap("the note on the trails", lambda: self.canaries.note(caller.account, now, trails))
        if isinstance(tested, Gap) and not isinstance(report.coverage.regions, Gap):  # That tells it all.
            report = replace(report, gaps=(*report.gaps, tested))
        return Run(report, "", calls["iam"])

    def _caller(self) -> Caller:
        return self.caller or Caller.ask(self.sts)

    def _published(self, run: Run, memory: Memory) -> Run:
        report, unset = memory.prepare(run.report)
        report, files = self.publisher.publish(report)
        # Before it counts as mailed: if this ends half-way, the next report sends them again.
        unsent = self.bus.put(events_of(report), memory.is_late)
        report = self.owner_messages.send(report, files, memory.is_late)
        return replace(run, report=report, files=files, unsaved=unset | memory.settle(report), unsent=unsent)


def sources_from_env(
    environ: Mapping[str, str], clients: Clients = boto3.client
) -> Sources[ActivityTable, Flags]:
    """`clients`: of the account to review. The table is always the own account's."""
    retention = retention_from_env(environ)
    at = connect(environ)
    return Sources(
        iam=_iam(clients),
        trails=_trails(clients),
        table=ActivityTable(*at, Keeping(retention=retention)),
        flags=Flags(*at, retention),
        logs=environ.get("LOG_BUCKET", ""),
        snoozes=Snoozes(*at),
        quarantine=Ledger(*at),
    )


def _iam(clients: Clients) -> Iam:
    return Iam(clients("iam", config=PATIENT))


def _trails(clients: Clients) -> CloudTrail:
    return CloudTrail(lambda region: clients("cloudtrail", region_name=region or None))


def terms_from_env(environ: Mapping[str, str]) -> Terms:
    def days(name: str) -> int:
        return settings.whole_number(environ, name, default=90, least=1)

    return Terms(
        limits=Limits(days("STALE_USER_DAYS"), days("STALE_KEY_DAYS"), days("STALE_ROLE_DAYS")),
        tag=environ.get("EXEMPT_TAG") or Terms().tag,
        retention=retention_from_env(environ),
        owner_tags=listed(environ.get("OWNER_TAGS", "")),
    )
