"""The rules by which events come, and the policy of the bus that other regions forward to."""

import json
import shlex

import pytest
from builders import ACCOUNT, ROOT
from checked import BUS, QUEUE, REGION, TOPIC, said, stack

from lastseen.checking.check import DEPLOY, Unread
from lastseen.checking.rules import (
    ALL_EVENTS,
    HUB,
    Rule,
    bus_check,
    connected,
    forwarder_checks,
    forwarding_roles,
    hub_checks,
    left_checks,
    targets,
)

PATTERN = '{"detail-type":[{"suffix":" via CloudTrail"}]}'
DENIED = Unread("no", "events:ListRuleNamesByTarget")


def rule(region=REGION, name="rule", state=ALL_EVENTS, pattern=PATTERN, feeds=BUS, role="", bus=""):
    return Rule(region, name, state, pattern, {feeds: role}, bus)


def hub(**changes):
    good = {
        "DefaultBusRule": rule(name="DefaultBusRule", feeds=QUEUE),
        "HubBusRule": rule(name="HubBusRule", feeds=QUEUE, bus="last-activity-hub"),
        "ForwarderAlarmRule": rule(
            name="ForwarderAlarmRule", feeds=TOPIC, state="ENABLED", bus="last-activity-hub"
        ),
    }
    return good | changes


def told(**changes):
    return [each for each in hub_checks(hub(**changes), targets(stack())) if each.state != "right"]


def test_rules_as_they_are_deployed_are_right():
    assert said(hub_checks(hub(), targets(stack()))) == [
        ("right", "rules", "DefaultBusRule, HubBusRule, ForwarderAlarmRule: enabled, and with their targets")
    ]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        pytest.param(None, "HubBusRule is gone: the events that it takes do not arrive", id="gone"),
        pytest.param(rule(state="DISABLED", feeds=QUEUE), "HubBusRule is DISABLED", id="disabled"),
        pytest.param(
            rule(state="ENABLED", feeds=QUEUE),
            "HubBusRule is ENABLED, and so gets no read-only calls",
            id="without read-only calls",
        ),
        pytest.param(rule(feeds=BUS), f"HubBusRule does not feed {QUEUE}", id="without its target"),
    ],
)
def test_a_rule_that_lets_nothing_through_is_wrong(found, words):
    (check,) = told(HubBusRule=found)

    assert (check.state, check.said) == ("wrong", words)
    assert check.remedy


def test_a_disabled_rule_is_enabled_with_the_pattern_that_it_has():
    (check,) = told(HubBusRule=rule(name="R-1", state="DISABLED", feeds=QUEUE, bus="last-activity-hub"))

    where = "--region eu-west-1 --name R-1 --event-bus-name last-activity-hub"
    assert check.remedy == (
        f"aws events put-rule {where} --state {ALL_EVENTS} --event-pattern"
        f' "$(aws events describe-rule {where} --query EventPattern --output text)"'
    )


@pytest.mark.parametrize("logical", HUB)
def test_a_target_that_is_lost_is_restored_as_the_template_has_it(logical):
    (check,) = told(**{logical: rule(state=HUB[logical], feeds=BUS)})

    assert check.remedy == 'restore the deployed template: "Changed by hand" in docs/verify.md'
    assert "\n## Changed by hand\n" in (ROOT / "docs" / "verify.md").read_text()


def test_each_rule_has_a_state_of_its_own_to_be_in():
    assert told(ForwarderAlarmRule=rule(state="ENABLED", feeds=TOPIC)) == []
    assert HUB["ForwarderAlarmRule"] == "ENABLED"


