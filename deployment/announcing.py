"""What a deployment is told of the account: where it goes and by whom, the trails, and who gets the mail."""

from typing import Any

from botocore.exceptions import ClientError

from deployment.forwarders import Client
from deployment.settings import Settings
from lastseen.checking.aws import Aws
from lastseen.checking.check import Unread


def announce(client: Client, settings: Settings) -> list[dict[str, Any]]:
    """Says where it goes, and by whom, before anything is asked or changed; answers the account's trails."""
    caller = client("sts", settings.region).get_caller_identity()
    where = f"account {caller['Account']}, region {settings.region}"
    print(f"Stack {settings.stack} in {where}, by {caller['Arn']}", flush=True)
    try:
        trails: list[dict[str, Any]] = client("cloudtrail", settings.region).describe_trails()["trailList"]
    except ClientError:
        return []  # Whoever deploys need not be allowed to look; the reporter does, every day.
    if not trails:
        print("Warning: this account has no CloudTrail trail, so no events will arrive.", flush=True)
    return trails


def is_confirmed(client: Client, settings: Settings, topic: str) -> bool:
    email = dict(settings.values)["NotificationEmail"]
    found = Aws(client, settings.region).subscriptions(topic)
    return not isinstance(found, Unread) and found.get(email, "").startswith("arn:")
