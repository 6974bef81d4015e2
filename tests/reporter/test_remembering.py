"""What one report leaves for the next: flags, exemptions, and when it tested the regions."""

import json
import re
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import accounts
import boto3
import pytest
import time_machine
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON, activity
from moto.iam.models import iam_backends

from activity.flags import Flags
from activity.item import Flag
from activity.table import ActivityTable
from lastseen.demo.account import Role, make_account
from lastseen.demo.local_aws import enable
from reporter import app
from reporter.app import NothingRead, lambda_handler
from reporter.remembering import Memory, Unsaved

ARN = f"arn:aws:iam::{ACCOUNT}"
ROLE = f"{ARN}:role/deploy", "ID#AROADEPLOY"
KEY, DENIED_KEY = ((f"{ARN}:user/alice", f"{facet}#AKIA1") for facet in ("KEY", "DENIED"))
FRANK = f"{ARN}:user/frank", "ID#AIDAFRANK"
# Of the role, in a mail that tells of no other that was deleted.
DELETED = "\n- deleted: role deploy\n"
WEEK = timedelta(days=7)
DAY = 86_400


def a_week_later(event=None):
    with time_machine.travel(NOON + WEEK, tick=False):
        return lambda_handler(event or {}, None)


def reports_after(*days):
    for each in days:
        with time_machine.travel(NOON + timedelta(days=each), tick=False):
            lambda_handler({}, None)


def refuse(*calls):
    """The reporter's client of IAM may no longer make these."""

    def refusal(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "Any")

    events = app.reporter().sources.iam.client.meta.events
    for call in calls:
        events.register(f"before-call.iam.{call}", refusal)
    return lambda: [events.unregister(f"before-call.iam.{call}", refusal) for call in calls]


def principals(items):
    return {principal for principal, _ in items()}


def metric(name, out):
    lines = [json.loads(line) for line in out.splitlines()]
    return [value for line in lines if name in line for value in line[name]]


def test_the_second_report_tells_new_from_old(sent, aws):
    lambda_handler({}, None)
    make_account(aws("iam"), (), [Role("batch", "AROABATCH", 300, 90)], now=NOON)
    later = a_week_later()

    text = sent()[1][1]
    assert "WHAT TO DO: 3 findings, the most dangerous first (* is new)\n" in text
    assert re.findall(r"(?m)^\d+\*  +role  +(\w+)", text) == ["batch"]
    assert "WHAT CHANGED since 2026-11-20: 1 new, 2 still open, 0 resolved" in text
    assert {finding["name"]: finding["first_flagged"] for finding in later["findings"]} == {
        "alice": "2026-11-20T12:00:00Z",
        "deploy": "2026-11-20T12:00:00Z",
        "batch": "2026-11-27T12:00:00Z",
    }


def test_what_is_still_flagged_keeps_its_flag(topic, table):
    lambda_handler({}, None)
    a_week_later()

    assert table.get([ROLE])[ROLE].first_flagged == NOON


def test_flags_that_stand_are_set_again_only_once_half_of_their_time_is_over(topic, items):
    def expiry():
        return {key: int(items()[key]["expires_at"]) for key in (KEY, ROLE)}

    lambda_handler({}, None)
    first = expiry()
    reports_after(7, 199)
    kept = expiry()
    reports_after(201)

    assert kept == first
    assert expiry() == {key: at + 201 * DAY for key, at in first.items()}


def test_what_was_used_is_told_and_its_flag_is_taken_off_wherever_it_shows(sent, told_machines, table):
    lambda_handler({}, None)
    flagged = table.get([KEY, DENIED_KEY])
    table.record(activity(DAY, principal=KEY[0], facet=KEY[1]))
    a_week_later()

    assert [item.first_flagged for item in flagged.values()] == [NOON, NOON]
    assert [item.flag for item in table.get([KEY, DENIED_KEY]).values()] == [None, None]
    assert "\n- used again on 2026-11-21: access key AKIA1 of user alice\n" in sent()[1][1]
    ((was,),) = [each["resolved"] for each in told_machines()[1:]]
    assert (was["how"], was["at"], was["since"]) == ("used", "2026-11-21T12:00:00Z", "2026-08-12T12:00:00Z")


