"""A report where somebody has edited items of the table: each is a gap, and only its own subject is not judged."""

import pytest
from builders import ACCOUNT, NOON, activity

from lastseen.demo.account import Person, make_account
from reporter.inventory.iam import Iam
from reporter.judgement.known import Terms
from reporter.listening.trails import CloudTrail
from reporter.review.gathering import Sources
from reporter.review.review import review

ALICE, BOB = f"arn:aws:iam::{ACCOUNT}:user/alice", f"arn:aws:iam::{ACCOUNT}:user/bob"
DAY = 86_400


@pytest.fixture
def report(aws, dynamodb, table, flags, trail):
    """Of alice and bob, who are idle, and with items that have a last sighting at no time."""

    def made(*edited):
        people = [Person(name, f"AIDA{name.upper()}", made=300, password_used=0) for name in ("alice", "bob")]
        make_account(aws("iam"), people, [], now=NOON)
        table.record(activity(0, principal="coverage", facet=f"{ACCOUNT}#eu-west-1", first=-300 * DAY))
        for principal, facet in edited:
            key = {"principal": {"S": principal}, "facet": {"S": facet}}
            dynamodb.put_item(TableName="activity", Item=key | {"last_seen": {"S": "yesterday"}})
        sources = Sources(Iam(aws("iam")), CloudTrail(lambda _: aws("cloudtrail")), table, flags)
        return review(sources, ACCOUNT, Terms(), NOON)

    return made


@pytest.mark.parametrize("facet", ["ID#AIDAALICE", "DENIED#AIDAALICE", "SIGNIN"])
def test_who_has_an_edited_item_is_not_flagged_and_nobody_else_is_spared(report, facet):
    told = report((ALICE, facet))

    names = {(each.subject.name, str(each.subject.kind)) for each in told.findings}
    assert ("bob", "user") in names
    assert ("bob", "password") in names
    assert ("alice", "password" if facet == "SIGNIN" else "user") not in names
    assert [each.what for each in told.gaps] == ["the activity table"]
    assert f"principal {ALICE} and facet {facet} cannot be read" in told.gaps[0].reason


@pytest.mark.parametrize(
    ("principal", "facet", "what"),
    [
        ("coverage", f"{ACCOUNT}#us-east-1", "CloudTrail's coverage"),
        ("canary", f"{ACCOUNT}#eu-west-1", "CloudTrail's coverage"),
        ("report", ACCOUNT, "the time of the last report"),
    ],
)
def test_an_edited_item_of_the_trackers_own_is_a_gap(report, principal, facet, what):
    told = report((principal, facet))

    assert what in [each.what for each in told.gaps]
    assert {each.subject.name for each in told.findings} == {"alice", "bob"}
