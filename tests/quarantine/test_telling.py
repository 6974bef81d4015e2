"""Whom a run tells besides the mail: owners, chat channels, and whoever listens on the event bus."""

import json
from dataclasses import replace

import boto3
import pytest
from accounts import deploy
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON
from quarantined import ROLE, entry_of, report_of

from activity.bus import TRIES, Bus
from activity.finding import Kind
from activity.quarantine.entry import Mode, Step
from quarantine.message import chat, events_of, message
from quarantine.telling import Teller
from quarantine.told import Told
from reporter.publishing.owner_messages import OwnerMessages

ENTRY = entry_of(report_of(deploy(made=500, used=350)), ROLE, is_unsaid=True, owner="ann")
TOPIC, OWNERS = f"arn:aws:sns:eu-west-1:{ACCOUNT}:reports", f"arn:aws:sns:eu-west-1:{ACCOUNT}:owners"
BY_STEP = {
    Step.ANNOUNCED: "will be disabled on 2026-11-19 or later",
    Step.REHEARSED: "would be disabled now, with Mode=enforce",
    Step.DISABLED: "disabled on 2026-11-20",
    Step.RESTORED: "restored, seen on 2026-11-20",
    Step.WITHDRAWN: "no longer planned: snoozed",
    Step.GONE: "deleted or renamed, seen on 2026-11-20",
}


def other(number, owner):
    return replace(ENTRY, target=replace(ENTRY.target, name=f"role-{number}", id=f"AROA{number}"), owner=owner)


def told(*news, mode=Mode.PLAN, **more):
    return Told(ACCOUNT, NOON, mode, news, **more)


class Sns:
    """What was published, by topic; it refuses the messages to some owners."""

    def __init__(self, refuses=()):
        self.refuses, self.sent = refuses, []

    def publish(self, TopicArn, Message, MessageAttributes, **_):  # noqa: N803  # SNS's names
        words = {name: each["StringValue"] for name, each in MessageAttributes.items()}
        if words.get("owner") in self.refuses:
            raise ClientError({"Error": {"Code": "Throttled", "Message": "later"}}, "Publish")
        self.sent.append((TopicArn, words, json.loads(Message)))


class Events:
    def __init__(self, code=None):
        self.code, self.entries = code, []

    def put_events(self, Entries):  # noqa: N803  # EventBridge's name
        self.entries += Entries
        return {"Entries": [{"ErrorCode": self.code} if self.code else {} for _ in Entries]}


def teller(sns, events=None, *, owners=OWNERS, **more):
    return Teller(sns, TOPIC, Bus(events or Events()), OwnerMessages(sns, owners), **more)


def test_the_mail_has_all_and_each_owner_what_concerns_them_and_the_bus_an_event_each():
    sns, events = Sns(), Events()
    done = teller(sns, events).tell(told(other(1, "ann"), other(2, "bob"), other(3, "")))

    mail, *rest = sns.sent
    assert (mail[0], "owner" in mail[1], mail[2].keys()) == (TOPIC, False, {"default", "email", "sms"})
    assert {
        words["owner"]: forms["email"].count("role-") for topic, words, forms in rest if topic == OWNERS
    } == {"ann": 1, "bob": 1}
    assert {words["event"] for _, words, _ in sns.sent} == {"quarantine"}
    assert "Findings of ann.\n\nAnnounced. Mode=plan, so nothing is disabled." in next(
        forms["email"] for _, words, forms in rest if words["owner"] == "ann"
    )
    assert [entry["DetailType"] for entry in events.entries] == ["Stale Access Quarantine"] * 3
    assert done == ((), frozenset())


def test_without_a_topic_for_owners_the_mail_is_all():
    sns = Sns()

    assert teller(sns, owners="").tell(told(ENTRY)) == ((), frozenset())
    assert [topic for topic, *_ in sns.sent] == [TOPIC]


def test_an_owner_who_was_not_told_keeps_nobody_else_waiting_and_is_named_with_the_findings():
    sns = Sns(refuses=("ann",))
    done = teller(sns).tell(told(other(1, "ann"), other(2, "bob")))

    assert [words.get("owner") for _, words, _ in sns.sent] == [None, "bob"]
    assert done.why == ("owner ann was not told: Throttled (Publish): later",)
    assert done.findings == {other(1, "ann").id}