def test_the_flags_of_a_renamed_user_go_along(sent, aws, table):
    lambda_handler({}, None)
    aws("iam").update_user(UserName="alice", NewUserName="alicia")
    later = a_week_later()

    new = f"{ARN}:user/alicia", KEY[1]
    assert {each["name"]: each["first_flagged"] for each in later["findings"]}[
        "alicia"
    ] == "2026-11-20T12:00:00Z"
    items = table.get([new, KEY, DENIED_KEY])
    assert {key: item.first_flagged for key, item in items.items()} == {new: NOON, KEY: None, DENIED_KEY: None}
    assert ", 0 resolved\n" in sent()[1][1]


def test_what_was_deleted_is_told_once(sent, told_machines, aws, flags):
    lambda_handler({}, None)
    aws("iam").delete_role(RoleName="deploy")
    a_week_later()
    a_week_later()

    assert [DELETED in text for _, text in sent()] == [False, True, False]
    assert [[(each["name"], each["since"]) for each in mail["resolved"]] for mail in told_machines()] == [
        [],
        [("deploy", "2026-08-12T12:00:00Z")],
        [],
    ]
    assert ROLE not in flags.of(ACCOUNT)


def test_what_becomes_exempt_is_told_and_flagged_no_more(sent, told_machines, aws, flags):
    lambda_handler({}, None)
    aws("iam").tag_role(RoleName="deploy", Tags=[{"Key": "last-activity:exempt", "Value": "audit"}])
    a_week_later()

    assert "\n- exempt by tag: role deploy\n" in sent()[1][1]
    assert [each["since"] for each in told_machines()[1]["resolved"]] == ["2026-08-12T12:00:00Z"]
    assert ROLE not in flags.of(ACCOUNT)
    assert flags.exempt_of(ACCOUNT) == {ROLE, FRANK}


def test_an_exemption_of_somebody_who_is_gone_is_told_once(sent, aws, flags):
    lambda_handler({}, None)
    remembered = flags.exempt_of(ACCOUNT)
    aws("iam").delete_login_profile(UserName="frank")
    aws("iam").delete_user(UserName="frank")
    a_week_later()
    a_week_later()

    assert remembered == {FRANK}
    assert [f"- Exemption of {FRANK[0]}: no longer exists" in text for _, text in sent()] == [
        False,
        True,
        False,
    ]
    assert flags.exempt_of(ACCOUNT) == set()


def test_that_somebody_exempt_is_gone_is_told_once_though_it_cannot_be_forgotten(sent, aws, flags):
    lambda_handler({}, None)
    aws("iam").delete_login_profile(UserName="frank")
    aws("iam").delete_user(UserName="frank")
    stop = refuse_writes(lambda body: of(FRANK)(body) and "REMOVE first_flagged" in body["UpdateExpression"])
    reports_after(7, 14)
    stop()
    reports_after(21)

    assert [f"- Exemption of {FRANK[0]}: no longer exists" in text for _, text in sent()] == [
        False,
        True,
        False,
        False,
    ]
    assert flags.exempt_of(ACCOUNT) == set()


def test_what_can_neither_be_forgotten_nor_noted_as_told_counts_for_both(sent, aws, capsys):
    lambda_handler({}, None)
    aws("iam").delete_login_profile(UserName="frank")
    aws("iam").delete_user(UserName="frank")
    refuse_writes(of(FRANK))
    a_week_later()

    assert metric("NotRemembered", capsys.readouterr().out) == [0.0, 2.0]


class SlowToForget(Flags):
    def unflag(self, key, holder=""):
        time.sleep(0.2)
        super().unflag(key, holder)


