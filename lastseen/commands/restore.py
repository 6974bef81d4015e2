"""`lastseen restore`: restores what quarantine has disabled, by the tags in IAM alone."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from activity.arn import parts
from activity.finding import Kind, parse
from lastseen.asking.disabled import Chosen, everything, named, of_day
from lastseen.commands.options import AsJson, Profile, Region
from lastseen.commands.restored import tell, tell_list, tell_nothing, tell_planned, tell_unread, which
from lastseen.commands.then import day_of
from lastseen.connection import BRISK, Connection, connected
from lastseen.terminal import INCOMPLETE, MISUSED, NOTHING_FOUND, misused, piped, warn
from quarantine.hands import Hands
from quarantine.restore import Disabled, Unreadable, disabled, restore
from reporter.inventory.answers import is_denied, reason

EXAMPLES = """\b
lastseen restore
lastseen restore 123456789012:role:AROAEXAMPLEDEPLOY0001
lastseen restore AKIAEXAMPLEALICE0001
lastseen restore deploy --dry-run
lastseen restore --run 2026-11-27
"""
# IAM is asked in one region of each partition, whichever is set:
# https://docs.aws.amazon.com/general/latest/gr/iam-service.html
_REGIONS = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_REGION = "us-east-1"

Finding = Annotated[
    str | None,
    typer.Argument(metavar="FINDING", help="Its id, an access key id, or the name or ARN of a user or role."),
]
Run = Annotated[
    str | None, typer.Option("--run", metavar="2026-11-27", help="All that was disabled on that day, in UTC.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be restored, and do nothing.")]


def restore_command(
    finding: Finding = None,
    run: Run = None,
    dry_run: DryRun = False,
    region: Region = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Restore what quarantine has disabled; without FINDING and --run, list it.

    Detaches AWSDenyAll from the user or role, or activates the access key, and
    takes off the tag that says so. The tags in IAM are all that it needs: it
    works without the tracker's table, too. Quarantine leaves alone what was restored,
    until it has been used and is stale again.

    Your own credentials must be of the finding's account, whose id it begins with,
    and be allowed what RestorePolicyArn of quarantine's stack there allows.

    Exit status 1: quarantine has disabled nothing of the kind, IAM refused to
    restore some of it, or a tag was edited, so that it must be restored by hand:
    the commands for that are printed. Exit status 2: nothing was done, because
    the words are wrong or AWS could not be asked.
    """
    day = _checked(finding, run)
    with _ending(is_asked=bool(finding or run)), _connected(finding, region, profile) as connection:
        _check_account(connection, finding)
        hands = Hands(connection.client("iam"))
        chosen = _chosen(_listed(hands), finding, day)
        if not (finding or day):
            tell_list(chosen.acts, as_json=as_json)
        elif dry_run:
            tell_planned(chosen.acts, as_json=as_json)
        elif not _give_back(hands, chosen.acts, as_json=as_json):
            raise typer.Exit(INCOMPLETE)
    if chosen.unread:
        raise typer.Exit(INCOMPLETE)


def _checked(finding: str | None, run: str | None) -> date | None:
    """All that can be told without AWS."""
    with _ending(is_asked=True):
        if finding and run:
            misused("give either an id or --run, not both")
        found = parse((finding or "").strip())
        if found and found.kind == Kind.PASSWORD:
            misused(f"{found} is a password's id, and quarantine never disables passwords")
        day = day_of(run) if run else None
        if day and day > datetime.now(UTC).date():
            misused(f"{day} has not come yet: give the day of a run, in UTC")
        return day


@contextmanager
def _ending(*, is_asked: bool) -> Iterator[None]:
    """Where the command ends early, it says that nothing was done."""
    try:
        yield
    except typer.Exit as end:
        if is_asked and end.exit_code == MISUSED:
            warn(["Nothing was restored."])
        raise


def _connected(finding: str | None, region: str | None, profile: str | None) -> Any:
    usual = _REGIONS.get(parts(finding or "").partition, _REGION)
    return connected({}, region=region, profile=profile, is_optional=True, usual_region=usual)


def _check_account(connection: Connection, wanted: str | None) -> None:
    """Ends the command if the finding is of another account. If STS does not answer, IAM will."""
    found = parse((wanted or "").strip())
    account = found.account if found else parts((wanted or "").strip()).account
    if not account:
        return
    try:
        own = connection.client("sts", config=BRISK).get_caller_identity()["Account"]
    except (ClientError, BotoCoreError):
        return
    if own != account:
        misused(
            f"{wanted} is of account {account}, and your credentials are of account {own}:"
            f" name a profile of {account} (--profile, or AWS_PROFILE) that is allowed what"
            " RestorePolicyArn of quarantine's stack there allows"
        )


def _listed(hands: Hands) -> list[Disabled | Unreadable]:
    try:
        return disabled(hands.iam)
    except ClientError as error:
        if not is_denied(error):
            raise
        misused(f"not allowed: {reason(error)}: see RestorePolicyArn of quarantine's stack")


def _chosen(listed: list[Disabled | Unreadable], finding: str | None, day: date | None) -> Chosen:
    """Ends the command if that is nothing, or it is not clear which."""
    every = everything(listed)
    chosen = of_day(every, day) if day else named(every, finding) if finding else every
    tell_unread(chosen.unread)
    if not chosen.acts:
        tell_nothing(chosen, every.acts, finding or "", day)
        raise typer.Exit(NOTHING_FOUND)
    if finding and len(chosen.acts) > 1:
        misused(which(finding, chosen.acts))
    return chosen


def _give_back(hands: Hands, acts: Iterable[Disabled], *, as_json: bool) -> bool:
    """Whether all of it was restored. Of a user's two keys, the second finds the tag without the first."""
    refused, done = list[str](), dict[str, list[str]]()
    with piped():
        for each in acts:
            also = done.setdefault(each.target.arn, [])
            try:
                restore(hands, each, also)
            except (ClientError, BotoCoreError) as error:
                refused.append(each.target.title)
                warn([f"{each.target.title}: {reason(error)}"])
                continue
            also.append(each.target.held)
            tell(each, as_json=as_json)
    if refused:
        some = any(done.values())
        warn([f"Not restored: {', '.join(refused)}." if some else "Nothing was restored."])
    return not refused