def test_rules_that_may_not_be_asked_are_not_wrong():
    assert said(told(DefaultBusRule=Unread("no", "events:DescribeRule"))) == [
        ("not_permitted", "rules", "needs events:DescribeRule")
    ]


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        pytest.param(
            {"us-east-1": (rule(),), "us-east-2": (rule(),)},
            [("right", "forwarders", "2 other regions forward to the hub")],
            id="all",
        ),
        pytest.param(
            {"ap-south-1": (), "us-east-1": (), "us-east-2": (rule(),)},
            [
                ("right", "forwarders", "1 other region forwards to the hub"),
                ("wrong", "forwarders", "no forwarder in us-east-1, ap-south-1: activity there is not tracked"),
            ],
            id="some have none, and the one in which IAM is logged comes first",
        ),
        pytest.param(
            {"us-east-1": (rule("us-east-1", "R", "DISABLED"),)},
            [("wrong", "forwarders", "R in us-east-1 is DISABLED")],
            id="disabled",
        ),
        pytest.param(
            {"us-east-1": (rule("us-east-1", "R", "DISABLED"), rule("us-east-1", "S"))},
            [("right", "forwarders", "1 other region forwards to the hub")],
            id="one of two is enough",
        ),
        pytest.param(
            {"us-east-1": DENIED, "us-east-2": DENIED, "us-west-2": Unread("Connect timeout")},
            [
                ("not_permitted", "forwarders", "needs events:ListRuleNamesByTarget in us-east-1, us-east-2"),
                ("wrong", "forwarders", "could not be checked in us-west-2: Connect timeout"),
            ],
            id="not asked, by reason",
        ),
    ],
)
def test_each_other_region_has_a_rule_that_forwards(regions, expected):
    assert said(forwarder_checks(regions)) == expected


def test_with_log_files_a_region_without_a_forwarder_is_right():
    (check,) = forwarder_checks({"us-east-2": (), "us-east-1": ()}, by_logs=True)

    words = "no forwarder in us-east-1, us-east-2: their events come by log files, in minutes"
    assert said([check]) == [("right", "forwarders", words)]
    assert check.remedy == ""


def test_with_log_files_a_forwarder_that_is_there_has_to_forward_all_the_same():
    off = (rule("us-east-1", "R", "DISABLED"),)

    assert said(forwarder_checks({"us-east-1": off}, by_logs=True)) == said(
        forwarder_checks({"us-east-1": off})
    )


def test_by_log_files_alone_no_forwarder_is_to_be_left():
    left = {"us-east-1": (rule(),), "us-east-2": (rule(state="DISABLED"),), "us-west-2": ()}
    (check,) = left_checks(left)

    assert (str(check.state), check.remedy) == ("wrong", "make forwarders FORWARD=none")
    assert (
        check.said == "left in us-east-1, us-east-2: with Roads=logs, what they forward costs and is not read"
    )
    assert said(left_checks({"us-west-2": (), "us-east-1": DENIED, "us-east-2": DENIED})) == [
        ("not_permitted", "forwarders", "needs events:ListRuleNamesByTarget in us-east-1, us-east-2")
    ]
    assert said(left_checks({"us-west-2": ()})) == []


def allow(principal, **condition):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "events:PutEvents", "Resource": BUS}
    return statement | ({"Condition": {"StringEquals": condition}} if condition else {})


OWN = allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
SHARED = allow("*", **{"aws:PrincipalOrgID": "o-exampleorgid"})
NOT_OWN = "the policy of last-activity-hub does not let this account's regions forward to it"


@pytest.mark.parametrize(
    ("statements", "organization", "state", "words"),
    [
        pytest.param([OWN], "", "right", "last-activity-hub takes events of this account", id="own"),
        pytest.param(
            [OWN, SHARED],
            "o-exampleorgid",
            "right",
            "last-activity-hub takes events of this account and o-exampleorgid",
            id="the organization's",
        ),
        pytest.param([], "", "wrong", NOT_OWN, id="no policy"),
        pytest.param([OWN | {"Effect": "Deny"}], "", "wrong", NOT_OWN, id="a denial lets nobody in"),
        pytest.param([OWN | {"Action": "events:PutRule"}], "", "wrong", NOT_OWN, id="another action"),
        pytest.param([allow({"AWS": "210987654321"})], "", "wrong", NOT_OWN, id="another account"),
        pytest.param(
            [OWN],
            "o-exampleorgid",
            "wrong",
            "the policy of last-activity-hub does not let o-exampleorgid forward to it",
            id="not the organization's",
        ),
    ],
)
def test_the_bus_takes_events_of_those_who_are_to_forward(statements, organization, state, words):
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    check = bus_check(policy, stack(parameters={"OrganizationId": organization}))

    assert said([check]) == [(state, "bus", words)]


