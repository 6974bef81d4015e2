"""What `make deploy` says before it asks or changes anything."""

import boto3
import pytest
from builders import ACCOUNT

from deployment.announcing import announce, is_confirmed
from deployment.settings import Settings


def client(service, region):
    return boto3.client(service, region_name=region)


WARNING = "Warning: this account has no CloudTrail trail, so no events will arrive.\n"


@pytest.mark.parametrize("has_trail", [True, False])
def test_it_says_where_to_and_as_whom_and_that_there_is_no_trail(aws, capsys, request, has_trail):
    if has_trail:
        request.getfixturevalue("trail")
    trails = announce(client, Settings("mine", "us-east-1"))
    first, *more = capsys.readouterr().out.splitlines(keepends=True)

    assert first.startswith(f"Stack mine in account {ACCOUNT}, region us-east-1, by arn:aws:")
    assert more == ([] if has_trail else [WARNING])
    assert bool(trails) is has_trail


@pytest.mark.parametrize("address", ["team@example.com", "other@example.com"])
def test_only_the_address_that_was_given_confirms_the_subscription(aws, address):
    topic = aws("sns").create_topic(Name="reports")["TopicArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
    settings = Settings("mine", "us-east-1", "", (("NotificationEmail", address),))

    assert is_confirmed(client, settings, topic) is (address == "team@example.com")
