"""A notice as a message in a chat channel; those of the same user or role are a thread."""

from collections.abc import Iterator

from activity.accounts import titled
from activity.arn import without_path
from activity.chat import code, command, notification, text
from activity.plain import day, minute
from awakened.commands import disabling, finding
from awakened.flagged import Notice
from awakened.notice import clean, headline
from awakened.subject import Subject
from awakened.waking import Use

_ELSEWHERE = "The command that disables it is in the mail: this channel would change its characters."


def chat(notice: Notice) -> str:
    use, evidence = notice.use, clean(notice.use.activity.evidence)
    title = f":warning: {text(headline(use))}"
    steps = [*_disabling(use.subject), *map(command, finding(use.subject, evidence.event_id, evidence.region))]
    subject = use.subject
    known = {"finding_id": subject.finding_id, "account": subject.account, "event_id": evidence.event_id}
    context = {name: value for name, value in known.items() if value}
    return notification(
        title, _lines(notice), steps, event="awakened", thread=_thread(subject), context=context
    )


def _thread(subject: Subject) -> str:
    return f"{subject.account}/{without_path(subject.arn).split(':', 5)[5]}"


def _lines(notice: Notice) -> Iterator[str]:
    use = notice.use
    yield f"{_whose(use, notice.account_name)}, {minute(use.at)}"
    evidence = clean(use.activity.evidence)
    call = f"{evidence.event_source} {evidence.event_name}".strip()
    session = f"session {code(evidence.session_name)}" if evidence.session_name else ""
    agent = f"agent {code(evidence.user_agent)}" if evidence.user_agent else ""
    region = f"in {code(evidence.region)}" if evidence.region else ""
    address = f"from {code(evidence.source_ip)}" if evidence.source_ip else ""
    told = ", ".join(filter(None, (code(call) if call else "", region, address, session, agent)))
    yield told or "no details known"
    if use.first_flagged:
        yield f"First flagged on {day(use.first_flagged)}."
    if notice.also:
        yield f"The same goes for {', '.join(map(_also, notice.also))}."


def _whose(use: Use, account_name: str) -> str:
    return f"Account {code(titled(use.subject.account, account_name))}, {code(use.subject.name)}"


def _also(subject: Subject) -> str:
    kind = str(subject.kind).replace("_", " ")
    return f"{kind} {code(subject.access_key_id or subject.name)}"


def _disabling(subject: Subject) -> list[str]:
    """None for the root user's password: no command disables it."""
    commands = [command(each) for each in disabling(subject)]
    return commands if all(commands) else [_ELSEWHERE]