def test_whoever_is_exempt_no_more_is_flagged_in_the_same_report(topic, aws, flags, table):
    lambda_handler({}, None)
    aws("iam").untag_user(UserName="frank", TagKeys=["last-activity:exempt"])
    slow = SlowToForget(aws("dynamodb"), "activity")
    sources = replace(app.reporter().sources, flags=slow)
    replace(app.reporter(), sources=sources).report(NOON + WEEK)

    assert table.get([FRANK])[FRANK].first_flagged == NOON + WEEK
    assert FRANK in flags.of(ACCOUNT)
    assert flags.exempt_of(ACCOUNT) == set()


def test_if_nothing_could_be_read_a_mail_says_so_and_nothing_is_remembered(sent, items):
    before = items()
    refuse("GetAccountAuthorizationDetails", "ListUsers")

    with pytest.raises(NothingRead, match=f"neither users nor roles of {ACCOUNT} could be listed"):
        lambda_handler({}, None)

    ((subject, text),) = sent()
    assert subject.endswith("NOTHING COULD BE READ, 2 not checked")
    assert "Nothing is stale" not in text
    assert principals(items) == {principal for principal, _ in before} | {"canary-sent", "report"}
    assert ("report", ACCOUNT) not in items()


def test_a_run_that_does_not_publish_measures_and_flags_nothing(sent, items, capsys):
    before = items()
    answer = lambda_handler({"publish": False}, None)

    assert len(answer["findings"]) == 2
    assert sent() == []
    assert items().keys() - before.keys() == {
        ("canary-sent", f"{ACCOUNT}#{each}")
        for each in ("*", "*trails", "*trails-noted", "*trails-unread", "eu-west-1", "us-east-1")
    }
    assert metric("TrackerSilent", capsys.readouterr().out) == [0.0]


def refuse_writes(told):
    """DynamoDB throttles the updates that `told` answers True for; answers how to make it stop."""
    return refuse_calls("UpdateItem", told)


def refuse_queries(index):
    return refuse_calls("Query", lambda body: body.get("IndexName") == index)


def refuse_calls(call, told):
    def throttle(params, **_):
        if told(json.loads(params["body"])):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, call)

    clients = {app.reporter().sources.flags._client, app.reporter().sources.table._client}
    for client in clients:
        client.meta.events.register(f"before-call.dynamodb.{call}", throttle)
    return lambda: [c.meta.events.unregister(f"before-call.dynamodb.{call}", throttle) for c in clients]


def of(key):
    return lambda body: (body["Key"]["principal"]["S"], body["Key"]["facet"]["S"]) == key


def test_a_flag_that_was_half_set_is_completed_by_the_next_report(sent, table):
    stop = refuse_writes(of(DENIED_KEY))
    lambda_handler({}, None)
    half = table.get([KEY, DENIED_KEY])
    stop()
    a_week_later()

    assert half.keys() == {KEY}
    assert [item.first_flagged for item in table.get([KEY, DENIED_KEY]).values()] == [NOON, NOON]
    assert "1 flags of this report" not in sent()[1][1]


def test_a_use_while_the_report_is_made_keeps_its_flag_off(sent, flags, table):
    stop = refuse_writes(of(DENIED_KEY))
    lambda_handler({}, None)
    stop()

    def use_it(body):
        """Once all is read, and nothing is flagged yet."""
        if body["Key"]["facet"]["S"] == f"{ACCOUNT}#begun":
            flags.awaken(KEY, NOON)

    stop = refuse_writes(use_it)
    a_week_later()
    stop()

    assert table.get([KEY])[KEY].first_flagged is None


def test_a_flag_that_cannot_be_taken_off_keeps_no_other_from_being_set_and_goes_with_the_next(sent, aws, flags):
    lambda_handler({}, None)
    aws("iam").delete_role(RoleName="deploy")
    make_account(aws("iam"), (), [Role("batch", "AROABATCH", 300, 90)], now=NOON)
    stop = refuse_writes(lambda body: of(ROLE)(body) and "REMOVE first_flagged" in body["UpdateExpression"])
    a_week_later()
    left = flags.of(ACCOUNT).keys()
    stop()
    a_week_later()

    assert left >= {ROLE, (f"{ARN}:role/batch", "ID#AROABATCH")}
    assert ROLE not in flags.of(ACCOUNT)
    assert [DELETED in text for _, text in sent()] == [False, True, False]


