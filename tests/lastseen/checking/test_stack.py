"""Who asks, and whether the stack is there, is ours, and is whole."""

import pytest
from builders import ACCOUNT
from checked import OUTPUTS, REGION, said, stack

from lastseen.checking.check import Unread
from lastseen.checking.stack import Caller, caller_check, own_name, stack_checks

CALLER = Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice")
WHERE = f"account {ACCOUNT}, {REGION}"


def told(found):
    return said(stack_checks(found, "last-activity", REGION, CALLER))


def test_the_caller_is_named_first():
    assert said([caller_check(CALLER)]) == [("right", "caller", f"{CALLER.arn}, account {ACCOUNT}")]


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        pytest.param(stack(), "right", f"last-activity in {WHERE}: CREATE_COMPLETE", id="there"),
        pytest.param(None, "wrong", f"there is no stack last-activity in {WHERE}", id="none"),
        pytest.param(
            Unread("no", "cloudformation:DescribeStacks"),
            "not_permitted",
            "needs cloudformation:DescribeStacks",
            id="not permitted",
        ),
        pytest.param(
            stack(outputs={}),
            "wrong",
            "last-activity is not a stack of this tool: name the tracker's with --stack",
            id="another tool's",
        ),
        pytest.param(
            stack(id="arn:aws:cloudformation:eu-west-1:210987654321:stack/last-activity/1"),
            "wrong",
            "last-activity is of account 210987654321",
            id="another account's",
        ),
        pytest.param(
            stack(status="UPDATE_ROLLBACK_FAILED"),
            "wrong",
            f"last-activity in {REGION} is UPDATE_ROLLBACK_FAILED",
            id="half deployed",
        ),
        *(
            pytest.param(
                stack(status=status, outputs={}, resources={}),
                "wrong",
                f"last-activity in {REGION} is {status}",
                id=f"{status}, so without outputs",
            )
            for status in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS")
        ),
    ],
)
def test_the_stack_is_there_of_this_account_and_deployed(found, state, words):
    assert told(found) == [(state, "stack", words)]


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("REVIEW_IN_PROGRESS", "make deploy"),
        ("UPDATE_ROLLBACK_COMPLETE", "make deploy"),
        ("ROLLBACK_COMPLETE", "make destroy, then make deploy"),
    ],
)
def test_a_stack_whose_creation_failed_is_removed_first(status, remedy):
    (check,) = stack_checks(stack(status=status), "last-activity", REGION, CALLER)

    assert check.remedy == remedy


def test_a_stack_that_lacks_a_resource_is_told_to_lack_it():
    whole = stack()
    without = {name: each for name, each in whole.resources.items() if name != "Queue"}
    *_, last = told(stack(resources=without))

    assert last == ("wrong", "resources", "the stack has no Queue")


def test_resources_that_may_not_be_listed_are_told_once():
    *_, last = told(stack(resources=Unread("no", "cloudformation:ListStackResources")))

    assert last == ("not_permitted", "resources", "needs cloudformation:ListStackResources")


@pytest.mark.parametrize(
    ("physical", "name"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/last-activity-Queue-1", "last-activity-Queue-1"),
        ("last-activity-hub|last-activity-HubBusRule-1", "last-activity-HubBusRule-1"),
        ("arn:aws:sns:eu-west-1:123456789012:reports", "arn:aws:sns:eu-west-1:123456789012:reports"),
    ],
)
def test_a_resource_goes_by_its_own_name(physical, name):
    assert own_name(physical) == name


def test_a_stack_is_ours_by_the_outputs_that_the_checks_need():
    assert stack().is_ours
    assert [stack(outputs=OUTPUTS | {each: ""}).is_ours for each in OUTPUTS] == [False] * 3
