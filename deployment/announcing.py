"""What a deployment is told of the account: where it goes and by whom, the trails, and who gets the mail."""

import sys
from typing import Any

from deployment.forwarders import Client
from deployment.settings import Settings
from lastseen.checking.answer import asked
from lastseen.checking.aws import Aws
from lastseen.checking.check import Check, State, Unread
from lastseen.checking.trails import trail_checks
from reporter.inventory.account import Gap


def announce(client: Client, settings: Settings) -> None:
    """Says where it goes, by whom, and whether events will come.

    Raises botocore's errors if AWS does not say who asks.
    """
    caller = client("sts", settings.region).get_caller_identity()
    account = f"{caller['Account']}{_alias(client, settings.region)}"
    print(f"Stack {settings.stack} in account {account}, region {settings.region}, by {caller['Arn']}")
    for check in trail_checks(Aws(client, settings.region).trails()):
        print(_said(check))
    sys.stdout.flush()


def _alias(client: Client, region: str) -> str:
    """What people call the account, if it has a name and whoever deploys may ask for it."""
    iam = client("iam", region)
    found = asked("iam:ListAccountAliases", lambda: iam.list_account_aliases()["AccountAliases"])
    return "" if isinstance(found, Unread) or not found else f" ({found[0]})"


def _said(check: Check) -> str:
    match check.state:
        case State.RIGHT:
            return f"CloudTrail: {check.said}"
        case State.WRONG if check.is_unread:
            return f"Warning: CloudTrail's trails {check.said}"
        case State.WRONG:
            return f"Warning: {check.said}{f' Fix: {check.remedy}' if check.remedy else ''}"
        case State.NOT_PERMITTED:
            return f"Not checked: whether CloudTrail's trails log management events; that {check.said}"


def described(client: Client, region: str) -> list[dict[str, Any]] | Unread:
    """The trails, as CloudTrail describes them."""
    cloudtrail = client("cloudtrail", region)
    return asked("cloudtrail:DescribeTrails", lambda: cloudtrail.describe_trails()["trailList"])


def trails(client: Client, region: str) -> list[dict[str, Any]]:
    """The same; none if CloudTrail may not be asked."""
    found = described(client, region)
    return [] if isinstance(found, Unread) else found


def has_trail(client: Client, region: str) -> bool:
    """Whether a trail logs management events; one that may not be asked is taken to."""
    found = Aws(client, region).trails()
    return isinstance(found, Gap) or bool(found.by or found.notes)


def is_confirmed(client: Client, settings: Settings, topic: str) -> bool:
    email = dict(settings.values)["NotificationEmail"]
    found = Aws(client, settings.region).subscriptions(topic)
    return not isinstance(found, Unread) and found.get(email, "").startswith("arn:")
