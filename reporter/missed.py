"""Uses that IAM knows of and CloudTrail did not tell of, while it was heard."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from reporter.account import Gap, User
from reporter.hearing import Heard, Hearing
from reporter.staleness import SAME_USE, Verdict
from reporter.subjects import Kind, Subject

# By then, events that were delayed have come.
_LATE = timedelta(hours=4)
# The first event of all may be younger than the rule: from this much later on, all should have come.
_SETTLED = timedelta(hours=1)
# Services whose everyday calls are data events, as IAM's reports name them.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
_DATA_EVENTS = {
    "bedrock", "cognito-identity", "dynamodb", "ebs", "execute-api", "kinesis", "lambda", "s3", "sns", "sqs",
    "ssmmessages",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missed:
    """`used` is IAM's word, `seen` the last that the table has."""

    subject: Subject
    used: datetime
    seen: datetime | None
    cause: str


def missed(
    judged: Sequence[tuple[Subject, Verdict]], hearing: Hearing, *, retention: timedelta, now: datetime
) -> Iterator[Missed]:
    """One for each password, key or role; for a user only where none of its credentials tells of that use."""
    heard = hearing.heard if isinstance(hearing.heard, tuple) else ()
    told = set()
    for subject, verdict in sorted(judged, key=lambda each: each[0].kind is Kind.USER):
        used = subject.claim.use.at
        seen = verdict.seen.last_seen if verdict.seen else None
        is_told = subject.kind is Kind.USER and (subject.arn, used) in told
        if used is None or not subject.facets or is_told:
            continue
        is_due = _should_be_heard(used, hearing, retention, now)
        if is_due and (seen is None or seen < used - SAME_USE):
            told.add((subject.arn, used))
            yield Missed(subject, used, seen, _cause(subject, used, heard))


def hidden_uses(user: User, hearing: Hearing, *, retention: timedelta, now: datetime) -> list[datetime]:
    """Uses of active keys that should have been heard, if a newer use of the same user would hide a missed one.

    By IAM's word; none where nothing is hidden.
    """
    credentials = user.credentials
    if isinstance(credentials, Gap):
        return []
    uses = [slot.last_used.at for slot in credentials.slots if slot.is_active and slot.last_used.at]
    newest = max(filter(None, (*uses, user.password_last_used, credentials.password_last_used)), default=now)
    due = [at for at in uses if _should_be_heard(at, hearing, retention, now)]
    return due if any(at < newest for at in due) else []


def are_seen(uses: Iterable[datetime], seen: Iterable[datetime]) -> bool:
    """Whether each of the uses can be of a key of its own. `seen`: the last sighting of each key."""
    pairs = zip_longest(sorted(uses, reverse=True), sorted(seen, reverse=True))
    return all(not used or (last and last >= used - SAME_USE) for used, last in pairs)


def _should_be_heard(used: datetime, hearing: Hearing, retention: timedelta, now: datetime) -> bool:
    """Whether the table should have it, by now and still."""
    since = hearing.since
    return since is not None and since + _SETTLED <= used <= now - _LATE and used > now - retention


def _cause(subject: Subject, used: datetime, heard: Iterable[Heard]) -> str:
    use = subject.claim.use
    if use.region and not any(each.region == use.region and each.since <= used for each in heard):
        return f"nothing was heard from {use.region} then: it has no forwarder, or had none"
    if subject.kind is Kind.PASSWORD:
        return "sign-ins come in by other regions than one works in: see that every region has a forwarder"
    if use.service in _DATA_EVENTS:
        return f"likely data events of {use.service}, which a trail logs only if told to"
    return "a data event, an event that the trail leaves out, or one that was lost on its way"
