"""What `make deploy` says before it asks or changes anything."""

import boto3
import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT

from deployment.announcing import announce, has_trail, is_confirmed, trails
from deployment.settings import Settings


def client(service, region):
    return boto3.client(service, region_name=region)


def refusing(*operations, code="AccessDenied"):
    """Makes clients that AWS refuses these calls."""

    def refused(model, **_):
        raise ClientError(
            {
                "Error": {
                    "Code": code,
                    "Message": f"not authorized to perform: {model.service_model.service_name}:{model.name}",
                }
            },
            model.name,
        )

    def made(service, region):
        found = client(service, region)
        for name in operations:
            found.meta.events.register(f"before-call.{service}.{name}", refused)
        return found

    return made


def told(capsys, client=client):
    announce(client, Settings("mine", "us-east-1"))
    return capsys.readouterr().out.splitlines()


def test_it_says_where_to_and_as_whom(aws, trail, capsys):
    first, _ = told(capsys)

    assert first.startswith(f"Stack mine in account {ACCOUNT}, region us-east-1, by arn:aws:")


def test_the_account_is_named_with_its_alias_if_that_may_be_asked(aws, trail, capsys):
    aws("iam").create_account_alias(AccountAlias="acme-prod")

    assert told(capsys)[0].startswith(f"Stack mine in account {ACCOUNT} (acme-prod), region us-east-1, by ")
    refused = told(capsys, refusing("ListAccountAliases"))
    assert refused[0].startswith(f"Stack mine in account {ACCOUNT}, region us-east-1, by ")


NOTHING = "Warning: CloudTrail is not delivering events: no trail logs management events. Fix: "


def select(cloudtrail, **selector):
    cloudtrail.put_event_selectors(TrailName="all", EventSelectors=[selector])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(
            lambda cloudtrail: None,
            "CloudTrail: management events of all regions are logged, read and write, by all",
            id="a trail that logs all is named",
        ),
        pytest.param(lambda cloudtrail: cloudtrail.delete_trail(Name="all"), NOTHING, id="none"),
        pytest.param(lambda cloudtrail: cloudtrail.stop_logging(Name="all"), NOTHING, id="stopped"),
        pytest.param(
            lambda cloudtrail: select(cloudtrail, IncludeManagementEvents=False),
            NOTHING,
            id="data events alone",
        ),
        pytest.param(
            lambda cloudtrail: select(cloudtrail, ReadWriteType="WriteOnly"),
            "Warning: CloudTrail is not delivering read events: no trail of all regions logs them. Fix: ",
            id="write-only",
        ),
    ],
)
def test_it_says_which_trails_log_or_why_no_events_will_come(aws, trail, capsys, change, words):
    change(aws("cloudtrail"))
    _, said = told(capsys)

    assert said.startswith(words)


@pytest.mark.parametrize("call", ["DescribeTrails", "GetTrailStatus", "GetEventSelectors"])
def test_it_says_that_trails_may_not_be_asked(aws, trail, capsys, call):
    _, said = told(capsys, refusing(call))

    assert said == (
        f"Not checked: whether CloudTrail's trails log management events; that needs cloudtrail:{call}"
    )


def test_it_warns_that_trails_could_not_be_asked_for_another_reason(aws, trail, capsys):
    _, said = told(capsys, refusing("DescribeTrails", code="InternalError"))

    assert said.startswith("Warning: CloudTrail's trails could not be checked: InternalError")


def test_the_trails_are_described_unless_that_is_refused(aws, trail):
    assert [each["Name"] for each in trails(client, "us-east-1")] == ["all"]
    assert trails(refusing("DescribeTrails"), "us-east-1") == []


def test_a_trail_that_logs_is_known_and_one_that_may_not_be_asked_is_taken_to(aws, trail):
    assert has_trail(client, "us-east-1")

    aws("cloudtrail").stop_logging(Name="all")
    assert not has_trail(client, "us-east-1")
    assert has_trail(refusing("DescribeTrails"), "us-east-1")
    assert has_trail(refusing("GetTrailStatus"), "us-east-1")


def test_without_any_trail_there_is_none(aws):
    assert not has_trail(client, "us-east-1")


@pytest.mark.parametrize("address", ["team@example.com", "other@example.com"])
def test_only_the_address_that_was_given_confirms_the_subscription(aws, address):
    topic = aws("sns").create_topic(Name="reports")["TopicArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
    settings = Settings("mine", "us-east-1", "", (("NotificationEmail", address),))

    assert is_confirmed(client, settings, topic) is (address == "team@example.com")
