"""Whether a report judged rightly, by all that is true of the account."""

from datetime import timedelta

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
    if not report.gaps:
        idle = set(idle_things(account, now, tracker.iam.reported))
        assert idle <= found, f"{idle - found} are idle"


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
