"""How a check is told: right, wrong with a remedy, or not permitted with the action that is missing."""

import pytest

from lastseen.checking.check import Check, State, Unread, number, right, some, total, unread, wrong

DENIED = Unread("An error occurred (AccessDenied)", "sns:ListSubscriptionsByTopic")


def test_what_is_not_permitted_names_the_action_and_is_not_wrong():
    check = unread("subscription", DENIED)

    assert check.state is State.NOT_PERMITTED
    assert check.said == "needs sns:ListSubscriptionsByTopic"


def test_what_aws_does_not_answer_for_another_reason_is_wrong():
    check = unread("rules", Unread("Connect timeout"), regions=["ap-south-1"])

    assert check.state is State.WRONG
    assert check.said == "could not be checked in ap-south-1: Connect timeout"


@pytest.mark.parametrize(
    ("reason", "action"),
    [
        pytest.param(
            "AccessDeniedException (DescribeTrails): User: arn:x is"
            " not authorized to perform: cloudtrail:DescribeTrails because no policy allows it",
            "cloudtrail:DescribeTrails",
            id="AWS names the action",
        ),
        pytest.param(
            "AccessDenied (GetTrailStatus): no",
            "cloudtrail:GetTrailStatus",
            id="AWS names the call alone",
        ),
        pytest.param("ThrottlingException (GetTrail): Rate exceeded", "", id="no"),
    ],
)
def test_the_missing_action_is_read_from_a_refusal(reason, action):
    assert Unread.told(reason, "cloudtrail") == Unread(reason, action)


def test_states_are_counted_those_too_that_there_are_none_of():
    checks = [right("a", ""), right("b", ""), wrong("c", "")]

    assert total(checks) == {"right": 2, "wrong": 1, "not_permitted": 0}


def test_json_has_what_there_is_and_nothing_empty():
    assert wrong("bus", "gone", "make deploy", regions=["eu-west-1"]).as_dict() == {
        "check": "bus",
        "state": "wrong",
        "said": "gone",
        "remedy": "make deploy",
        "regions": ["eu-west-1"],
    }
    assert Check("caller", State.RIGHT, "x").as_dict() == {"check": "caller", "state": "right", "said": "x"}


@pytest.mark.parametrize(
    ("names", "told"),
    [([], ""), (list("abcd"), "a, b, c, d"), (list("abcdef"), "a, b, c, d and 2 more")],
)
def test_of_many_names_the_first_are_told(names, told):
    assert some(names) == told


def test_numbers_are_told_as_people_say_them():
    assert [number(1, "region"), number(2, "region"), number(1200, "rule")] == [
        "1 region",
        "2 regions",
        "1,200 rules",
    ]
