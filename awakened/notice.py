"""The notice as people read it: what was used, on what evidence, and what to do about it."""

from activity.accounts import titled
from activity.item import known_of
from activity.model import Evidence
from activity.plain import ascii_line, day, line, minute
from awakened.changes import in_words
from awakened.commands import disabling, finding
from awakened.flagged import Notice
from awakened.subject import Kind, Subject
from awakened.waking import Use

# A subject of SNS has fewer than 100 characters, an SMS has 160.
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_SUBJECT = 99
_LONGEST_SMS = 160
_LONGEST_VALUE = 200
_NAMELESS = {
    Kind.ACCESS_KEY: "an access key",
    Kind.PASSWORD: "a console password",
    Kind.USER: "a user",
    Kind.ROLE: "a role",
    Kind.ROOT: "the root user",
}


def text(notice: Notice) -> str:
    use, evidence = notice.use, clean(notice.use.activity.evidence)
    event = f"event {evidence.event_id}" if evidence.event_id else "an event without an id"
    parts = [
        f"{line(_sentence(use, notice.account_name))}:\n\n  {_told(evidence)}\n  {event}",
        line(_story(notice)),
        _advice(use),
        "To look up the event and the history:\n\n"
        + _indented(finding(use.subject, evidence.event_id, evidence.region)),
    ]
    return "\n\n".join(parts) + "\n"


def subject_line(use: Use, account_name: str = "") -> str:
    """ASCII, one line, short enough for SNS. No name is cut: a cut one is another's. See `_line`."""
    return _line(use, _LONGEST_SUBJECT, account_name)


def headline(use: Use) -> str:
    """What was done by what, and after how long: the subject without the account."""
    return _headlines(use)[0]


def sms(use: Use, account_name: str = "") -> str:
    address = ascii_line(clean(use.activity.evidence).source_ip)
    when, where = f", {minute(use.at)}", f", from {address}" if address else ""
    told = _line(use, _LONGEST_SMS - len(when), account_name) + when
    return told + where if len(told + where) <= _LONGEST_SMS else told


def _line(use: Use, longest: int, account_name: str) -> str:
    """The first that fits of: everything; without the days; without the key's owner; without any name.

    Of the account, of each of these: its name and id; its name; its id.
    """
    account = use.subject.account
    places = [f"{account_name} ({account})", account_name, account] if account_name else [account]
    lines = [ascii_line(f"IAM last activity {place}: {each}") for each in _headlines(use) for place in places]
    return next((line for line in lines if len(line) <= longest), lines[-1])


def _headlines(use: Use) -> list[str]:
    """The longest first."""
    refused = " (refused)" if use.is_denied else ""
    ends = [f" after {_days(use)}", " again"] if use.first_flagged else [""]
    return [f"{what} {_verb(use)}{end}{refused}" for what in _named(use) for end in ends]


def _named(use: Use) -> list[str]:
    """Its full name; for a key, its id alone; no name at all."""
    subject = use.subject
    if use.change:
        return [in_words(use.change)[0]]
    key = [f"access key {subject.access_key_id}"] if subject.access_key_id else []
    return [_what(subject), *key, _NAMELESS[subject.kind]]


def clean(evidence: Evidence) -> Evidence:
    """Callers choose much of it: it must not move a terminal's cursor, or fill the mail."""
    words = {name: _plain(value) for name, value in known_of(evidence).items() if isinstance(value, str)}
    return evidence._replace(**words)  # type: ignore[arg-type]  # only the texts are replaced


def _plain(value: str) -> str:
    plain = line(value)
    return plain if len(plain) <= _LONGEST_VALUE else f"{plain[: _LONGEST_VALUE - 3]}..."


def _sentence(use: Use, account_name: str) -> str:
    what, again = _named(use)[0], " again" if use.first_flagged else ""
    verb = _verb(use)
    was = verb if verb.startswith(("signed", "was")) else f"was {verb}"
    idle = f", idle for {_days(use)}," if use.first_flagged else ""
    account = titled(use.subject.account, account_name)
    sentence = f"{what[0].upper()}{what[1:]} in account {account}{idle} {was}{again} at {minute(use.at)}"
    if not use.is_denied:
        return sentence
    code = clean(use.activity.evidence).error_code
    return f"{sentence}, but refused{f' ({code})' if code else ''}; somebody still holds the credential"


def _told(evidence: Evidence) -> str:
    words = (
        f"{evidence.event_source} {evidence.event_name}".strip(),
        evidence.region,
        evidence.source_ip,
        f"session {evidence.session_name}" if evidence.session_name else "",
        {True: "with MFA", False: "without MFA", None: ""}[evidence.mfa],
        f"agent {evidence.user_agent}" if evidence.user_agent else "",
    )
    return ", ".join(filter(None, words)) or "no details known"


def _story(notice: Notice) -> str:
    """Since when it was flagged, and what else the use awakens."""
    use = notice.use
    if use.change:
        return "You get a notice of each change to the root user's sign-in and credentials."
    if not use.first_flagged:
        before = (
            f"The last time before was {day(use.since)}" if use.since else "This is the first time on record"
        )
        always = "You get a notice whenever the root user is active, at most one an hour for each address."
        return f"{before}. {always}"
    also = " and ".join(_what(subject) for subject in notice.also)
    ended = f"It is no longer flagged.{f' The same goes for {also}.' if also else ''}"
    return f"First flagged on {day(use.first_flagged)}. {ended}"


def _advice(use: Use) -> str:
    if use.change:
        return (
            "If this is not expected, somebody may be taking over the account. Sign in as the root user, change"
            " its password, and check its email address, MFA devices and access keys. If you can no longer sign"
            " in, contact AWS Support."
        )
    subject = use.subject
    commands = disabling(subject)
    if not commands:
        return "If this is not expected, change the root user's password and check its MFA devices and keys."
    who = " as the root user" if subject.kind is Kind.ROOT else ""
    return f"If this is not expected, disable it{who}:\n\n{_indented(commands)}"


def _verb(use: Use) -> str:
    subject = use.subject
    if use.change:
        return f"was {in_words(use.change)[1]}"
    if use.is_place_alone:
        return "active"
    if subject.kind is Kind.ROOT and not subject.access_key_id:
        return "signed in"
    return "active" if subject.kind is Kind.USER else "used"


def _what(subject: Subject) -> str:
    owner = "the root user" if subject.kind is Kind.ROOT else f"user {subject.name}"
    if subject.access_key_id:
        return f"access key {subject.access_key_id} of {owner}"
    return {Kind.PASSWORD: f"the console password of {owner}", Kind.ROLE: f"role {subject.name}"}.get(
        subject.kind, owner
    )


def _indented(lines: list[str]) -> str:
    return "\n".join(f"    {line(each)}" for each in lines)


def _days(use: Use) -> str:
    days = use.idle.days if use.idle else 0
    return f"{days:,} {'day' if days == 1 else 'days'}"
