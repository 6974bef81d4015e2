"""The first ten minutes, as commands that fit what was deployed."""

from dataclasses import replace

import pytest

from deployment.deploying import logs_of
from deployment.next_steps import Deployed, lines

NEW = Deployed(
    "last-activity",
    "eu-west-1",
    "team@example.com",
    "reporter-1",
    is_new=True,
    is_confirmed=False,
    forwards=False,
    logs="s3://trail/",
)
WHERE = "--stack last-activity --region eu-west-1"
ALL = f"""\
What to do next:
1. Confirm the subscription in AWS's mail to team@example.com; until then nothing is mailed.
2. Have the other regions forward their events; sign-ins and STS calls are logged in several regions:
     make forwarders
3. Check that all of it works; this waits until events arrive:
     make verify
4. Read the past out of the trail's bucket, so that the first report knows it:
     .venv/bin/lastseen replay s3://trail/ {WHERE} --since 90d
5. Have a report mailed now; the next comes by the schedule:
     echo '{{}}' | aws lambda invoke --region eu-west-1 --function-name reporter-1 --invocation-type Event \
--payload fileb:///dev/stdin /dev/null
6. Exempt who has to stay, such as a break-glass user (a role: tag-role --role-name):
     aws iam tag-user --user-name NAME --tags 'Key=last-activity:exempt,Value=REASON'
"""


def test_after_the_first_deployment_all_is_to_be_done_in_order():
    assert "\n".join(lines(NEW)) + "\n" == ALL


def told(**changes):
    return "\n".join(lines(replace(NEW, **changes)))


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        pytest.param({"is_confirmed": True}, "Confirm the subscription", id="confirmed"),
        pytest.param({"forwards": True}, "make forwarders", id="forwarders deployed with it"),
        pytest.param({"is_new": False}, "lastseen replay", id="an update"),
    ],
)
def test_what_is_done_already_is_left_out(changes, left_out):
    assert left_out in told()
    assert left_out not in told(**changes)
    assert "1. " in told(**changes)


def test_an_update_is_checked_again_and_its_forwarders_are_updated():
    assert told(is_new=False, is_confirmed=True).splitlines()[1:] == [
        "1. Update the forwarders of the other regions; sign-ins and STS calls are logged in several regions:",
        "     make forwarders",
        "2. Check that all of it works; this waits until events arrive:",
        "     make verify",
    ]


@pytest.mark.parametrize(("is_new", "verb"), [(True, "deploy"), (False, "update")])
def test_with_log_files_forwarders_come_last_and_only_for_notices_within_seconds(is_new, verb):
    *_, what, command = told(is_new=is_new, is_by_logs=True).splitlines()

    assert what.partition(". ")[2] == (
        f"Only for notices within seconds from other regions, {verb} their forwarders; the events come by log"
        " files, in minutes:"
    )
    assert command == "     make forwarders"
    assert told(is_by_logs=True).count("make forwarders") == 1
    assert "forwarders" not in told(is_new=is_new, is_by_logs=True, forwards=True)


@pytest.mark.parametrize(
    ("is_new", "what"),
    [
        (True, "Let reports read the organization's accounts:"),
        (False, "Update the role in the organization's accounts:"),
    ],
)
def test_a_stack_that_reports_on_other_accounts_needs_its_role_in_each(is_new, what):
    assert f". {what}\n     make members\n" in told(is_new=is_new, has_members=True)
    assert "make members" not in told(is_new=is_new)


def test_what_the_buckets_owner_adds_comes_before_the_check_with_each_line_set_in():
    owner = (("Have account 2 add this:", '{\n  "Sid": "x"\n}'), ("Switch it on:", "aws s3api put"))

    assert (
        '2. Have account 2 add this:\n     {\n       "Sid": "x"\n     }\n3. Switch it on:\n     aws s3api put\n4. Check '
        in told(is_confirmed=True, owner=owner)
    )


def test_a_file_of_settings_other_than_makes_own_is_named_again():
    assert "make verify CONFIG='second one.toml'" in told(config="second one.toml")


TRAIL = {"IsMultiRegionTrail": True, "S3BucketName": "logs"}


@pytest.mark.parametrize(
    ("trails", "place"),
    [
        ([], ""),
        ([TRAIL], "s3://logs/"),
        ([TRAIL | {"S3KeyPrefix": "all"}], "s3://logs/all/"),
        ([TRAIL | {"IsMultiRegionTrail": False}], ""),
        ([{"S3BucketName": "one-region"}, TRAIL], "s3://logs/"),
    ],
)
def test_the_past_is_read_from_the_bucket_of_a_trail_of_all_regions(trails, place):
    assert logs_of(trails) == place
    assert f"lastseen replay {place} " in told(logs=logs_of(trails)) or not place


def test_as_long_as_no_bucket_is_known_nothing_is_to_be_read_from_one():
    assert "replay" not in told(logs="")
    assert "s3://" not in told(logs="")


@pytest.mark.parametrize("is_new", [True, False])
def test_without_a_trail_making_one_comes_first(is_new):
    first = told(is_new=is_new, has_trail=False).splitlines()[1]

    assert first == (
        "1. Make a trail of all regions that logs management events, or start the one you have; without it, no"
        " events arrive: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
        "cloudtrail-create-and-update-a-trail.html"
    )
    assert "Make a trail" not in told(is_new=is_new)