def test_what_cannot_be_remembered_as_told_is_told_by_the_next_report(sent, aws):
    lambda_handler({}, None)
    aws("iam").delete_role(RoleName="deploy")
    stop = refuse_writes(lambda body: "told_at = :at" in body["UpdateExpression"])
    a_week_later()
    stop()
    a_week_later()

    assert [DELETED in text for _, text in sent()] == [False, False, True]
    assert "1 resolved findings, which the next report tells" in sent()[1][1]


def test_a_mail_that_is_refused_leaves_all_to_be_told_by_the_next(topic, sent, aws):
    lambda_handler({}, None)
    aws("iam").delete_role(RoleName="deploy")
    make_account(aws("iam"), (), [Role("batch", "AROABATCH", 300, 90)], now=NOON)
    publisher = app.reporter().publisher
    refused = replace(app.reporter(), publisher=replace(publisher, topic=topic.replace("reports", "nowhere")))
    with pytest.raises(ClientError):
        refused.report(NOON + timedelta(days=1))
    a_week_later()
    a_week_later()

    (_, second), (_, third) = sent()[1:]
    assert DELETED in second
    assert re.findall(r"(?m)^\d+\*  +role  +(\w+)", second) == ["batch"]
    assert ": 0 new, 2 still open, 0 resolved" in third
    assert "deleted" not in third


def test_a_mail_of_which_nobody_could_note_that_it_went_out_is_sent_again_whole(sent, aws):
    lambda_handler({}, None)
    aws("iam").delete_role(RoleName="deploy")
    stop = refuse_writes(of(("report", ACCOUNT)))
    a_week_later()
    stop()
    a_week_later()

    assert [DELETED in text for _, text in sent()] == [False, True, True]
    gap = "- Not checked: the last report, begun on 2026-11-27 12:00 UTC: the note that it was mailed could not be saved, "
    assert [gap in text for _, text in sent()] == [False, False, True]


def test_a_report_that_cannot_be_begun_in_the_table_is_mailed_and_says_that_it_may_come_again(sent):
    refuse_writes(lambda body: body["Key"]["principal"]["S"] == "report")
    lambda_handler({"scheduled_at": "2026-11-20T12:00:00Z"}, None)

    ((_, text),) = sent()
    assert (
        "- Not checked: the note that this report was mailed: could not be saved, so the next report may repeat it: "
        in text
    )


@pytest.mark.parametrize("place", range(1, 5))
def test_what_is_told_while_the_table_fails_half_way_is_not_told_again(sent, aws, place):
    """One of its reads is throttled, the flags' or a later one."""
    lambda_handler({}, None)
    aws("iam").delete_role(RoleName="deploy")
    reads = iter(range(1, 100))
    stop = refuse_calls("BatchGetItem", lambda body: next(reads) == place)
    a_week_later()
    stop()
    with time_machine.travel(NOON + 2 * WEEK, tick=False):
        lambda_handler({}, None)

    assert [DELETED in text for _, text in sent()].count(True) == 1


def test_who_is_exempt_while_something_could_not_be_read_is_told_and_loses_all_of_its_flag(sent, aws, items):
    lambda_handler({}, None)
    aws("iam").tag_role(RoleName="deploy", Tags=[{"Key": "last-activity:exempt", "Value": "audit"}])

    def refuse_index(params, **_):
        if "by_facet" in str(params["body"]):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "Query")

    app.reporter().sources.table._client.meta.events.register("before-call.dynamodb.Query", refuse_index)
    a_week_later()

    assert "\n- exempt by tag: role deploy\n" in sent()[1][1]
    flagged = {key[0] for key, item in items().items() if "first_flagged" in item}
    assert flagged == {KEY[0]}


