"""One run of the reporter: reviews the account, publishes the report, and remembers what it said."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from activity import arn, settings
from activity.flags import Flags
from activity.item import Flag
from activity.keeping import Keeping, retention_from_env
from activity.model import CANARY, REPORT, Activity, Evidence
from activity.table import WRITERS, ActivityTable, connect
from reporter.account import Gap
from reporter.findings import Report
from reporter.inventory import Iam, or_gap
from reporter.publisher import Publisher
from reporter.review import Sources, Terms, review
from reporter.subjects import Limits
from reporter.trails import Trails

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient


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
        return cls(answer["Account"], answer["Arn"].split(":")[1], answer["UserId"].partition(":")[0])

    @classmethod
    def of_topic(cls, topic: str) -> Self:
        """Where STS does not answer: the topic is of the same account."""
        of = arn.parts(topic)
        return cls(of.account, of.partition, "")


@dataclass(frozen=True, slots=True)
class Run:
    """`files`: where the report's files are. `forgotten`: why its flags were not remembered."""

    report: Report
    files: str
    iam_calls: int
    forgotten: str = ""


@dataclass(frozen=True, slots=True)
class Reporter:
    sources: Sources
    terms: Terms
    publisher: Publisher
    sts: "STSClient"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        publisher = Publisher(
            sns=boto3.client("sns"),
            topic=settings.text(environ, "REPORT_TOPIC_ARN"),
            s3=boto3.client("s3"),
            bucket=environ.get("REPORT_BUCKET", "").strip(),
        )
        return cls(sources_from_env(environ), terms_from_env(environ), publisher, boto3.client("sts"))

    def report(
        self, now: datetime, *, publishes: bool = True, is_late: Callable[[], bool] = lambda: False
    ) -> Run:
        """Reviews, publishes, and remembers.

        If it is not to be published, all that is remembered is that IAM was asked. Once `is_late` answers True
        IAM is asked no more. Raises botocore's errors where SNS refuses.
        """
        asked, files = (
            or_gap("the reporter's own identity (GetCallerIdentity)", lambda: Caller.ask(self.sts)),
            "",
        )
        caller = Caller.of_topic(self.publisher.topic) if isinstance(asked, Gap) else asked
        sources = replace(self.sources, iam=replace(self.sources.iam, is_late=is_late))
        with _counting(sources.iam.client) as calls:
            report = review(sources, caller.account, self.terms, now, partition=caller.partition)
        if isinstance(asked, Gap):
            told = f"{asked.reason}; account and partition are those of the topic that the report goes to"
            report = replace(report, gaps=(*report.gaps, replace(asked, reason=told)))
        if publishes:
            report, files = self.publisher.publish(report)
        forgotten = ""
        if not report.is_empty:  # The mail is out: what is not remembered, the next report flags again.
            done = or_gap("flags", lambda: self._remember(report, caller, is_published=publishes))
            forgotten = done.reason if isinstance(done, Gap) else ""
        return Run(report, files, calls["iam"], forgotten)

    def _remember(self, report: Report, caller: Caller, *, is_published: bool) -> None:
        if is_published:
            self._remember_flags(report)
        evidence = Evidence(principal_id=caller.unique_id)
        # Without an id of its own, the reporter could not find its calls again.
        canary = (CANARY,) if caller.unique_id else ()
        for run in (REPORT, *canary) if is_published else canary:
            self.sources.table.record(Activity(run, report.account, report.at, report.at, evidence))

    def _remember_flags(self, report: Report) -> None:
        flags, now = self.sources.flags, report.at
        gone = report.was_exempt - {*report.exempt_keys}
        # First of all: what is no longer exempt may be flagged now, and what is resolved may be exempt.
        _all_of([partial(flags.unflag, key) for key in (*(each.key for each in report.resolved), *gone)])
        # What is still flagged is flagged again in time, lest it be forgotten when its item expires.
        soon = now + self.terms.retention / 2
        jobs: list[Callable[[], object]] = [
            partial(
                flags.flag,
                each.key,
                report.account,
                Flag(each.first_flagged, each.idle_since),
                now=now,
                renews=not each.is_new and each.flag_expires is not None,
            )
            for each in report.findings
            if each.key[1] and (each.is_new or each.flag_expires is None or each.flag_expires < soon)
        ]
        jobs += [
            partial(flags.exempt, key, report.account, now=now)
            for key in report.exempt_keys
            if key not in report.was_exempt
        ]
        _all_of(jobs)
        # Last of all: a flag that was lost on its way to a new name would be told as new.
        _all_of([partial(flags.unflag, key) for key in report.old_names])


def _all_of(jobs: Iterable[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


@contextmanager
def _counting(client: "IAMClient") -> Iterator[Counter[str]]:
    """What is sent meanwhile, retries too."""
    sent: Counter[str] = Counter()
    events = client.meta.events
    events.register("before-send.iam", lambda **_: sent.update(["iam"]), unique_id="count")
    try:
        yield sent
    finally:
        events.unregister("before-send.iam", unique_id="count")


def sources_from_env(environ: Mapping[str, str]) -> Sources:
    keeping = Keeping(retention=retention_from_env(environ))
    return Sources(
        iam=Iam(boto3.client("iam", config=PATIENT)),
        trails=Trails(boto3.client("cloudtrail")),
        table=ActivityTable(connect(), settings.text(environ, "ACTIVITY_TABLE"), keeping),
        flags=Flags.from_env(environ),
    )


def terms_from_env(environ: Mapping[str, str]) -> Terms:
    def days(name: str) -> int:
        return settings.whole_number(environ, name, default=90, least=1)

    return Terms(
        limits=Limits(days("STALE_USER_DAYS"), days("STALE_KEY_DAYS"), days("STALE_ROLE_DAYS")),
        tag=environ.get("EXEMPT_TAG") or Terms().tag,
        retention=retention_from_env(environ),
    )