def test_what_no_mail_had_room_for_counts_as_not_told():
    """By the mail to all, or by that to its owner."""
    of_all = told(
        *(other(number, chr(0x4E00) * 250 + f"{number:03}") for number in range(100)), mode=Mode.ENFORCE
    )
    sns = Sns()
    done = teller(sns).tell(of_all)
    text = next(forms["email"] for _, words, forms in sns.sent if "owner" not in words)
    unnamed = {each.id for each in of_all.news if f"[{each.id}]" not in text}
    assert (done.why, done.findings) == ((), unnamed)
    assert 0 < len(unnamed) < 100

    many = told(*(other(number, "ann") for number in range(120)))
    assert len(teller(Sns()).tell(many).findings) == 20
    assert (
        len(teller(Sns(), owners="").tell(told(*(other(number, "") for number in range(120)))).findings) == 20
    )


def test_events_that_the_bus_refuses_are_told_and_hold_up_nothing(monkeypatch):
    monkeypatch.setattr("activity.bus.PAUSE", 0)
    sns, events = Sns(), Events("ThrottlingException")
    done = teller(sns, events).tell(told(ENTRY))

    assert len(events.entries) == TRIES
    assert done == (("1 events were not sent: ThrottlingException: ",), frozenset())
    assert len(sns.sent) == 2


def test_a_mail_that_is_refused_ends_it(aws):
    with pytest.raises(ClientError):
        teller(boto3.client("sns")).tell(told(ENTRY))


@pytest.mark.parametrize("step", BY_STEP)
def test_each_step_is_an_event_and_has_its_words_in_chat(step):
    now = told(ENTRY.stepped(step, NOON, "snoozed" if step is Step.WITHDRAWN else ""))
    (event,) = events_of(now)
    shown = json.loads(chat(now))

    assert event.detail["step"] == step
    assert shown["content"]["description"] == f"• role `deploy`: {BY_STEP[step]}"


def test_a_channel_has_the_undo_and_what_could_not_be_done():
    shown = json.loads(
        chat(told(ENTRY.stepped(Step.DISABLED, NOON), replace(ENTRY, told=NOON, held="it was refused")))
    )

    assert shown["content"]["nextSteps"] == [f"Undo: `lastseen restore {ROLE}`"]
    assert shown["content"]["description"].endswith("• role `deploy`: not done: it was refused")
    assert shown["content"]["title"].startswith(":warning:")


def test_https_subscriptions_get_the_form_for_channels_only_if_it_is_asked_for():
    assert "https" not in json.loads(message(told(ENTRY)).text)
    assert json.loads(json.loads(message(told(ENTRY), has_chat=True).text)["https"])["source"] == "custom"


def test_the_mail_has_the_form_for_channels_only_if_it_is_asked_for():
    forms = []
    for has_chat in (False, True):
        sns = Sns()
        teller(sns, owners="", has_chat=has_chat).tell(told(ENTRY))
        forms += [form.keys() for _, _, form in sns.sent]

    assert forms == [{"default", "email", "sms"}, {"default", "email", "sms", "https"}]


def test_machines_get_the_same_words_in_the_attributes_and_in_the_text():
    sent = message(told(ENTRY, mode=Mode.ENFORCE), owner="ann")
    plain = json.loads(json.loads(sent.text)["default"])
    words = {name: each["StringValue"] for name, each in sent.arguments["MessageAttributes"].items()}

    assert words == {"event": "quarantine", "account": ACCOUNT, "mode": "enforce", "owner": "ann"}
    assert {name: plain[name] for name in words if name != "owner"} == {
        name: words[name] for name in words if name != "owner"
    }
    assert plain.keys() == {
        *"event account at mode brake problems_total problems entries_total entries".split()
    }


def test_a_channel_names_a_user_and_a_users_key():
    user = replace(ENTRY.target, kind=Kind.USER, name="alice", key_id="")
    key = replace(user, kind=Kind.ACCESS_KEY, key_id="AKIA1")
    shown = json.loads(chat(told(replace(ENTRY, target=user), replace(ENTRY, target=key))))

    assert [line.partition(":")[0] for line in shown["content"]["description"].splitlines()] == [
        "• user `alice`",
        "• access key `AKIA1` of user `alice`",
    ]


def test_very_many_rows_of_a_channel_end_in_their_number():
    shown = json.loads(chat(told(*(other(number, "") for number in range(12)))))

    assert shown["content"]["description"].endswith("\nand 2 more: see the mail")