def test_flags_that_cannot_be_listed_are_known_by_the_items_of_what_they_stand_for(sent, aws, table):
    lambda_handler({}, None)
    refuse_queries("by_flag")
    a_week_later()

    assert ": 0 new, 2 still open" in sent()[1][1]
    assert "- Not checked: what earlier reports flagged: " in sent()[1][1]
    assert table.get([ROLE])[ROLE].first_flagged == NOON


def test_somebody_elses_flag_is_nobodys_where_flags_cannot_be_listed(sent, flags):
    """Of a user that had the name for a while."""
    at = NOON + WEEK
    flags.flag((KEY[0], "SIGNIN"), ACCOUNT, Flag(at, at, holder="AIDAANOTHER"), now=at)
    app.reporter().sources.table.record(activity(8 * DAY, principal="report", facet=ACCOUNT))
    refuse_queries("by_flag")
    with time_machine.travel(NOON + timedelta(days=100), tick=False):
        lambda_handler({}, None)

    ((_, text),) = sent()
    assert re.findall(r"(?m)^(\d+\*?)  +password  +alice", text) == ["2*"]


def test_a_report_that_cannot_read_the_table_tells_and_forgets_nothing(sent, aws, flags):
    """The index of flags does not tell whose a flag is, nor whether it was told of."""
    lambda_handler({}, None)
    aws("iam").delete_role(RoleName="deploy")
    aws("iam").tag_user(UserName="alice", Tags=[{"Key": "last-activity:exempt", "Value": "audit"}])
    refuse_reads = refuse_calls("BatchGetItem", lambda body: True)
    a_week_later()
    left = flags.of(ACCOUNT).keys()
    refuse_reads()
    a_week_later()

    assert left == {ROLE, KEY}
    assert ["- deleted: " in text or "used again" in text for _, text in sent()] == [False, False, True]


def test_what_cannot_be_forgotten_for_two_reports_is_told_once(sent, aws, flags):
    lambda_handler({}, None)
    aws("iam").delete_role(RoleName="deploy")
    stop = refuse_writes(lambda body: of(ROLE)(body) and "REMOVE first_flagged" in body["UpdateExpression"])
    reports_after(7, 14)
    stop()
    reports_after(21)

    assert [DELETED in text for _, text in sent()] == [
        False,
        True,
        False,
        False,
    ]
    assert ROLE not in flags.of(ACCOUNT)


def test_an_exemption_is_remembered_as_long_as_it_lasts(topic, items):
    lambda_handler({}, None)
    first = int(items()[FRANK]["expires_at"])
    a_week_later()

    assert int(items()[FRANK]["expires_at"]) - first == WEEK.total_seconds()


def test_what_is_resolved_in_a_report_that_could_judge_nothing_is_told_once(sent, aws):
    lambda_handler({}, None)
    del iam_backends[ACCOUNT]["aws"].users["alice"]
    refuse("GetAccountAuthorizationDetails", "GenerateCredentialReport", "GetCredentialReport")
    for days in (7, 14):
        with time_machine.travel(NOON + timedelta(days=days), tick=False), pytest.raises(NothingRead):
            lambda_handler({}, None)

    assert ["\n- deleted: access key AKIA1 of user alice\n" in text for _, text in sent()] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("scheduled_at", "mails"),
    [
        pytest.param("2026-11-20T11:59:00Z", 1, id="mailed since"),
        pytest.param("2026-11-20T12:01:00Z", 2, id="the next one"),
        pytest.param("<aws.scheduler.scheduled-time>", 2, id="no time"),
        pytest.param(None, 2, id="by hand"),
    ],
)
def test_a_schedule_that_delivers_twice_mails_once(sent, scheduled_at, mails):
    lambda_handler({}, None)
    answer = lambda_handler({"scheduled_at": scheduled_at}, None)

    assert len(sent()) == mails
    assert len(answer["findings"]) == 2


SCHEDULED = {"scheduled_at": "2026-11-20T12:00:00Z"}


class Invocation:
    def __init__(self, number):
        self.aws_request_id = f"request-{number}"

    def get_remaining_time_in_millis(self):
        return 900_000


