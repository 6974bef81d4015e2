"""The commands in a notice: to disable what was used, and to look it up."""

from shlex import quote

from activity.commands import delete_password, deny_role, deny_user, disable_key
from awakened.subject import Kind, Subject


def disabling(subject: Subject) -> list[str]:
    """The report's commands. None for the root user's password: no command disables it."""
    if subject.access_key_id:
        return [disable_key(subject.access_key_id, "" if subject.kind is Kind.ROOT else subject.name)]
    of_kind = {Kind.PASSWORD: delete_password, Kind.USER: deny_user, Kind.ROLE: deny_role}.get(subject.kind)
    return [of_kind(subject.name)] if of_kind else []


def finding(subject: Subject, event_id: str, region: str) -> list[str]:
    """CloudTrail finds management events of the last 90 days, each in its own region."""
    who = f"lastseen who {quote(subject.access_key_id or subject.arn)}"
    if not event_id or not region:
        return [who]
    event = quote(f"AttributeKey=EventId,AttributeValue={event_id}")
    return [f"aws cloudtrail lookup-events --region {quote(region)} --lookup-attributes {event}", who]
