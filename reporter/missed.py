"""Uses that IAM knows of and CloudTrail did not tell of, while it was heard."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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


def hidden_uses(
    user: User, seen: datetime | None, hearing: Hearing, *, retention: timedelta, now: datetime
) -> list[tuple[datetime, bool]]:
    """Uses of active keys, by IAM's word, and of each whether it should have been heard.

    None where no newer use of the same user, `seen` by CloudTrail or not, would hide that one was missed; nor
    where it is likely data events that a trail does not log.
    """
    credentials = user.credentials
    if isinstance(credentials, Gap):
        return []
    claims = [slot.last_used for slot in credentials.slots if slot.is_active]
    uses = [
        (use.at, use.service not in _DATA_EVENTS and _should_be_heard(use.at, hearing, retention, now))
        for use in claims
        if use.at
    ]
    others = seen, user.password_last_used, credentials.password_last_used
    newest = max(filter(None, (*(at for at, _ in uses), *others)), default=now)
    return uses if any(is_due and at < newest - SAME_USE for at, is_due in uses) else []


def are_seen(uses: Sequence[tuple[datetime, bool]], seen: Iterable[datetime], now: datetime) -> bool:
    """Whether each of the uses that are due was seen, by a key of its own. `seen`: when each key was last.

    IAM knows of what was seen, but for its lag: a sighting that it does not know is of a key that is gone.
    """
    left = sorted(seen)
    for used, is_due in sorted(uses, reverse=True):
        own = [at for at in left if abs(at - used) <= SAME_USE or (at > used and at > now - _LATE)]
        if own:
            left.remove(own[-1])
        elif is_due:
            return False
    return True


def _should_be_heard(used: datetime, hearing: Hearing, retention: timedelta, now: datetime) -> bool:
    """Whether the table should have it, by now and still."""
    since = hearing.since
    return since is not None and since + _SETTLED <= used <= now - _LATE and used > now - retention


def _cause(subject: Subject, used: datetime, heard: Iterable[Heard]) -> str:
    use = subject.claim.use
    regions = {each.region: each for each in heard}
    region = regions.get(use.region)
    if use.region and (region is None or used < region.since):
        return f"nothing was heard from {use.region} then: it has no forwarder, or had none"
    if region and used > region.until + _SETTLED:
        return f"nothing was heard from {use.region} after {region.until:%Y-%m-%d}: see its rule and its trail"
    if subject.kind is Kind.PASSWORD:
        return "sign-ins come in by other regions than one works in: see that every region has a forwarder"
    if use.service in _DATA_EVENTS:
        return f"likely data events of {use.service}, which a trail logs only if told to"
    return "a data event, an event that the trail leaves out, or one that was lost on its way"