def test_a_schedule_that_delivers_again_while_the_first_report_is_being_mailed_mails_once(topic, sent):
    """Its runs have ids of their own."""
    others = iter([Invocation(2)])

    def deliver_again(**_):
        for other in others:
            lambda_handler(SCHEDULED, other)

    app.reporter().publisher.sns.meta.events.register("before-call.sns.Publish", deliver_again)
    lambda_handler(SCHEDULED, Invocation(1))
    delivered = next(others, None) is None

    assert delivered
    assert len(sent()) == 1


def test_a_report_whose_mail_was_refused_is_mailed_when_lambda_repeats_the_run(topic, sent):
    def refusal(**_):
        raise ClientError({"Error": {"Code": "Throttled", "Message": "later"}}, "Publish")

    events = app.reporter().publisher.sns.meta.events
    events.register("before-call.sns.Publish", refusal)
    with pytest.raises(ClientError):
        lambda_handler(SCHEDULED, Invocation(1))
    events.unregister("before-call.sns.Publish", refusal)
    lambda_handler(SCHEDULED, Invocation(1))

    assert len(sent()) == 1


@pytest.mark.parametrize(
    ("reads", "subjects"),
    [
        pytest.param(False, ["NOTHING COULD BE READ"], id="that nothing can be read is mailed once"),
        pytest.param(True, ["NOTHING COULD BE READ", "2 new"], id="what can be read the second time is mailed"),
    ],
)
def test_what_lambda_repeats_after_nothing_could_be_read(topic, sent, reads, subjects):
    stop = refuse("GetAccountAuthorizationDetails", "ListUsers")
    with pytest.raises(NothingRead):
        lambda_handler(SCHEDULED, Invocation(1))
    if reads:
        stop()
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False), suppress(NothingRead):
        lambda_handler(SCHEDULED, Invocation(1))

    assert [
        next(each for each in ("NOTHING COULD BE READ", "2 new") if each in subject) for subject, _ in sent()
    ] == subjects


def test_a_flag_remembers_whose_it_is(topic, aws, table):
    aws("iam").untag_user(UserName="frank", TagKeys=["last-activity:exempt"])
    lambda_handler({}, None)

    holders = {
        key: item.flag.holder for key, item in table.get([(FRANK[0], "SIGNIN"), FRANK, KEY, ROLE]).items()
    }
    assert holders == {
        (FRANK[0], "SIGNIN"): "AIDAFRANK",
        FRANK: "AIDAFRANK",
        KEY: "AIDAALICE",
        ROLE: "AROADEPLOY",
    }


class AlmostOver:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self):
        return 1000


def test_what_is_not_asked_in_time_is_a_gap_and_flags_nothing(sent, items):
    before = items()

    with pytest.raises(NothingRead):
        lambda_handler({}, AlmostOver())

    ((_, text),) = sent()
    assert "- Not checked: users (ListUsers): not read before the function's deadline" in text
    assert principals(items) == {principal for principal, _ in before} | {"canary-sent", "report"}
    assert ("report", ACCOUNT) not in items()


def test_time_that_runs_out_half_way_leaves_the_rest_unjudged(topic, sent):
    """The lists are read; of alice, whose key seems idle, nobody asks the keys."""
    reporter = app.reporter()
    asked = []
    reporter.sources.iam.client.meta.events.register(
        "before-call.iam.ListAccountAliases", lambda **_: asked.append("all lists")
    )
    report = reporter.report(NOON, is_late=lambda: bool(asked)).report

    assert [finding.subject.name for finding in report.findings] == ["deploy"]
    assert [(gap.what, gap.reason) for gap in report.gaps] == [
        (f"access keys of {ARN}:user/alice", "not read before the function's deadline")
    ]


def a_day_later(event=None):
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        return lambda_handler(event or {}, None)


