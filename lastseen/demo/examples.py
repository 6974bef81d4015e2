"""An example of each event about findings, as the demo's functions would send it, and of a notice."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from activity.finding import Kind
from activity.finding_events import DetailType, Entry
from activity.model import Activity, Evidence, key_facet, to_text
from activity.quarantine.entry import Mode, announced
from activity.quarantine.target import Target
from awakened.finding_events import events_of
from awakened.flagged import Notice
from awakened.subject import Kind as Woken
from awakened.subject import Subject
from awakened.waking import Use
from lastseen.demo import run as demonstration
from lastseen.demo.cast import NINA_KEY
from quarantine.message import events_of as events_of_quarantine
from quarantine.told import Told

_ACCOUNT = "123456789012"
_NINA_ID = "AIDAEXAMPLENINA000001"
_NINA = f"arn:aws:iam::{_ACCOUNT}:user/nina"
_EVENT_ID = "6a7e8feb-b491-4cf7-a9f1-bf3703467718"


def example(kind: DetailType, now: datetime) -> dict[str, Any]:
    """The whole event, as a rule gets it; of an access key, as most people look for."""
    made = {DetailType.USED_AGAIN: _used_again, DetailType.QUARANTINE: _quarantine}
    entry = made[kind](now) if kind in made else _of_the_demo(kind, now)
    return {
        "version": "0",
        "id": _EVENT_ID,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": _ACCOUNT,
        "time": to_text(entry["Time"]),
        "region": demonstration.REGION,
        "resources": entry["Resources"],
        "detail": json.loads(entry["Detail"]),
    }


def _of_the_demo(kind: DetailType, now: datetime) -> Entry:
    sent = demonstration.run(now).sent
    return next(each for each in sent if each["DetailType"] == kind and ":access_key:" in each["Detail"])


def _used_again(now: datetime) -> Entry:
    (event,) = events_of(notice(now))
    return event.entry()


def notice(now: datetime) -> Notice:
    """Nina's key is one that the demo's first report flagged."""
    evidence = Evidence(
        event_id="7f3c2a10-9a4e-4c1b-8d55-0e6f2b9c1d77",
        event_source="s3.amazonaws.com",
        event_name="ListBuckets",
        principal_id=_NINA_ID,
        type="IAMUser",
        account=_ACCOUNT,
        region=demonstration.REGION,
        source_ip="203.0.113.88",
        user_agent="aws-cli/2.17.9",
    )
    seen = Activity(_NINA, key_facet(NINA_KEY), now, now, evidence)
    subject = Subject(Woken.ACCESS_KEY, _NINA, NINA_KEY, _NINA_ID)
    use = Use(subject, seen, now - timedelta(days=160), now - timedelta(days=7))
    return Notice(use, uses=(use,))


def _quarantine(now: datetime) -> Entry:
    """The same key's announcement."""
    made = now - timedelta(days=700)
    target = Target(Kind.ACCESS_KEY, "nina", _NINA, _NINA_ID, made, NINA_KEY)
    why = f"last used on {now - timedelta(days=160):%Y-%m-%d}"
    entry = announced(target, why, Mode.ENFORCE, timedelta(days=14), now)
    told = Told(_ACCOUNT, now, Mode.ENFORCE, (replace(entry, found=now - timedelta(days=7)),))
    (event,) = events_of_quarantine(told)
    return event.entry()
