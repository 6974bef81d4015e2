"""Uses that IAM knows of, and for which no event came although the tracker was listening."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from activity.finding import Kind
from activity.model import Activity
from reporter.inventory.account import Gap, User
from reporter.judgement.staleness import SAME_USE, Verdict
from reporter.judgement.subjects import Subject
from reporter.listening.coverage import Coverage
from reporter.listening.roads import remedy

_A_DAY = timedelta(days=1)
_VERIFY = "make verify"
_NOTHING = "nothing to do: IAM's record counts"
# Even delayed events have arrived by then.
_LATE = timedelta(hours=4)
# Events from this long after the first one on should all arrive.
_SETTLED = timedelta(hours=1)
# A service that assumes a role may act for as long as its session lasts.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html
_LONGEST_SESSION = timedelta(hours=12)
_USER_GUIDE = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
# Services whose everyday calls are not management events, by their names in IAM's reports, with AWS's page: a
# trail logs these calls only if it is set to, and some never.
NO_MANAGEMENT_EVENTS = dict.fromkeys(
    (
        "aoss", "appconfig", "aps", "bedrock", "cassandra", "cognito-identity", "cognito-sync", "dynamodb",
        "ebs", "execute-api", "iotdata", "iotdevicegateway", "kinesis", "kinesisvideo", "lambda", "monitoring",
        "neptune-db", "rds-data", "s3", "s3-object-lambda", "s3-outposts", "s3express", "s3tables", "sagemaker",
        "sns", "sqs", "ssmmessages", "timestream", "verifiedpermissions", "xray",
    ),
    _USER_GUIDE + "logging-data-events-with-cloudtrail.html",
) | {
    # Sending mail by SMTP is not logged at all, other sending as data events.
    "ses": "https://docs.aws.amazon.com/ses/latest/dg/logging-using-cloudtrail.html",
    # PutLogEvents is not logged.
    "logs": "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/logging_cw_api_calls_cwl.html",
    # PutRecord and PutRecordBatch are not.
    "firehose": "https://docs.aws.amazon.com/firehose/latest/dev/monitoring-using-cloudtrail.html",
    # Requests to a domain's own address are not.
    "es": "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudtrailauditing.html",
    # PutEvents is not.
    "mobiletargeting": "https://docs.aws.amazon.com/pinpoint/latest/developerguide/logging-using-cloudtrail.html",
    "ec2messages": "https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudtrail-logs.html",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missed:
    """`used`: the last use according to IAM; `seen`: the last that the table has; `fix`: what to do."""

    subject: Subject
    used: datetime
    seen: datetime | None
    cause: str
    fix: str


def missed(
    judged: Sequence[tuple[Subject, Verdict]], coverage: Coverage, *, retention: timedelta, now: datetime
) -> Iterator[Missed]:
    """One for each password, key or role; for a user only if none of its credentials shows that use."""
    told = set()
    for subject, verdict in sorted(judged, key=lambda each: each[0].kind is Kind.USER):
        used = subject.claim.use.at
        seen = verdict.seen.last_seen if verdict.seen else None
        is_told = subject.kind is Kind.USER and (subject.arn, used) in told
        if used is None or not subject.facets or is_told or subject.is_own:
            continue
        is_due = _should_show(used, coverage, retention, now)
        if is_due and (seen is None or seen < used - SAME_USE) and not _is_of_session(verdict.seen, used):
            told.add((subject.arn, used))
            yield Missed(subject, used, seen, *_cause(subject, used, verdict.seen, coverage, now))


def hidden_uses(
    user: User, seen: datetime | None, coverage: Coverage, *, retention: timedelta, now: datetime
) -> list[tuple[datetime, bool]]:
    """Uses of active keys, according to IAM, each with whether it should have arrived as an event.

    Empty unless a newer use of the same user, `seen` by CloudTrail or not, may hide a missed one, and data
    events that the trail doesn't log are not the likely cause.
    """
    credentials = user.credentials
    if isinstance(credentials, Gap):
        return []
    claims = [slot.last_used for slot in credentials.slots if slot.is_active]
    uses = [
        (use.at, use.service not in NO_MANAGEMENT_EVENTS and _should_show(use.at, coverage, retention, now))
        for use in claims
        if use.at
    ]
    others = seen, user.password_last_used, credentials.password_last_used
    known = [*(at for at, _ in uses), *filter(None, others)]
    return uses if any(is_due and at < max(known) - SAME_USE for at, is_due in uses) else []


def are_seen(uses: Sequence[tuple[datetime, bool]], seen: Iterable[datetime], now: datetime) -> bool:
    """Whether each use that is due was seen, with a key of its own. `seen`: when each key was last seen.

    Except for its lag, IAM knows of all that was seen. A sighting that it doesn't know is of a deleted key.
    """
    left = sorted(seen)
    for used, is_due in sorted(uses, reverse=True):
        own = [at for at in left if at >= used - SAME_USE and (at <= used + SAME_USE or at > now - _LATE)]
        if own:
            left.remove(own[-1])
        elif is_due:
            return False
    return True


def _should_show(used: datetime, coverage: Coverage, retention: timedelta, now: datetime) -> bool:
    """Whether the table should have it: it should have arrived, and not have expired yet."""
    since = None if coverage.basis else coverage.since
    return since is not None and since + _SETTLED <= used <= now - _LATE and used > now - retention


def _is_of_session(seen: Activity | None, used: datetime) -> bool:
    """Whether a service assumed the role before, and this may be its calls that a trail doesn't log."""
    return seen is not None and _is_by_service(seen) and used - seen.last_seen <= _LONGEST_SESSION


def _is_by_service(seen: Activity) -> bool:
    return seen.evidence.type == "AWSService" and seen.evidence.event_name == "AssumeRole"


def _cause(
    subject: Subject, used: datetime, seen: Activity | None, coverage: Coverage, now: datetime
) -> tuple[str, str]:
    """The likely cause, and what to do about it."""
    use = subject.claim.use
    forward = remedy(coverage.roads(now)).forward
    region = {each.region: each for each in coverage.known}.get(use.region)
    since, until = (region.since, region.until) if region else (None, None)
    if use.region and (since is None or used < since):
        return f"{use.region} had sent no events by then", forward
    if until and used > until + _SETTLED:
        return f"no events came from {use.region} after {until:%Y-%m-%d}", _VERIFY
    if subject.kind is Kind.PASSWORD:
        return "sign-ins are logged in several regions", forward
    if use.service in NO_MANAGEMENT_EVENTS:
        return f"likely data events of {use.service}, which a trail logs only if told to, or never", _NOTHING
    if seen and _is_by_service(seen):
        return "likely data events: lately, CloudTrail shows only that a service assumed it", _NOTHING
    day = f"--since {used:%Y-%m-%d} --until {used + _A_DAY:%Y-%m-%d}"
    return (
        "a data event, an event that the trail leaves out, or one that was lost",
        f"lastseen replay s3://BUCKET/ {day} (reads it, if it was lost)",
    )