@pytest.mark.parametrize(
    ("back", "until", "warns"),
    [
        pytest.param(60, 60, "", id="the test call of the first report came back"),
        pytest.param(
            -DAY, -60, "No events from this account since 20 November", id="it did not, and those before did"
        ),
        pytest.param(None, -60, "No events from this account since 20 November", id="none ever came back"),
    ],
)
def test_the_reporters_test_calls_must_come_back(topic, sent, table, capsys, back, until, warns):
    lambda_handler({}, None)
    table.record(activity(until, principal="coverage", facet=f"{ACCOUNT}#eu-west-1"))
    if back is not None:
        table.record(activity(back, principal="canary", facet=f"{ACCOUNT}#eu-west-1"))
    a_day_later()

    (_, first), (subject, text) = sent()
    assert "No events from" not in first
    assert ("No events from this account since 20 November" in text) is bool(warns)
    assert ("EVENTS NOT ARRIVING" in subject) is bool(warns)
    assert metric("TrackerSilent", capsys.readouterr().out) == [0.0, float(bool(warns))]


def test_day_one_is_quiet(sent, dynamodb, items, capsys):
    """A new stack: nothing has come yet, and the reporter looks by itself and is asked for a report by hand."""
    dynamodb.delete_item(
        TableName="activity", Key={"principal": {"S": "coverage"}, "facet": {"S": f"{ACCOUNT}#eu-west-1"}}
    )
    enable(boto3.DEFAULT_SESSION, ["eu-west-1", "us-east-1"])
    lambda_handler({"publish": False}, None)
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        lambda_handler({}, None)

    ((subject, text),) = sent()
    assert metric("TrackerSilent", capsys.readouterr().out) == [0.0, 0.0]
    assert "Listening since 20 November 2026 12:00 UTC (2 hours); no events yet." in text
    assert "ARRIVING" not in subject


@pytest.mark.parametrize(
    ("noted", "what"),
    [("canary-sent", "the test calls in each region"), ("*trails", "the note on the trails")],
)
def test_where_test_calls_or_trails_cannot_be_noted_that_is_a_gap_and_the_report_goes_out(
    topic, sent, noted, what
):
    def refusal(params, **_):
        if noted in str(params["body"]):
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "UpdateItem")

    app.reporter().canaries.table._client.meta.events.register("before-call.dynamodb.UpdateItem", refusal)
    lambda_handler({}, None)

    ((_, text),) = sent()
    assert f"- Not checked: {what}: AccessDenied (UpdateItem): not yours" in text
    assert text.count("- Not checked: ") == 1


def test_what_could_not_be_saved_adds_up_and_the_most_frequent_reason_is_told():
    one = Unsaved(frozenset([("a", "1"), ("b", "1")]), {"Throttled": 2})
    other = Unsaved(frozenset([("c", "1")]), {"AccessDenied": 1, "Throttled": 1})

    assert (one | other) == Unsaved(one.keys | other.keys, {"Throttled": 3, "AccessDenied": 1})
    assert (other | one).reason == "Throttled"
    assert Unsaved().reason == ""


IDLE = accounts.review_of(accounts.deploy(used=100))
GONE = {(f"arn:aws:iam::{ACCOUNT}:role/gone", "ID#AROAGONE"): Flag(accounts.days(7), accounts.days(100))}
NOTHING_READ = accounts.review_of(*map(accounts.Refused, ("ListUsers", "GetAccountAuthorizationDetails")))


@pytest.fixture
def memory(flags, table):
    return Memory(flags, table)


@pytest.mark.parametrize(
    ("report", "due", "turns"),
    [
        pytest.param(IDLE, NOON, [("one", True), ("another", False), ("one", True)], id="one that is due is mailed by one run, also when Lambda repeats it"),
        pytest.param(IDLE, None, [("one", True), ("another", True)], id="by hand it is mailed as often as it is asked for"),
        pytest.param(NOTHING_READ, NOON, [("one", True), ("another", False), ("one", True)], id="so is one in which nothing could be read"),
    ],
)  # fmt: skip
def test_whose_turn_it_is(memory, report, due, turns):
    assert report.is_empty is (report is NOTHING_READ)
    assert [(run, memory.begin(report, due, run)) for run, _ in turns] == turns


