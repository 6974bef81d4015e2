"""What others build on: events about findings held to docs/schemas/, messages for chat channels to Amazon Q's form."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import Key, Password, alice, days, deploy, review_of, seen
from awakened_changes import BATCH, CAROL, DAY, DENIED_KEY, FLAG, KEY
from awakened_changes import seen as sighted
from builders import ACCOUNT, NOON, ROOT
from chat_form import CUSTOM_NOTIFICATION
from jsonschema import Draft202012Validator, ValidationError
from organizations import small
from quarantined import entry_of, report_of

from activity.finding import Kind
from activity.finding_events import KEPT, KEPT_OF_STEPS, DetailType, FindingEvent
from activity.item import Flag
from activity.model import to_text
from activity.quarantine.entry import Mode, Step
from awakened.chat import chat as chat_of_notice
from awakened.finding_events import events_of as events_of_notice
from awakened.flagged import Notice
from awakened.subject import subject_of
from awakened.waking import Use
from quarantine.message import chat as chat_of_quarantine
from quarantine.message import events_of as events_of_quarantine
from quarantine.told import Told
from reporter.judgement.findings import FLAGGED
from reporter.judgement.resolution import How
from reporter.judgement.staleness import Source
from reporter.organization.chat import chat as chat_of_organization
from reporter.publishing.chat import chat
from reporter.publishing.finding_events import events_of

ARN = f"arn:aws:iam::{ACCOUNT}"
ALICE = f"{ARN}:user/alice"
SCHEMAS = {
    kind: json.loads((ROOT / "docs" / "schemas" / f"{kind.lower().replace(' ', '-')}.json").read_text())
    for kind in DetailType
}


def delivered(event):
    """The event as EventBridge gives it to a rule's target."""
    entry = event.entry()
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "source": entry["Source"],
        "detail-type": entry["DetailType"],
        "account": ACCOUNT,
        "time": to_text(entry["Time"]),
        "region": "eu-west-1",
        "resources": entry["Resources"],
        "detail": json.loads(entry["Detail"]),
    }


def report():
    """What is new of each kind, seen and unseen, and what became of findings in several ways."""
    call = {"event_source": "s3.amazonaws.com", "event_name": "GetObject", "error_code": "AccessDenied"}
    flags = {
        (ALICE, "KEY#AKIA9"): Flag(days(14), days(200)),
        (f"{ARN}:role/gone", "ID#AROAGONE"): Flag(days(14), days(200)),
        (f"{ARN}:role/again", "ID#AROAAGAIN"): Flag(days(14), days(200)),
        (f"{ARN}:role/tried", "ID#AROATRIED"): Flag(days(14), None, days(1)),
    }
    roles = deploy(name="again", id="AROAAGAIN", used=1), deploy(name="tried", id="AROATRIED")
    return review_of(
        alice(Password(), Key(used=100), Key("AKIA9", used=2)),
        deploy(used=100),
        *roles,
        seen(101, "DENIED#AROADEPLOY", "role/deploy", **call),
        seen(1, "DENIED#AROATRIED", "role/tried", **call),
        flags,
    )


def used(facet, principal=CAROL, since=FLAG.idle_since, **evidence):
    activity = sighted(facet, 14 * DAY, principal=principal, **evidence)
    return Use(subject_of(activity.key), activity, since, FLAG.first_flagged)


NOTICES = [
    Notice(use, (), uses=(use,), account_name=name)
    for name in ("", "acme-prod")
    for use in (
        used(KEY, mfa=True),
        used("SIGNIN"),
        used(DENIED_KEY, error_code="AccessDenied"),
        used("ID#", BATCH),
    )
]
ENTRY = entry_of(report_of(deploy(made=500, used=350)), f"{ACCOUNT}:role:AROADEPLOY", owner="ann")
OF_QUARANTINE = Told(
    ACCOUNT, NOON, ENTRY.mode, tuple(replace(ENTRY.stepped(each, NOON, "why"), tried=NOON) for each in Step)
)
EVENTS = [
    *events_of(report()),
    *(event for each in NOTICES for event in events_of_notice(each)),
    *events_of_quarantine(OF_QUARANTINE),
]


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_schema_is_one(schema):
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_there_is_a_schema_of_each_event_and_of_nothing_else():
    assert {each["title"] for each in SCHEMAS.values()} == set(DetailType)
    assert len(list((ROOT / "docs" / "schemas").iterdir())) == len(DetailType)


@pytest.mark.parametrize("kind", DetailType)
def test_what_is_sent_is_as_its_schema_says(kind):
    sent = [delivered(each) for each in EVENTS if each.detail_type is kind]
    validator = Draft202012Validator(SCHEMAS[kind])

    assert len(sent) > 2
    for event in sent:
        validator.validate(event)


@pytest.mark.parametrize("kind", DetailType)
def test_all_that_is_sent_is_told(kind):
    """A field that the schema does not have is a field that nobody knows of."""
    told = SCHEMAS[kind]["properties"]["detail"]["properties"]
    for event in EVENTS:
        if event.detail_type is kind:
            assert event.detail.keys() <= told.keys()
            assert (
                event.detail.get("evidence", {}).keys() <= told.get("evidence", {}).get("properties", {}).keys()
            )


@pytest.mark.parametrize("kind", DetailType)
def test_what_is_cut_to_fit_is_still_as_its_schema_says(kind):
    event = next(each for each in EVENTS if each.detail_type is kind)
    short = *KEPT, *KEPT_OF_STEPS
    kept = short if kind is DetailType.QUARANTINE else KEPT
    large = {name: value for name, value in event.detail.items() if name in short} | {
        name: "x" * 300_000 for name in event.detail if name not in short
    }
    cut = delivered(FindingEvent(kind, NOON, event.arn, large))

    Draft202012Validator(SCHEMAS[kind]).validate(cut)
    assert cut["detail"]["truncated"]
    assert SCHEMAS[kind]["properties"]["detail"]["required"] == list(kept)


def test_the_words_of_a_schema_are_those_of_the_code():
    details = [each["properties"]["detail"]["properties"] for each in SCHEMAS.values()]
    opened, resolved, _, quarantine = details

    assert all(each["kind"]["enum"] == list(Kind) for each in details)
    assert (quarantine["step"]["enum"], quarantine["mode"]["enum"]) == (list(Step), list(Mode))
    assert opened["status"]["enum"] == list(FLAGGED)
    assert {*Source, None} == {*opened["last_used_source"]["enum"]}
    assert set(How) <= set(resolved["how"]["enum"])


@pytest.mark.parametrize("kind", DetailType)
def test_an_event_of_another_kind_is_not_as_the_schema_says(kind):
    other = next(each for each in EVENTS if each.detail_type is not kind)

    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMAS[kind]).validate(delivered(other))


@pytest.mark.parametrize(
    "message",
    [
        *(pytest.param(chat_of_notice(each), id=f"notice {number}") for number, each in enumerate(NOTICES)),
        pytest.param(chat(report(), "https://example.com"), id="report"),
        pytest.param(chat_of_quarantine(OF_QUARANTINE), id="quarantine"),
        pytest.param(chat(review_of()), id="report of nothing"),
        pytest.param(chat_of_organization(small()), id="organization"),
    ],
)
def test_a_message_for_chat_channels_is_of_the_form_that_amazon_q_shows(message):
    Draft202012Validator(CUSTOM_NOTIFICATION).validate(json.loads(message))


def test_a_use_is_as_old_as_it_is():
    """The time of the event is that of the use, not of the notice."""
    (event,) = events_of_notice(NOTICES[0])

    assert event.at == NOON + timedelta(days=14)
