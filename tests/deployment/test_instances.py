"""What a StackSet has in each account, held against what it is to have."""

import pytest

from activity.accounts import Account
from deployment.instances import Instance, Standing, State, lines

A, B = Account("111111111111", "acme-prod"), Account("222222222222", "acme-dev")


def instance(account, region="eu-west-1", state=State.CURRENT, reason=""):
    return Instance(account.id, region, state, reason, "r-ab12")


@pytest.mark.parametrize(
    ("status", "detailed", "state"),
    [
        ("CURRENT", "SUCCEEDED", State.CURRENT),
        ("CURRENT", None, State.CURRENT),
        ("OUTDATED", "FAILED", State.FAILED),
        ("OUTDATED", "CANCELLED", State.FAILED),
        ("OUTDATED", None, State.FAILED),
        ("OUTDATED", "PENDING", State.RUNNING),
        ("OUTDATED", "RUNNING", State.RUNNING),
        ("OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT", State.SUSPENDED),
        ("INOPERABLE", "INOPERABLE", State.INOPERABLE),
        ("INOPERABLE", "FAILED_IMPORT", State.INOPERABLE),
    ],
)
def test_what_aws_says_of_a_stack(status, detailed, state):
    summary = {"Account": A.id, "Region": "eu-west-1", "Status": status, "StatusReason": "so\n  it is"}
    if detailed:
        summary["StackInstanceStatus"] = {"DetailedStatus": detailed}

    assert Instance.of(summary) == Instance(A.id, "eu-west-1", state, "so it is")


def told(*instances, regions=("eu-west-1",), outside=()):
    return list(lines(Standing([A, B], outside, regions, instances), "have it"))


def test_an_account_has_it_only_with_all_of_its_regions():
    both = "eu-west-1", "us-east-1"

    assert told(instance(A), instance(A, "us-east-1"), instance(B), regions=both) == [
        "1 of 2 accounts have it.",
        "  acme-dev (222222222222): no stack in us-east-1",
    ]


def test_what_an_account_has_in_other_regions_counts_for_nothing():
    assert told(instance(A), instance(B, "us-east-1"))[0] == "1 of 2 accounts have it."


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (State.RUNNING, "acme-dev (222222222222): not done yet"),
        (State.SUSPENDED, "acme-dev (222222222222): left out: the account is suspended"),
        (State.INOPERABLE, "acme-dev (222222222222): inoperable. Fix: remove it from the StackSet, as below"),
    ],
)
def test_what_is_not_right_is_told_as_it_is(state, line):
    assert told(instance(A), instance(B, state=state)) == ["1 of 2 accounts have it.", f"  {line}"]


def test_only_what_failed_is_tried_again():
    every = [instance(A, f"region-{number}", state) for number, state in enumerate(State)]

    assert [each.state for each in Standing([A], [], [], every).to_repair] == [State.FAILED]


def test_one_reason_in_several_regions_is_one_line():
    regions = "eu-west-1", "us-east-1", "us-west-2"
    wrong = [instance(B, region, State.FAILED, "no") for region in regions[:2]]
    wrong.append(instance(B, regions[2], State.FAILED, "never"))

    assert [line.partition(". Fix")[0] for line in told(*wrong, regions=regions)[2:]] == [
        "  acme-dev (222222222222): failed in us-west-2: never",
        "  acme-dev (222222222222): failed in eu-west-1, us-east-1: no",
    ]


def test_accounts_outside_are_counted_and_the_first_ten_named():
    outside = [Account(f"{number:012}") for number in range(12)]

    assert told(instance(A), instance(B), outside=outside)[1].startswith("12 other accounts are in none of the")
    assert told(instance(A), instance(B), outside=outside)[1].endswith("000000000009 and 2 more.")


def test_a_stack_where_none_is_needed_is_told():
    assert told(instance(A), instance(B), instance(Account("333333333333")))[1:] == [
        "Stacks in accounts that need none (closed, moved, or not listed any more): 333333333333."
    ]
