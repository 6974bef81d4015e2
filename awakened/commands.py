"""What a person may type after a notice: to disable what was used, and to learn more."""

from shlex import quote

from awakened.subject import Kind, Subject

_DENY_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'


def disabling(subject: Subject) -> list[str]:
    """As the report has them. None would take the console from the root user."""
    name = quote(subject.name)
    if subject.access_key_id:
        # Without a user's name, the command is about the keys of the caller, who then has to be the root user.
        whose = "" if subject.kind is Kind.ROOT else f" --user-name {name}"
        key = quote(subject.access_key_id)
        return [f"aws iam update-access-key{whose} --access-key-id {key} --status Inactive"]
    deny = f"--policy-name LastActivityDenyAll --policy-document {quote(_DENY_ALL)}"
    return {
        Kind.PASSWORD: [f"aws iam delete-login-profile --user-name {name}"],
        Kind.USER: [f"aws iam put-user-policy --user-name {name} {deny}"],
        Kind.ROLE: [f"aws iam put-role-policy --role-name {name} {deny}"],
    }.get(subject.kind, [])


def finding(subject: Subject, event_id: str, region: str) -> list[str]:
    """CloudTrail finds management events of 90 days, each in its region."""
    who = f"lastseen who {quote(subject.access_key_id or subject.arn)}"
    if not event_id or not region:
        return [who]
    event = quote(f"AttributeKey=EventId,AttributeValue={event_id}")
    return [f"aws cloudtrail lookup-events --region {quote(region)} --lookup-attributes {event}", who]
