"""Whether rules take the events that tell who was active, and leave out the tracker's own."""

import json

import pytest
from builders import ROOT
from checked import BUS, QUEUE, said

from lastseen.checking.check import Unread
from lastseen.checking.patterns import Case, Trial, cases, pattern_checks, trials
from lastseen.checking.rules import ALL_EVENTS, Rule
from lastseen.samples import samples_folder

SAMPLES = {path.stem: path.read_text() for path in sorted((ROOT / "events").iterdir())}
INGEST = "arn:aws:iam::123456789012:role/last-activity-IngestRole-1"
EVERY = list(cases(SAMPLES, [INGEST]))


def pattern(role):
    return (
        f'{{"detail-type": [{{"suffix": " via CloudTrail"}}], "x": [":assumed-role/{role}/", ":role/{role}"]}}'
    )


def rule(name, region="eu-west-1", role="own", feeds=QUEUE, by=""):
    return Rule(region, name, ALL_EVENTS, pattern(role), {feeds: by})


def test_every_sample_that_sights_somebody_is_wanted():
    wanted = {each.name for each in EVERY if each.is_wanted}

    assert {"console-login", "assume-role-by-service", "iam-user-access-key", "root-sign-in"} <= wanted
    assert len(wanted) > 30


def test_services_foreign_accounts_and_the_trackers_own_are_not():
    assert [each.name for each in EVERY if not each.is_wanted] == [
        "aws-service-call",
        "foreign-account-call",
        "insight",
        "a call by last-activity-IngestRole-1",
        "last-activity-IngestRole-1 being assumed",
    ]


def test_what_may_come_or_not_is_not_tried():
    assert not {"console-login-failure", "check-mfa"} & {each.name for each in EVERY}


def test_the_trackers_own_are_told_by_its_roles():
    call, assumed = (json.loads(each.event)["detail"] for each in EVERY[-2:])

    assert call["userIdentity"]["arn"] == (
        "arn:aws:sts::123456789012:assumed-role/last-activity-IngestRole-1/function"
    )
    assert assumed["requestParameters"]["roleArn"] == INGEST


def forwarder(region, leaves_out):
    return rule("f", region, leaves_out, BUS, f"arn:aws:iam::123456789012:role/role-{region}")


def test_rules_that_differ_by_the_role_they_are_called_with_are_tried_once():
    forwarders = [forwarder(region, f"role-{region}") for region in ("us-east-1", "us-east-2")]
    found = trials([rule("a"), rule("b"), *forwarders], ["arn:ingest"], BUS)

    assert [(each.rule.name, each.alike, each.own) for each in found] == [
        ("a", 2, ("arn:ingest",)),
        ("f", 2, ("arn:aws:iam::123456789012:role/role-us-east-1",)),
    ]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(forwarder("us-east-2", "somebody"), id="a role of somebody else"),
        pytest.param(forwarder("us-east-2", "role-us-east-20"), id="a role with a longer name"),
        pytest.param(Rule("us-east-2", "f", "ENABLED", '{"detail": " via CloudTrail"}', {}), id="no role"),
    ],
)
def test_a_rule_that_leaves_out_another_role_than_its_own_is_tried_by_itself(other):
    found = trials([forwarder("us-east-1", "role-us-east-1"), other], [], BUS)

    assert [each.alike for each in found] == [1, 1]


def test_hub_rules_that_leave_out_different_roles_are_both_tried():
    assert len(trials([rule("a"), rule("b", role="other")], ["arn:ingest"], BUS)) == 2


def test_a_rule_for_alarms_is_not_tried():
    assert trials([Rule("r", "alarms", "ENABLED", '{"source": ["aws.cloudwatch"]}', {})], [], BUS) == []


WANTED, OWN = Case("console-login", "{}", True), Case("a call by ingest", "{}", False)
HUB = Trial(rule("HubBusRule"), 2, (INGEST,))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(
            {WANTED: True, OWN: False},
            ("right", "patterns", "2 sample events taken or left out as they should be, by 2 rules"),
            id="as they should be",
        ),
        pytest.param(
            {WANTED: False, OWN: False},
            ("wrong", "patterns", "HubBusRule in eu-west-1 leaves out console-login"),
            id="one is left out",
        ),
        pytest.param(
            {WANTED: True, OWN: True},
            ("wrong", "patterns", "HubBusRule in eu-west-1 takes a call by ingest"),
            id="one too many is taken",
        ),
        pytest.param(
            Unread("no", "events:TestEventPattern"),
            ("not_permitted", "patterns", "needs events:TestEventPattern in eu-west-1"),
            id="not permitted",
        ),
    ],
)
def test_a_rule_takes_what_it_should_and_leaves_out_what_it_should(answer, expected):
    assert said(pattern_checks([(HUB, answer)])) == [expected]


def test_the_samples_are_found_in_a_checkout():
    assert samples_folder() == ROOT / "events"
