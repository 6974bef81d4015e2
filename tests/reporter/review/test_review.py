"""A review of IAM and the activity table, both of moto; what accounts come to is in test_scenarios.py."""

from datetime import date, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON, activity

from activity.finding import FindingId
from activity.snooze import Snooze
from activity.snoozes import Snoozes
from activity.table import ActivityTable
from lastseen.demo.account import Key, Person, Role, make_account
from reporter.inventory.account import Gap
from reporter.inventory.iam import Iam
from reporter.judgement.known import Terms
from reporter.listening.coverage import Coverage
from reporter.listening.trails import CloudTrail
from reporter.publishing.document import answer
from reporter.review.gathering import Sources
from reporter.review.review import review

ARN = f"arn:aws:iam::{ACCOUNT}"
DAY = 86_400


@pytest.fixture
def account(aws, table, flags, trail):
    """Makes people and roles, and reports on them at noon."""

    def report(*things, iam=None, activity_table=None, is_late=lambda: False, has_events=True, **more):
        people = [thing for thing in things if isinstance(thing, Person)]
        roles = [thing for thing in things if isinstance(thing, Role)]
        make_account(aws("iam"), people, roles, now=NOON)
        if has_events:
            table.record(activity(0, principal="coverage", facet=f"{ACCOUNT}#eu-west-1", first=-300 * DAY))
        sources = Sources(
            Iam(iam or aws("iam"), is_late=is_late),
            CloudTrail(lambda region: aws("cloudtrail")),
            activity_table or table,
            flags,
            **more,
        )
        return review(sources, ACCOUNT, Terms(), NOON)

    return report


def found(report):
    """The findings as (kind, name or key, status)."""
    return [
        (str(f.subject.kind), f.subject.access_key_id or f.subject.name, str(f.verdict.status))
        for f in report.findings
    ]


def alice(**more):
    return Person(**{"name": "alice", "id": "AIDAALICE", "made": 500} | more)


def deploy(**more):
    return Role(**{"name": "deploy", "id": "AROADEPLOY", "made": 300} | more)


def seen(days, principal=f"{ARN}:user/alice", facet="ID#AIDAALICE", **evidence):
    return activity(-days * DAY, principal=principal, facet=facet, **evidence)


def test_what_iam_alone_tells_is_judged(account):
    report = account(
        alice(password_used=100, keys=(Key("AKIA1", 500, 100), Key("AKIA2", 400))), deploy(used=90)
    )

    assert found(report) == [
        ("user", "alice", "stale"),
        ("password", "alice", "stale"),
        ("access_key", "AKIA1", "stale"),
        ("access_key", "AKIA2", "never_used"),
        ("role", "deploy", "stale"),
    ]


def test_what_was_seen_is_not_stale_whatever_iam_says(account, table):
    table.record(seen(10))
    table.record(seen(10, facet="SIGNIN", principal_id="AIDAALICE"))
    table.record(seen(10, facet="KEY#AKIA1"))
    table.record(seen(10, f"{ARN}:role/deploy", "ID#AROADEPLOY"))

    assert found(account(alice(password_used=100, keys=(Key("AKIA1", 500, 100),)), deploy(used=100))) == []


def test_a_user_who_was_renamed_keeps_the_activity_of_the_old_name(account, table):
    table.record(seen(10, f"{ARN}:user/alice-maiden"))
    table.record(seen(10, f"{ARN}:user/alice-maiden", "SIGNIN", principal_id="AIDAALICE"))
    table.record(seen(10, f"{ARN}:user/alice-maiden", "KEY#AKIA1"))

    assert found(account(alice(password_used=100, keys=(Key("AKIA1", 500, 100),)))) == []


def test_without_the_index_what_was_seen_is_active_all_the_same(account, table, dynamodb):
    table.record(seen(10, f"{ARN}:role/deploy", "ID#AROADEPLOY"))

    def refuse_index(params, **_):
        if b"by_facet" not in params["body"]:
            return
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "Query")

    dynamodb.meta.events.register("before-call.dynamodb.Query", refuse_index)
    report = account(deploy(used=100), Role("batch", "AROABATCH", 300, 100))

    assert (report.counts["role"]["active"], report.counts["role"]["unknown"]) == (1, 1)


