"""Credentials whose last use AWS doesn't record: how to call them, and the commands for them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from shlex import quote

from activity.plain import day
from reporter.inventory.account import Gap, Inventory, Undatable, Undated, User

_NOUNS = {
    Undatable.SERVICE_SPECIFIC_CREDENTIAL: ("service-specific credential", "service-specific credentials"),
    Undatable.SSH_PUBLIC_KEY: ("SSH public key", "SSH public keys"),
    Undatable.SIGNING_CERTIFICATE: ("signing certificate", "signing certificates"),
}
_ARTICLES = {Undatable.SSH_PUBLIC_KEY: "an"}
_UPDATES = {
    Undatable.SERVICE_SPECIFIC_CREDENTIAL: (
        "update-service-specific-credential --user-name={} --service-specific-credential-id {}"
    ),
    Undatable.SSH_PUBLIC_KEY: "update-ssh-public-key --user-name={} --ssh-public-key-id {}",
    Undatable.SIGNING_CERTIFICATE: "update-signing-certificate --user-name={} --certificate-id {}",
}


def all_of(inventory: Inventory) -> tuple[Undated, ...]:
    """The active ones first, the oldest first."""
    every = (each for user in inventory.users for each in user.undated)
    return tuple(sorted(every, key=lambda each: (not each.is_active, _age_of(each), each.arn, each.id)))


def disables(command: str) -> bool:
    """Whether a command disables one of these, and so something that may be in use."""
    return command.startswith(tuple(f"aws iam {each.partition('{')[0]}" for each in _UPDATES.values()))


def with_undated(user: User, found: tuple[Undated, ...] | Gap) -> User:
    """The user, with what IAM returned when asked about it."""
    if isinstance(found, Gap):
        return replace(user, undated_gap=found)
    kept = [each for each in user.undated if each.kind is Undatable.SERVICE_SPECIFIC_CREDENTIAL]
    return replace(user, undated=(*kept, *found), is_looked_up=True)


def active(those: Iterable[Undated]) -> tuple[Undated, ...]:
    return tuple(each for each in those if each.is_active)


def commands(those: Iterable[Undated]) -> tuple[str, ...]:
    """None for a credential whose id isn't known. Names may begin with a dash."""
    return tuple(
        f"aws iam {_UPDATES[each.kind].format(quote(each.user), each.id)} --status Inactive"
        for each in active(those)
        if each.id
    )


def held(those: Sequence[Undated]) -> str:
    """ "a service-specific credential for bedrock.amazonaws.com and 2 SSH public keys"."""
    numbers = Counter((each.kind, each.service) for each in those)
    words = [_counted(number, kind, service) for (kind, service), number in numbers.items()]
    return " and ".join(words)


def listed(each: Undated, now: datetime) -> str:
    """One line of the mail."""
    words = [
        " ".join(filter(None, (_NOUNS[each.kind][0], each.id)))
        + (f" for {each.service}" if each.service else ""),
        "" if each.is_active else each.status.lower(),
        age(each, now),
        f"expires on {day(each.expires)}" if each.expires and each.expires > now else "",
        f"expired on {day(each.expires)}" if each.expires and each.expires <= now else "",
    ]
    return f"- user {each.user}: {', '.join(filter(None, words))}"


def age(each: Undated, now: datetime) -> str:
    days = age_days(each, now)
    return "" if days is None else f"{days:,} {'day' if days == 1 else 'days'} old"


def age_days(each: Undated, now: datetime) -> int | None:
    return (now - each.created).days if each.created else None


def _age_of(each: Undated) -> float:
    return each.created.timestamp() if each.created else 0.0


def _counted(number: int, kind: Undatable, service: str) -> str:
    one, many = _NOUNS[kind]
    for_service = f" for {service}" if service else ""
    return f"{_ARTICLES.get(kind, 'a')} {one}{for_service}" if number == 1 else f"{number} {many}{for_service}"