@pytest.mark.parametrize(("report", "is_mailed"), [(IDLE, True), (NOTHING_READ, False)])
def test_what_lambda_repeats_a_minute_later_is_mailed_unless_nothing_could_be_read(memory, report, is_mailed):
    again = replace(report, at=NOON + timedelta(minutes=1))

    assert memory.begin(report, NOON, "one") is True
    assert memory.begin(again, NOON, "one") is is_mailed


def test_a_report_of_nothing_takes_no_turn_of_one_that_tells_something(memory, table):
    memory.begin(NOTHING_READ, NOON, "one")

    assert memory.begin(IDLE, NOON, "another") is True
    assert {item.facet for item in table.of("report")} == {f"{ACCOUNT}#begun", f"{ACCOUNT}#nothing_read"}


def test_a_turn_that_cannot_be_noted_is_a_gap(aws):
    client = aws("dynamodb")
    memory = Memory(Flags(client, "none"), ActivityTable(client, "none"))
    gap = memory.begin(IDLE, NOON, "one")

    assert gap.what == "the note that this report was mailed"
    assert gap.reason.startswith(
        "could not be saved, so the next report may repeat it: ResourceNotFoundException ("
    )


def test_what_is_not_saved_before_the_deadline_is_told_and_left_for_the_next(flags, table, items):
    memory = Memory(flags, table, is_late=lambda: True)
    report = accounts.review_of(accounts.deploy(used=100), GONE)
    told, unsaved = memory.prepare(report)

    assert (items(), memory.settle(told).keys) == ({}, {("report", ACCOUNT)})
    assert [(gap.what, gap.reason) for gap in told.gaps] == [
        ("1 flags of this report, which could not be saved", "the function's deadline is near. No notice is sent if what they stand for is used"),
        ("1 resolved findings, which the next report tells", "that they are told could not be saved: the function's deadline is near"),
    ]  # fmt: skip
    assert (told.resolved, told.findings, told.to_remember.told) == ((), report.findings, ())
    assert unsaved == Unsaved(frozenset([*GONE, IDLE.findings[0].key]), {"the function's deadline is near": 2})


def test_what_is_saved_is_flagged_and_once_it_is_mailed_the_rest_is_forgotten(memory, flags, table):
    (gone,) = GONE
    flags.flag(gone, ACCOUNT, GONE[gone], now=accounts.days(7))
    report = accounts.review_of(
        *(accounts.deploy(used=100, **more) for more in ({}, {"name": "batch", "id": "AROABATCH"})),
        accounts.deploy(name="dr", id="AROADR", exempt="audit"),
        GONE,
    )
    told, unsaved = memory.prepare(report)
    before = table.get([gone])[gone].flag.told_at

    assert (told, unsaved, before) == (report, Unsaved(), NOON)
    assert memory.settle(told) == Unsaved()
    assert set(flags.of(ACCOUNT)) == {each.key for each in report.findings}
    assert flags.exempt_of(ACCOUNT) == {(f"arn:aws:iam::{ACCOUNT}:role/dr", "ID#AROADR")}
    assert table.get([("report", ACCOUNT)])["report", ACCOUNT].activity.last_seen == NOON


def test_a_flag_that_is_somebody_elses_by_now_is_neither_told_nor_taken_off(memory, flags, table):
    """The user was deleted, and another has got the name."""
    password = f"{ARN}:user/gone", "SIGNIN"
    was = Flag(accounts.days(7), accounts.days(100), holder="AIDAGONE")
    flags.flag(password, ACCOUNT, replace(was, holder="AIDANEW"), now=accounts.days(7))
    told, _ = memory.prepare(accounts.review_of({password: was}))

    assert told.to_remember.over == ((password, "AIDAGONE"),)
    assert memory.settle(told) == Unsaved()
    flag = table.get([password])[password].flag
    assert (flag.holder, flag.told_at) == ("AIDANEW", None)


def test_a_report_of_nothing_is_not_noted_as_mailed(memory, items):
    assert memory.settle(NOTHING_READ) == Unsaved()
    assert items() == {}