def test_a_finding_has_the_fields_of_the_contract(account, table):
    table.record(
        seen(
            100,
            facet="KEY#AKIA1",
            event_source="s3.amazonaws.com",
            event_name="ListBuckets",
            region="eu-west-1",
            source_ip="198.51.100.7",
            user_agent="aws-cli/2",
        )
    )
    report = account(alice(password_used=5, keys=(Key("AKIA1", 500, 101),)))

    (finding,) = answer(report)["findings"]
    assert finding == {
        "finding_id": f"{ACCOUNT}:access_key:AKIA1",
        "account": ACCOUNT,
        "kind": "access_key",
        "name": "alice",
        "arn": f"{ARN}:user/alice",
        "id": "AIDAALICE",
        "access_key_id": "AKIA1",
        "owner": None,
        "status": "stale",
        "created": "2025-07-08T12:00:00Z",
        "last_used": "2026-08-12T12:00:00Z",
        "last_used_source": "cloudtrail",
        "idle_days": 100,
        "threshold_days": 90,
        "first_flagged": "2026-11-20T12:00:00Z",
        "reason": "last seen by CloudTrail on 2026-08-12"
        " (s3.amazonaws.com ListBuckets, eu-west-1, 198.51.100.7)",
        "days_in_words": "active on 1 day since 24 January: 12 August",
        "days": ["2026-08-12"],
        "evidence": {
            "last_seen": "2026-08-12T12:00:00Z",
            "last_used": "2026-08-11T12:00:00Z",
            # moto's credential report says not_supported for region and service.
            "event_source": "s3.amazonaws.com",
            "event_name": "ListBuckets",
            "event_id": "e",
            "region": "eu-west-1",
            "source_ip": "198.51.100.7",
            "user_agent": "aws-cli/2",
            "facet": "KEY#AKIA1",
        },
        "commands": ["aws iam update-access-key --user-name alice --access-key-id AKIA1 --status Inactive"],
    }


def test_a_users_finding_disables_all_that_the_user_holds(account):
    report = account(alice(password_used=100, keys=(Key("AKIA1", 500, 100),)))

    user, password, key = report.findings
    assert user.subject.commands == password.subject.commands + key.subject.commands
    assert password.subject.commands == ("aws iam delete-login-profile --user-name alice",)


def test_the_commands_for_a_role_and_for_a_user_without_credentials_can_be_undone(account):
    report = account(alice(), deploy())

    user, role = report.findings
    assert user.subject.commands[0].startswith(
        "aws iam put-user-policy --user-name alice --policy-name LastAct"
    )
    assert role.subject.commands[0].startswith(
        "aws iam put-role-policy --role-name deploy --policy-name LastAct"
    )


def test_the_exempt_are_told_with_reason_and_end(account):
    report = account(
        alice(password_used=100, keys=(Key("AKIA1", 500, 5),), exempt="audit until=2027-01-31"),
        deploy(exempt="disaster recovery"),
    )

    told = answer(report)
    assert told["findings"] == []
    assert [(e["kind"], e["would_be"], e["reason"], e["until"]) for e in told["exempt"]] == [
        ("password", "stale", "audit", "2027-01-31"),
        ("role", "never_used", "disaster recovery", None),
    ]


def test_an_exemption_that_ended_counts_no_more_and_is_told(account):
    (finding,) = answer(account(deploy(exempt="audit until=2026-11-19")))["findings"]

    assert finding["reason"].endswith("; its exemption (audit) ended on 2026-11-19")


def test_everything_is_counted(account):
    report = account(
        alice(password_used=5, keys=(Key("AKIA1", 500, 5), Key("AKIA2", 400, 300, is_active=False))),
        Person("bob", "AIDABOB", 500, keys=(Key("AKIA3", 500, 5),)),
        deploy(used=100),
        Role("slr", "AROA2", 300, path="/aws-service-role/x.amazonaws.com/"),
        Role("sso", "AROA3", 300, path="/aws-reserved/sso.amazonaws.com/"),
    )

    none = dict.fromkeys(("active", "stale", "never_used", "dormant", "unknown", "exempt", "snoozed"), 0)
    assert report.counts == {
        "user": none | {"active": 2},
        "password": none | {"active": 1},
        "access_key": none | {"active": 2},
        "role": none | {"stale": 1},
        "left_out": {
            "service_linked_role": 1,
            "identity_center_role": 1,
            "disabled_key": 1,
            "undated_credential": 0,
        },
    }
    assert report.disabled_keys == (("alice", "AKIA2"),)