def test_a_bus_without_a_policy_or_gone_or_not_to_be_asked_is_told_apart():
    checks = [bus_check(found, stack()) for found in ("", None, Unread("no", "events:DescribeEventBus"))]

    assert [(str(each.state), each.said) for each in checks] == [
        ("wrong", NOT_OWN),
        ("wrong", "last-activity-hub is gone: no other region's events arrive"),
        ("not_permitted", "needs events:DescribeEventBus"),
    ]


def test_the_organization_is_let_in_by_one_command():
    check = bus_check(json.dumps({"Statement": OWN}), stack(parameters={"OrganizationId": "o-exampleorgid"}))
    *_, condition = shlex.split(check.remedy)

    assert json.loads(condition) == {
        "Type": "StringEquals",
        "Key": "aws:PrincipalOrgID",
        "Value": "o-exampleorgid",
    }


@pytest.mark.parametrize(
    ("here", "elsewhere", "regions"),
    [
        pytest.param({"DefaultBusRule": rule()}, {"us-east-1": (rule(),)}, [REGION, "us-east-1"], id="all"),
        pytest.param({"DefaultBusRule": None}, {"us-east-1": ()}, [], id="no rule, no event"),
        pytest.param({"DefaultBusRule": rule(state="DISABLED")}, {}, [], id="disabled"),
        pytest.param({}, {"us-east-1": DENIED}, [REGION, "us-east-1"], id="not known, so it is tried"),
    ],
)
def test_test_calls_are_made_where_their_events_may_come_from(here, elsewhere, regions):
    assert connected(REGION, here, elsewhere) == regions


def test_the_role_of_each_forwarder_is_the_one_that_its_target_has():
    regions = {"us-east-1": (rule(role="arn:role"),), "us-east-2": (), "us-west-2": DENIED, "x": (rule(),)}

    assert forwarding_roles(regions, BUS) == {"us-east-1": "arn:role"}


def test_of_several_forwarders_the_role_of_the_one_that_works_is_looked_at():
    off, on = (rule(name=state, state=state, role=f"arn:{state}") for state in ("DISABLED", ALL_EVENTS))

    assert forwarding_roles({"us-east-1": (off, on)}, BUS) == {"us-east-1": f"arn:{ALL_EVENTS}"}
    assert forwarding_roles({"us-east-1": (off,)}, BUS) == {"us-east-1": "arn:DISABLED"}


OFF = {
    "DefaultBusRule": rule(state="DISABLED", feeds=QUEUE),
    "HubBusRule": rule(state="DISABLED", feeds=QUEUE),
    "ForwarderAlarmRule": rule(state="ENABLED", feeds=TOPIC),
}


def test_by_log_files_alone_the_rules_that_take_events_are_to_be_off():
    assert said(hub_checks(OFF, targets(stack()), by_logs=True)) == [
        (
            "right",
            "rules",
            "DefaultBusRule, HubBusRule, ForwarderAlarmRule: on and off as Roads=logs has them,"
            " and with their targets",
        )
    ]


def test_a_rule_that_is_on_though_events_come_by_log_files_alone_is_wrong():
    wrong, _ = hub_checks(OFF | {"HubBusRule": rule(feeds=QUEUE)}, targets(stack()), by_logs=True)

    assert (wrong.state, wrong.remedy) == ("wrong", DEPLOY)


@pytest.mark.parametrize(
    ("parameters", "is_alone"),
    [
        ({}, False),
        ({"Roads": "logs"}, False),  # Without a bucket there are no log files.
        ({"Roads": "logs", "LogBucketArn": ""}, False),
        ({"Roads": "both", "LogBucketArn": "arn:aws:s3:::trail"}, False),
        ({"Roads": "logs", "LogBucketArn": "arn:aws:s3:::trail"}, True),
    ],
)
def test_only_with_a_bucket_do_events_come_by_log_files_alone(parameters, is_alone):
    assert stack(parameters=parameters).is_by_logs_alone is is_alone
