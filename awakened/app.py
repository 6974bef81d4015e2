"""The awakened Lambda: takes changes of flagged items and of the root user's, and sends notices."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Self

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from activity.arn import without_path
from activity.flags import Flags
from activity.model import denied_facet, facet_of, signin_facet
from activity.names import Names
from activity.table import ActivityTable, connect
from awakened.delivery import REFUSED, Delivery
from awakened.flagged import Items, Notice, notice_of
from awakened.letters import DeadLetters
from awakened.notice import subject_line
from awakened.stream import UnreadableChange, read, sequence_of
from awakened.subject import Kind, Subject
from awakened.waking import Silence, Use, by_event, use_of

NAMESPACE = "LastActivity"
# SNS unsubscribes an address that gets more than 10 mails a second, and each shard of the stream may send mails
# at the same time. https://docs.aws.amazon.com/general/latest/gr/sns.html
PAUSE = 0.5
# Ingest writes the items of one event within moments, the user's perhaps before its credential's.
SETTLE = 1.0

logger = Logger(service="awakened")
metrics = Metrics(namespace=NAMESPACE, service="awakened")


class NotAnnounced(Exception):
    """The first of several records failed. Lambda then halves the batch, until that record fails alone."""


@dataclass(frozen=True, slots=True)
class Herald:
    table: ActivityTable
    flags: Flags
    delivery: Delivery

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        at = connect(environ)
        return cls(ActivityTable(*at), Flags(*at), Delivery.from_env(environ, Names(*at)))

    def announce(self, uses: Sequence[Use], set_aside: Callable[[str, str], object]) -> Notice | Silence:
        """`uses` are of one event. Raises botocore's errors; may then be repeated.

        Clears the flags last: if it fails before that, the use is announced twice rather than never.
        """
        subject = uses[0].subject
        is_place, is_root = uses[0].is_place_alone, subject.kind is Kind.ROOT
        elsewhere: Items = {}
        not_flagged = [use for use in uses if not use.first_flagged]
        if not is_root and not_flagged:
            elsewhere = self._under_other_names(not_flagged)
            if not elsewhere and len(not_flagged) == len(uses):
                return Silence.NOT_FLAGGED
        if is_place or all(use.subject.kind is Kind.USER for use in uses):
            time.sleep(SETTLE)
        items = self._kept_of(subject) if is_place or not is_root else {}
        notice = notice_of(uses, {**items, **elsewhere})
        if notice is Silence.FLAG_IS_OFF and not elsewhere:
            notice = notice_of(uses, {**items, **self._under_other_names(uses)})
        if isinstance(notice, Notice):
            self.delivery.send(notice, set_aside)
            for key in notice.flags:
                self.flags.awaken(key, notice.use.at)
        return notice

    def _kept_of(self, subject: Subject) -> Items:
        """Includes, for a role, the items of its sessions, which name it without its path."""
        names = subject.arn, without_path(subject.arn) if subject.kind is Kind.ROLE else subject.arn
        kept = (self.table.items_of(name, is_current=True) for name in dict.fromkeys(names))
        return {key: item for items in kept for key, item in items.items()}

    def _under_other_names(self, uses: Sequence[Use]) -> Items:
        """The items of the same user, role or key under other names: it may be flagged there."""
        ids = {held for use in uses for held in (use.holder, use.activity.evidence.principal_id) if held}
        facets = {facet for held in ids for facet in (facet_of(held), denied_facet(held))}
        facets |= {signin_facet(use.holder) for use in uses if use.subject.kind is Kind.PASSWORD}
        names = {name for facet in sorted(facets) for name in self.table.principals_with(facet)}
        kept = (self.table.items_of(name, is_current=True) for name in sorted(names - {uses[0].subject.arn}))
        return {key: item for items in kept for key, item in items.items()}


@cache
def herald() -> Herald:
    return Herald.from_env(os.environ)


@cache
def dead_letters() -> DeadLetters:
    return DeadLetters.from_env(os.environ)


def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """Takes records of the table's stream. Returns the first that failed, from which Lambda starts again."""
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    records = event.get("Records")
    if not records:
        raise UnreadableChange("not records of a DynamoDB stream: a test event needs Records")
    sequences = [sequence_of(record) for record in records]
    failed = _announce_all(dict(zip(sequences, records, strict=True)), datetime.now(UTC))
    if failed is None:
        return {"batchItemFailures": []}
    if failed == sequences[0] and len(records) > 1:
        raise NotAnnounced(f"record {failed} failed, the first of {len(records)}; the log says why")
    return {"batchItemFailures": [{"itemIdentifier": failed}]}


def _announce_all(records: Mapping[str, Mapping[str, Any]], now: datetime) -> str | None:
    """The sequence number of the first record that could be neither announced nor set aside as unreadable."""
    uses, failed = _uses(records, now)
    waiting = by_event(uses)
    told = 0
    try:
        while waiting:
            if told:
                time.sleep(PAUSE)
            first = next(iter(waiting[0]))
            set_aside = partial(_set_aside, first, records[first])
            told += _announce(list(waiting[0].values()), set_aside)
            del waiting[0]
    except REFUSED as error:
        use = next(iter(waiting[0].values()))
        logger.error("not announced", extra=_about(use, str(error)))
        left = {sequence for those in waiting for sequence in those}
        failed = next(sequence for sequence in records if sequence in left)
    metrics.add_metric("Awakened", MetricUnit.Count, told)
    metrics.flush_metrics()
    return failed


def _uses(records: Mapping[str, Mapping[str, Any]], now: datetime) -> tuple[dict[str, Use], str | None]:
    """The uses to announce, up to the first record that couldn't be set aside, and that record's number.

    A record that can't be read once can never be read: retrying would only hold up the records after it.
    """
    uses: dict[str, Use] = {}
    for sequence, record in records.items():
        try:
            change = read(record)
            use = use_of(change, now=now) if change else Silence.NOT_SEEN
        except UnreadableChange as unreadable:
            try:
                _set_aside(sequence, record, "unreadable", str(unreadable))
            except REFUSED as error:
                logger.error("not set aside", sequence_number=sequence, reason=str(error))
                return uses, sequence
            continue
        if isinstance(use, Use):
            uses[sequence] = use
        elif change and use is not Silence.NOT_FLAGGED:
            logger.info("not announced", principal=change.key[0], facet=change.key[1], reason=str(use))
    return uses, None


def _set_aside(sequence: str, record: Mapping[str, Any], what: str, why: str) -> None:
    logger.error(what, sequence_number=sequence, reason=why)
    dead_letters().put(record, why)


def _announce(uses: Sequence[Use], set_aside: Callable[[str, str], object]) -> bool:
    said = herald().announce(uses, set_aside)
    if isinstance(said, Notice):
        logger.info("announced", extra=_about(said.use, subject_line(said.use)))
        return True
    if said is not Silence.NOT_FLAGGED:
        logger.info("not announced", extra=_about(uses[0], said))
    return False


def _about(use: Use, reason: str) -> dict[str, str]:
    return {
        "account": use.subject.account,
        "principal": use.subject.arn,
        "facet": use.activity.facet,
        "event_id": use.activity.evidence.event_id,
        "reason": str(reason),
    }
