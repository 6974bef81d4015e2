"""`lastseen restore`: restores what quarantine has disabled, by the tags in IAM alone."""

from collections.abc import Iterable
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from activity.finding import FindingId, parse
from activity.model import to_text
from activity.quarantine.target import TAG
from lastseen.commands.options import AsJson, Profile, Region
from lastseen.commands.then import day_of
from lastseen.connection import BRISK, Connection, connected
from lastseen.terminal import INCOMPLETE, NOTHING_FOUND, misused, piped, print_json, shown, warn
from quarantine.hands import Hands
from quarantine.restore import Disabled, Unreadable, disabled, of_day, of_finding, restore
from reporter.inventory.answers import is_denied, reason

EXAMPLES = """\b
lastseen restore 123456789012:role:AROAEXAMPLEDEPLOY0001
lastseen restore 123456789012:access_key:AKIAEXAMPLEALICE0001
lastseen restore --run 2026-11-27
"""

Finding = Annotated[str | None, typer.Argument(metavar="FINDING", help="The finding's id, as the mail has it.")]
Run = Annotated[
    str | None, typer.Option("--run", metavar="2026-11-27", help="All that was disabled on that day, in UTC.")
]


def restore_command(
    finding: Finding = None,
    run: Run = None,
    region: Region = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Restore what quarantine has disabled.

    Detaches AWSDenyAll from the user or role, or activates the access key, and
    takes off the tag that says so. The tags in IAM are all that it needs: it
    works without the tracker's table, too. Quarantine leaves alone what was restored,
    until it has been used and is stale again.

    Your own credentials must be of the finding's account, whose id it begins with,
    and be allowed what RestorePolicyArn of quarantine's stack there allows.
    Exit status 1 says that nothing of the kind is disabled, or that IAM refused
    some of it.
    """
    if (finding is None) == (run is None):
        misused("give the id of a finding, or --run with a day")
    with connected({}, region=region, profile=profile, is_optional=True) as connection:
        _check_account(connection, parse(finding or ""))
        hands = Hands(connection.client("iam"))
        listed = _listed(hands)
        chosen = of_finding(listed, finding) if finding else of_day(listed, day_of(run or ""))
        warn(f"{each.arn}: {each.why}" for each in listed if isinstance(each, Unreadable))
        failed = _give_back(hands, chosen, as_json=as_json)
    if not chosen:
        what = finding or f"a run of {run}"
        warn([f"nothing is disabled by {what}: no user or role of this account has a tag {TAG} that says so"])
        raise typer.Exit(NOTHING_FOUND)
    if failed:
        raise typer.Exit(INCOMPLETE)


def _check_account(connection: Connection, wanted: FindingId | None) -> None:
    """Ends the command if the finding is of another account. If STS does not answer, IAM will."""
    if wanted is None:
        return
    try:
        own = connection.client("sts", config=BRISK).get_caller_identity()["Account"]
    except (ClientError, BotoCoreError):
        return
    if own != wanted.account:
        misused(
            f"the finding is of account {wanted.account}, and your credentials are of account {own}:"
            f" name a profile of {wanted.account} (--profile, or AWS_PROFILE) that is allowed what"
            " RestorePolicyArn of quarantine's stack there allows"
        )


def _listed(hands: Hands) -> list[Disabled | Unreadable]:
    try:
        return disabled(hands.iam)
    except ClientError as error:
        if not is_denied(error):
            raise
        misused(f"not allowed: {reason(error)}: see RestorePolicyArn of quarantine's stack")


def _give_back(hands: Hands, chosen: Iterable[Disabled], *, as_json: bool) -> bool:
    """Whether any of it was refused. Of a user's two keys, the second finds the tag without the first."""
    failed, done = False, dict[str, list[str]]()
    with piped():
        for each in chosen:
            also = done.setdefault(each.target.arn, [])
            try:
                restore(hands, each, also)
            except (ClientError, BotoCoreError) as error:
                failed = True
                warn([f"{each.target.title}: {reason(error)}"])
                continue
            also.append(each.target.held)
            _tell(each, as_json=as_json)
    return failed


def _tell(what: Disabled, *, as_json: bool) -> None:
    target = what.target
    if as_json:
        told = {"finding_id": target.finding, "kind": str(target.kind), "arn": target.arn}
        print_json([told | {"disabled_at": to_text(what.at), "restored": True}])
    else:
        print(shown(f"restored: {target.title}, disabled on {to_text(what.at)}"))
