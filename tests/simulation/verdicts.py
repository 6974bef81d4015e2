"""Whether a report judged rightly, by all that is true of the account."""

from datetime import timedelta
from itertools import pairwise

from simulation.tracker import SETTINGS

# The table may be as much behind the truth.
RESOLUTION = timedelta(minutes=5)
LIMITS = {
    "user": timedelta(days=int(SETTINGS["STALE_USER_DAYS"])),
    "password": timedelta(days=int(SETTINGS["STALE_USER_DAYS"])),
    "access_key": timedelta(days=int(SETTINGS["STALE_KEY_DAYS"])),
    "role": timedelta(days=int(SETTINGS["STALE_ROLE_DAYS"])),
}


def thing_of(subject):
    """Of a finding's, or of a resolution's, whose holder is known."""
    return str(subject.kind), subject.access_key_id or subject.id


def check_verdicts(account, tracker, report, now):
    found = {thing_of(each.subject) for each in report.findings}
    for thing in found:
        kind, _ = thing
        used = max((use.at for use in known_uses(account, tracker, thing)), default=None)
        assert used is None or now - used >= LIMITS[kind] - RESOLUTION, f"{thing} was used at {used}"
    dormant = {thing_of(subject) for subject, _ in report.dormant}
    for thing in dormant:
        kind, held = thing
        things = {thing} | ({*account.held_by(held)} if kind == "user" else set())
        is_one = any(may_be_dormant(account, each, now) for each in things)
        assert is_one, f"{thing} is told as dormant, and has no rhythm, or is overdue"
    assert not dormant & found, f"{dormant & found} are told as stale and as dormant"
    if not report.gaps:
        idle = set(idle_things(account, now, tracker.iam.reported))
        assert idle <= found | dormant, f"{idle - found - dormant} are idle"
        overlooked = {thing for thing in found if must_be_dormant(account, thing, now)}
        assert not overlooked, f"{overlooked} are told as stale, and have a rhythm"


def may_be_dormant(account, thing, now):
    """By the days of all uses that were heard: some period fits, and one and a half of it are not over."""
    today = now.date()
    made = account.made(thing)
    # From before it was made, what tells no id was of its predecessor.
    uses = [use for use in account.uses_like(thing) if made is None or use.at.date() >= made.date()]
    gaps = gaps_between({use.at.date() for use in uses if use.is_heard and (today - use.at.date()).days <= 400})
    last = max(use.at.date() for use in uses)
    for period in range(7, 201):
        single = [gap for gap in gaps if abs(gap - period) <= period / 4]
        double = [gap for gap in gaps if abs(gap - 2 * period) <= period / 4]
        fits = len(single) >= 3 and len(single) + len(double) >= 0.8 * len(gaps)
        if fits and (today - last).days <= 1.5 * period + 1:
            return True
    return False


def must_be_dormant(account, thing, now):
    """It was only ever used by its own id and name, all of that is in the table, and there is no doubt."""
    uses = account.uses_of(thing)
    names = {use.arn for use in uses}
    others = [use for use in account.uses if use.arn in names and (use.is_anonymous or use.id != uses[0].id)]
    gaps, today = gaps_between({use.at.date() for use in uses}), now.date()
    if len(gaps) < 3 or others or len(names) > 1 or not all(use.is_heard for use in uses):
        return False
    heard = account.days_heard()
    first, last = min(uses, key=_at).at.date(), max(uses, key=_at).at.date()
    missing = [day for day in range((today - first).days) if today - timedelta(days=day) not in heard]
    is_heard = not any({*range(day, day + 4)} <= {*missing} for day in missing)
    is_regular = min(gaps) >= 21 and max(gaps) - min(gaps) <= 2
    is_kept = (today - first).days <= 400
    return is_heard and is_regular and is_kept and (today - last).days < 1.4 * min(gaps)


def gaps_between(days):
    """From the first day of each run to that of the next."""
    begun = sorted(day for day in days if day - timedelta(days=1) not in days)
    return [(later - earlier).days for earlier, later in pairwise(begun)]


def _at(use):
    return use.at


def idle_things(account, now, reported):
    """What was not used, whoever knows of it, nor is new; nor newly in IAM's credential report."""
    for thing, began, is_exempt in account.things(reported):
        since = now - LIMITS[thing[0]]
        used = [use.at for use in account.uses_of(thing)]
        if max([began, *used]) <= since and not is_exempt and not _may_be_anothers(account, thing, since):
            yield thing


def _may_be_anothers(account, thing, since):
    """Events that tell no id are of whoever has the name now, though another had it then."""
    user = account.user_of(thing)
    return user and any(
        use.is_anonymous and use.at > since and use.arn == user.arn and use.id != user.id
        for use in account.uses
    )


def known_uses(account, tracker, thing):
    """The uses that the report had to know of: in the table, or told of by IAM."""
    user = account.user_of(thing)
    for use in account.uses_of(thing):
        # Of other names, those are asked under which the user was seen by its id.
        is_asked = not use.is_anonymous or user is None or user.arn == use.arn
        if is_told_by_iam(account, tracker, thing, use) or (is_asked and is_in_table(account, use, thing)):
            yield use


def is_told_by_iam(account, tracker, thing, use):
    """Of a user, IAM tells what was used of what it still has."""
    reported = tracker.iam.reported
    is_there = thing[0] != "user" or any(account.exists(each) for each in use.things if each != thing)
    return reported and use.iam_knows and use.iam_knows <= reported and is_there


def is_in_table(account, use, thing):
    """What tells no id, or is of a password, is kept by name: it is lost once another of that name is seen."""
    if not use.is_heard:
        return False
    later = [
        each
        for each in account.uses
        if each.arn == use.arn and each.is_heard and each.at >= use.at and each.id != use.id
    ]
    if thing[0] == "password":
        return not any(each.things[0][0] == "password" for each in later)
    if use.is_anonymous:
        user = account.user_of(("user", use.id))
        is_named_so = user is None or user.arn == use.arn
        return thing[0] == "access_key" or (is_named_so and not any(each.is_anonymous for each in later))
    return True