def test_without_the_table_nothing_is_flagged_and_the_gap_is_told(account, aws):
    report = account(
        alice(password_used=100), deploy(used=5), activity_table=ActivityTable(aws("dynamodb"), "no-such-table")
    )

    assert found(report) == []
    assert [gap.what for gap in report.gaps] == ["the activity table"]
    assert isinstance(report.coverage.regions, Gap)  # That nothing came from CloudTrail is not known, either.
    assert report.counts["password"]["unknown"] == 1
    assert report.counts["role"]["active"] == 1


def test_without_the_index_nothing_is_flagged(account):
    """A key seen under another name is found only there."""
    client = boto3.client("dynamodb")
    client.meta.events.register("before-call.dynamodb.Query", refuse)
    report = account(deploy(used=100), activity_table=ActivityTable(client, "activity"))

    assert found(report) == []
    assert [gap.what for gap in report.gaps] == ["the activity table's index", "CloudTrail's coverage"]


def test_where_events_came_from_is_told_for_this_account_alone(account, table):
    for facet, days in (
        (f"{ACCOUNT}#eu-west-1", 2),
        (f"{ACCOUNT}#us-east-1", 1),
        ("210987654321#eu-west-1", 1),
    ):
        table.record(seen(days, "coverage", facet))

    came = account(has_events=False).coverage.received
    assert [(each.region, (NOON - each.until).days) for each in came] == [("us-east-1", 1), ("eu-west-1", 2)]


def test_a_flag_of_an_earlier_report_is_remembered(account, flag, table):
    flag((f"{ARN}:role/deploy", "ID#AROADEPLOY"), NOON - timedelta(days=7))
    table.record(activity(-7 * 86_400, principal="report", facet=ACCOUNT))
    report = account(deploy(used=100))

    assert report.findings[0].first_flagged == NOON - timedelta(days=7)
    assert not report.findings[0].is_new
    assert report.resolved == ()


def test_a_flag_from_before_the_last_use_is_another_story(account, flag):
    flag((f"{ARN}:role/deploy", "ID#AROADEPLOY"), NOON - timedelta(days=200))
    report = account(deploy(used=100))

    assert report.findings[0].first_flagged == NOON
    assert report.findings[0].is_new


def test_a_user_whom_the_credential_report_does_not_know_is_a_gap(account, aws):
    """As after a rename: the report may be four hours old."""
    iam = aws("iam")

    def rename(**_):
        aws("iam").update_user(UserName="alice", NewUserName="alice2")

    iam.meta.events.register_first("after-call.iam.GetCredentialReport", rename)
    report = account(alice(password_used=100), iam=iam)

    assert found(report) == []
    assert [gap.what for gap in report.gaps] == [f"credentials of {ARN}:user/alice2"]


def test_the_flag_of_a_predecessor_is_not(account, flag):
    flag((f"{ARN}:user/alice", "SIGNIN"), NOON - timedelta(days=300))
    report = account(alice(made=200, password_used=0))

    assert {finding.first_flagged for finding in report.findings} == {NOON}
    assert [str(each.how) for each in report.resolved] == ["deleted"]


def test_what_is_snoozed_is_the_accounts_own_and_an_edited_item_snoozes_nothing(account, dynamodb):
    snoozes = Snoozes(dynamodb, "activity")
    for each in (ACCOUNT, "000000000001"):
        finding = FindingId(each, "role", "AROADEPLOY")
        snoozes.put(Snooze(finding, date(2026, 12, 31), "moves", f"{ARN}:user/alice", NOON))
    dynamodb.put_item(
        TableName="activity",
        Item={
            "principal": {"S": "snoozed"},
            "facet": {"S": f"{ACCOUNT}:role:AROAOTHER"},
            "until": {"S": "soon"},
        },
    )
    report = account(deploy(used=100), snoozes=snoozes)
    (gap,) = (each for each in report.gaps if each.what.startswith("a snooze"))

    assert [subject.name for subject, _ in report.snoozed] == ["deploy"]
    assert f"{ACCOUNT}:role:AROAOTHER" in gap.reason


def test_without_trails_to_ask_the_coverage_is_what_the_table_has(table, flags, aws):
    make_account(aws("iam"), [], [], now=NOON)
    for each in (ACCOUNT, "000000000001"):
        table.record(activity(0, principal="coverage", facet=f"{each}#eu-west-1"))
    coverage = review(
        Sources(Iam(aws("iam")), None, table, flags, basis="a file"), ACCOUNT, Terms(), NOON
    ).coverage

    assert (coverage.basis, coverage.trails) == ("a file", Coverage(()).trails)
    assert [each.account for each in coverage.regions] == [ACCOUNT]


def refuse(**_):
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "Any")
