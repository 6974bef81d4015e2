"""The report as plain data, as files and pages have it."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import Key, Password, Refused, Root, ServiceCredential, alice, days, deploy, review_of, seen
from builders import ACCOUNT

from activity.commands import deny_user, undo
from activity.item import Flag
from reporter.inventory.account import Gap, Use
from reporter.judgement.subjects import Claim, Limits
from reporter.listening.coverage import Coverage
from reporter.listening.region import Region, Sent
from reporter.listening.roads import Road
from reporter.publishing import console
from reporter.publishing.document import answer, document
from reporter.publishing.judged import finding_as_dict
from reporter.publishing.spreadsheet import rows

ARN = f"arn:aws:iam::{ACCOUNT}"


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_is_a_formula(begins):
    hostile = f"{begins}HYPERLINK(1)"
    sighting = seen(100, "ID#AROADEPLOY", f"role/{hostile}", user_agent=hostile, event_name=hostile)
    (row,) = read(rows(review_of(deploy(name=hostile), sighting)))

    assert (row["name"], row["user_agent"], row["event_name"]) == (f"'{hostile}",) * 3
    assert not any(cell.startswith(begins) for cell in row.values())


def test_a_row_of_the_csv_has_the_finding_and_its_evidence():
    where = {"event_source": "s3.amazonaws.com", "region": "eu-west-1", "source_ip": "198.51.100.7"}
    report = review_of(
        alice(Key(used=101), Password(used=5)), seen(100, "KEY#AKIA1", user_agent='a"b,\r\nc\rd', **where)
    )
    (row,) = read(rows(report))

    (finding,) = answer(report)["findings"]
    same = (
        "account kind name arn id access_key_id status created last_used last_used_source first_flagged reason"
    )
    assert {name: row[name] for name in same.split()} == {name: finding[name] for name in same.split()}
    assert (row["idle_days"], row["threshold_days"]) == ("100", "90")
    assert (row["event_id"], row["user_agent"]) == ("e", 'a"b,\r\nc\rd')
    assert {name: row[name] for name in where} == where
    assert row["commands"] == finding["commands"][0]


def test_the_commands_of_a_user_stand_in_one_cell_each_after_the_other():
    (user, *_) = read(rows(review_of(alice(Password(used=100), Key(used=100)))))

    assert user["commands"].split(" && ") == [
        "aws iam delete-login-profile --user-name alice",
        "aws iam update-access-key --user-name alice --access-key-id AKIA1 --status Inactive",
    ]


def test_what_is_not_known_is_an_empty_cell():
    (row,) = read(rows(review_of(deploy())))

    assert (row["last_used"], row["last_used_source"], row["event_id"], row["access_key_id"]) == ("",) * 4


def test_the_csv_of_nothing_is_its_heading():
    assert rows(review_of()).count("\n") == 1


@pytest.fixture
def told():
    """The document of an account in which there is something of everything."""
    flagged = {
        (f"{ARN}:role/deploy", "ID#AROADEPLOY"): Flag(days(14), days(100)),
        (f"{ARN}:role/gone", "ID#AROAGONE"): Flag(days(14), days(200)),
        (f"{ARN}:user/alice", "KEY#AKIA1"): Flag(days(14), days(150)),
    }
    report = review_of(
        alice(Password(), Key(used=3), Key("AKIA2", used=100, is_active=False)),
        deploy(used=100),
        deploy(name="dr", id="AROADR", exempt="audit until=2026-12-31"),
        Root(keys=1),
        Refused("index"),
        flagged,
    )
    return document(report)


def test_the_document_is_json(told):
    assert json.loads(json.dumps(told)) == told


def test_the_document_says_of_what_and_when_it_is(told):
    assert (told["account"], told["alias"], told["at"]) == (ACCOUNT, "acme", "2026-11-20T12:00:00Z")
    assert told["thresholds"] == {"user": 90, "password": 90, "access_key": 90, "role": 90}
    assert told["previous"] == "2026-11-13T12:00:00Z"
    assert told["heard"] == [
        {
            "region": "eu-west-1",
            "since": "2026-01-24T12:00:00Z",
            "until": "2026-11-20T12:00:00Z",
            "canary_sent": None,
            "canary_back": None,
            "waiting_since": None,
            "state": "untested",
            "roads": {},
        }
    ]
    assert (told["warnings"], told["notes"]) == ([], [])


def test_the_document_has_all_that_is_left_out_of_a_list_of_findings(told):
    assert [(each["arn"], each["how"], each["at"], each["since"]) for each in told["resolved"]] == [
        (f"{ARN}:role/gone", "deleted", None, "2026-05-04T12:00:00Z"),
        (f"{ARN}:user/alice", "used", "2026-11-17T12:00:00Z", "2026-06-23T12:00:00Z"),
    ]
    assert [(each["name"], each["until"]) for each in told["exempt"]] == [("dr", "2026-12-31")]
    assert told["disabled_keys"] == [{"name": "alice", "access_key_id": "AKIA2"}]
    assert told["root"] == {"last_used": None, "last_refused": None, "access_keys": 1, "is_known": True}
    assert [each["what"] for each in told["gaps"]] == ["the activity table's index"]


def test_a_use_that_was_missed_is_told_with_both_dates_and_the_cause(told):
    assert [(each["kind"], each["used"], each["seen"]) for each in told["missed"]] == [
        ("access_key", "2026-11-17T12:00:00Z", None),
        ("role", "2026-08-12T12:00:00Z", None),
    ]
    assert all(each["cause"] for each in told["missed"])


def test_a_finding_of_the_document_says_what_to_do_first_how_and_where():
    report = review_of(alice(Password(used=100), Key(used=100)), deploy(used=200))
    told = {each["kind"]: each for each in document(report)["findings"]}

    assert {kind: (each["priority"], each["risk"]) for kind, each in told.items()} == {
        "access_key": (1, "access_key"),
        "password": (2, "password"),
        "user": (3, "user"),
        "role": (4, "role"),
    }
    assert told["password"]["steps"] == [
        {"command": deny_user("alice"), "undo": undo(deny_user("alice")), "ask_first": False},
        {"command": "aws iam delete-login-profile --user-name alice", "undo": "", "ask_first": False},
    ], "as in the mail: what can be undone goes before what cannot"
    key = "aws iam update-access-key --user-name alice --access-key-id AKIA1 --status"
    assert told["access_key"]["steps"] == [
        {"command": f"{key} Inactive", "undo": f"{key} Active", "ask_first": False}
    ]
    assert {each["command"] for each in told["user"]["steps"]} == {
        deny_user("alice"),
        *told["user"]["commands"],
    }
    assert told["role"]["console"] == console.principal(told["role"]["arn"])


def test_a_command_for_what_no_use_is_recorded_of_asks_for_its_owner_first():
    report = review_of(alice(ServiceCredential()))
    (finding,) = document(report)["findings"]

    assert [each["ask_first"] for each in finding["steps"]] == [True]


def test_a_finding_of_the_document_says_whether_it_is_new():
    flagged = {(f"{ARN}:role/deploy", "ID#AROADEPLOY"): Flag(days(14), days(100))}
    told = document(review_of(deploy(used=100), deploy(name="batch", id="AROABATCH", used=100), flagged))

    assert {each["name"]: each["is_new"] for each in told["findings"]} == {"deploy": False, "batch": True}


def test_without_coverage_and_root_the_document_says_so():
    told = document(review_of(Refused("table"), Refused("GetCredentialReport")))

    assert (told["heard"], told["root"]["access_keys"], told["root"]["is_known"]) == ([], None, False)


@pytest.fixture
def whole():
    """The document of an account with flags of several kinds, places of several states, and other thresholds."""
    flagged = {
        (f"{ARN}:user/alice", "KEY#AKIA1"): Flag(days(14), days(150)),
        (f"{ARN}:user/alice", "KEY#AKIA2"): Flag(days(14), days(150)),
        (f"{ARN}:role/gone", "ID#AROAGONE"): Flag(days(14), days(200)),
    }
    report = review_of(
        alice(Password(used=200), Key(used=3), Key("AKIA2", used=4), exempt="audit until=2026-11-01"),
        deploy(used=100),
        deploy(name="dr", id="AROADR", used=100, exempt="audit"),
        seen(3, "KEY#AKIA1"),
        seen(4, "DENIED#AKIA2"),
        seen(10, f"ID#{ACCOUNT}", "root"),
        seen(5, f"DENIED#{ACCOUNT}", "root"),
        Root(keys=0),
        Limits(user=60, access_key=70, role=80),
        flagged,
    )
    called = Sent(days(3), days(1), "ReadTimeoutError")
    by_logs = Road("logs", days(4), timedelta(minutes=5))
    places = (
        Region(ACCOUNT, "eu-west-3", days(90), days(4), called, days(4), (by_logs,)),
        Region(ACCOUNT, "us-east-1"),
    )
    return document(replace(report, coverage=Coverage(places)))


def test_the_thresholds_are_those_of_each_kind(whole):
    assert whole["thresholds"] == {"user": 60, "password": 60, "access_key": 70, "role": 80}


def test_a_place_is_told_with_its_test_calls(whole):
    assert whole["heard"] == [
        {
            "region": "eu-west-3",
            "since": "2026-08-22T12:00:00Z",
            "until": "2026-11-16T12:00:00Z",
            "canary_sent": "2026-11-19T12:00:00Z",
            "canary_back": "2026-11-16T12:00:00Z",
            "waiting_since": "2026-11-17T12:00:00Z",
            "refusal": "ReadTimeoutError",
            "state": "silent",
            "roads": {"logs": {"until": "2026-11-16T12:00:00Z", "delay_seconds": 300}},
        },
        {
            "region": "us-east-1",
            "since": None,
            "until": None,
            "canary_sent": None,
            "canary_back": None,
            "waiting_since": None,
            "state": "untested",
            "roads": {},
        },
    ]


def test_the_root_user_is_told_with_its_last_use_and_its_last_refusal(whole):
    assert whole["root"] == {
        "last_used": "2026-11-10T12:00:00Z",
        "last_refused": "2026-11-15T12:00:00Z",
        "access_keys": 0,
        "is_known": True,
    }


def test_what_became_of_a_flag_is_told_with_all_that_is_known_of_it(whole):
    flagged = {"since": "2026-06-23T12:00:00Z", "first_flagged": "2026-11-06T12:00:00Z"}
    key = {"kind": "access_key", "name": "alice", "arn": f"{ARN}:user/alice", "how": "used"} | flagged
    key |= {"account": ACCOUNT}
    first, second = (f"{ACCOUNT}:access_key:{each}" for each in ("AKIA1", "AKIA2"))

    assert whole["resolved"] == [
        key
        | {"finding_id": first, "access_key_id": "AKIA1"}
        | {"at": "2026-11-17T12:00:00Z", "used": "2026-11-17T12:00:00Z"},
        key
        | {"finding_id": second, "access_key_id": "AKIA2"}
        | {"at": "2026-11-16T12:00:00Z", "refused": "2026-11-16T12:00:00Z"}
        | {"is_refused": True},
        {
            "finding_id": f"{ACCOUNT}:role:AROAGONE",
            "account": ACCOUNT,
            "kind": "role",
            "name": "gone",
            "arn": f"{ARN}:role/gone",
            "how": "deleted",
            "at": None,
            "since": "2026-05-04T12:00:00Z",
            "first_flagged": "2026-11-06T12:00:00Z",
        },
    ]


def test_an_exemption_is_told_with_what_it_spares_and_how_it_lapsed(whole):
    assert whole["exempt"] == [
        {
            "account": ACCOUNT,
            "kind": "role",
            "name": "dr",
            "arn": f"{ARN}:role/dr",
            "id": "AROADR",
            "would_be": "stale",
            "idle_days": 100,
            "reason": "audit",
            "until": None,
        }
    ]
    assert whole["lapses"] == [
        {
            "arn": f"{ARN}:user/alice",
            "why": "ended on 2026-11-01 (audit)",
            "fix": "set a new end, or: aws iam untag-user --user-name alice --tag-keys last-activity:exempt",
        }
    ]


def test_evidence_has_both_sources_and_the_event_of_the_last_sighting():
    call = {"event_source": "s3.amazonaws.com", "event_name": "GetObject", "error_code": "AccessDenied"}
    where = {"region": "eu-west-1", "source_ip": "198.51.100.7", "user_agent": "aws-cli/2"}
    role = deploy(used=100)
    (seen_one,) = answer(review_of(role, seen(101, "DENIED#AROADEPLOY", "role/deploy", **call, **where)))[
        "findings"
    ]
    (unseen,) = answer(review_of(role))["findings"]

    both = {"last_used": "2026-08-12T12:00:00Z"}
    assert unseen["evidence"] == both | {"last_seen": None}
    assert "access_key_id" not in unseen
    assert seen_one["evidence"] == both | call | where | {
        "last_seen": "2026-08-11T12:00:00Z",
        "event_id": "e",
        "facet": "DENIED#AROADEPLOY",
    }


def test_iams_word_of_where_a_key_was_used_stays_beside_what_was_seen():
    report = review_of(alice(Key(used=100)), seen(101, "KEY#AKIA1"))
    (found,) = (each for each in report.findings if each.subject.access_key_id)
    used = replace(found.subject, claim=Claim(Use(days(100), "eu-west-1", "s3")))
    (missed,) = report.missed

    evidence = finding_as_dict(replace(found, subject=used))["evidence"]
    assert (evidence["last_used_service"], evidence["last_used_region"]) == ("s3", "eu-west-1")
    assert (evidence["event_id"], evidence["facet"]) == ("e", "KEY#AKIA1")
    told = document(replace(report, missed=(replace(missed, subject=used),)))["missed"]
    assert told == [
        {
            "kind": "access_key",
            "name": "alice",
            "arn": f"{ARN}:user/alice",
            "id": "AIDAALICE",
            "access_key_id": "AKIA1",
            "used": "2026-08-12T12:00:00Z",
            "region": "eu-west-1",
            "service": "s3",
            "seen": "2026-08-11T12:00:00Z",
            "cause": missed.cause,
            "fix": missed.fix,
        }
    ]


def test_a_gap_is_told_with_its_reason_and_what_to_do():
    told = answer(replace(review_of(), gaps=(Gap("the keys of alice", "AccessDenied", "make verify"),)))

    assert told["gaps"] == [{"what": "the keys of alice", "reason": "AccessDenied", "fix": "make verify"}]
