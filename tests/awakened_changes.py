"""Items and records of the table's stream, for the tests of awakened."""

from builders import ACCOUNT, at

from activity.item import Flag, Item, attributes, typed
from activity.model import Activity, Evidence, to_text

CAROL = f"arn:aws:iam::{ACCOUNT}:user/people/carol"
CAROL_ID, CAROL_KEY = "AIDACAROL", "AKIACAROL"
BATCH = f"arn:aws:iam::{ACCOUNT}:role/batch"
BATCH_ID = "AROABATCH"
ROOT_USER = f"arn:aws:iam::{ACCOUNT}:root"
ITSELF, KEY, DENIED_KEY = f"ID#{CAROL_ID}", f"KEY#{CAROL_KEY}", f"DENIED#{CAROL_KEY}"
DAY = 86_400
# Reports flagged it at 0, as not used for 200 days then.
FLAG = Flag(at(0), idle_since=at(-200 * DAY))


def seen(facet, seconds, *, principal=CAROL, event_id="event-1", **evidence):
    known = {
        "principal_id": CAROL_ID if principal == CAROL else "",
        "event_source": "s3.amazonaws.com",
        "event_name": "ListBuckets",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "source_ip": "203.0.113.24",
        "user_agent": "aws-cli/2.17",
    } | evidence
    return Activity(principal, facet, at(-300 * DAY), at(seconds), Evidence(event_id, **known))


def image(key, item):
    """An item as the stream has it."""
    found = dict(zip(("principal", "facet"), key, strict=True))
    if item.activity:
        found |= attributes(item.activity)
    if item.flag:
        times = {name: getattr(item.flag, name) for name in ("first_flagged", "idle_since", "awakened_at")}
        found |= {name: to_text(time) for name, time in times.items() if time}
        found |= {"flagged_id": item.flag.holder} if item.flag.holder else {}
        found |= {"flagged": ACCOUNT} if item.is_flags_own else {}
    return {name: typed(value) for name, value in found.items()}


def record(after, *, before=None, sequence="100"):
    """Of a change to `after`, an Item, from `before`, which is not there where it is None."""
    key = after.activity.key
    images = {"NewImage": image(key, after)} | ({"OldImage": image(key, before)} if before else {})
    return {
        "eventID": sequence,
        "eventName": "MODIFY" if before else "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {"principal": typed(key[0]), "facet": typed(key[1])},
            **images,
            "SequenceNumber": sequence,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def flagged(activity, flag=FLAG):
    return Item(activity, flag, is_flags_own=True)


def shows(activity):
    """The flag is of another item: this one is there to have a use noticed."""
    return Item(activity, FLAG)
