"""What a deployment says that it is about to change."""

import pytest

from deployment.change_set import Change, aloud, lines, named_in

ADDED = Change("Add", "Queue", "AWS::SQS::Queue")
ROLE = Change("Add", "IngestRole", "AWS::IAM::Role")
CHANGED = Change("Modify", "IngestFunction", "AWS::Lambda::Function")
REPLACED = Change("Replace", "Dashboard", "AWS::CloudWatch::Dashboard")
REMOVED = Change("Remove", "OldAlarm", "AWS::CloudWatch::Alarm")
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/samcli-deploy1/8322"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        pytest.param([ADDED] * 60, ["Changes: 60 to add"], id="a new stack"),
        pytest.param(
            [ADDED, CHANGED, REPLACED, REMOVED],
            [
                "Changes: 1 to add, 1 to change, 1 to replace, 1 to remove",
                "  modify IngestFunction (AWS::Lambda::Function)",
                "  replace Dashboard (AWS::CloudWatch::Dashboard)",
                "  remove OldAlarm (AWS::CloudWatch::Alarm)",
            ],
            id="one of each",
        ),
        pytest.param(
            [ADDED, ROLE, ROLE, Change("Add", "Ingest", "AWS::Lambda::Function")],
            ["Changes: 4 to add", "  among what is added, IAM roles: 2; Lambda functions: 1"],
            id="roles and functions",
        ),
        pytest.param([], ["Changes: none of resources"], id="outputs or tags alone"),
    ],
)
def test_what_is_there_already_and_changes_is_named(found, told):
    assert list(lines(found)) == told


def test_of_many_changes_the_first_are_named():
    *_, last = lines([CHANGED] * 18)

    assert last == "  and 3 more"


@pytest.mark.parametrize(
    ("output", "arn"),
    [
        (f"Changeset created successfully. {ARN}\n\n", ARN),
        (
            f"Changeset created successfully. {ARN.replace(':aws:', ':aws-cn:')}\n",
            ARN.replace(":aws:", ":aws-cn:"),
        ),
        ("No changes to deploy. Stack last-activity is up to date\n", ""),
    ],
)
def test_the_change_set_is_the_one_that_sam_says_it_made(output, arn):
    assert named_in(output) == arn


def test_who_waits_hears_for_how_long_each_half_minute(capsys):
    waits = []
    waiting = aloud(waits.append)
    for _ in range(16):
        waiting(5.0)

    assert waits == [5.0] * 16
    assert capsys.readouterr().out == (
        "  still deploying after 30 seconds\n  still deploying after 60 seconds\n"
    )
