"""Forwarders in several regions of one account."""

import boto3
import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT
from moto import mock_aws

from deployment import files, forwarders, removal, stacks
from deployment.forwarders import Hub, Outcome

HOME = "eu-west-1"
HUB = Hub("last-activity", HOME, f"arn:aws:events:{HOME}:{ACCOUNT}:event-bus/last-activity-hub")
OTHERS = ["eu-central-1", "us-east-1"]
BODY = files.FORWARDER.read_text()


@pytest.fixture
def client(no_real_credentials):
    with mock_aws():
        yield lambda service, region: boto3.client(service, region_name=region)


def deployed(client, regions=OTHERS, hub=HUB):
    return list(forwarders.deploy(client, hub, regions, BODY, lambda _: None))


def removed(client, regions=OTHERS, hub=HUB):
    return list(forwarders.remove(client, hub, regions, lambda _: None))


def forwarded_to(client, region):
    events = client("events", region)
    (rule,) = events.list_rules()["Rules"]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    return target["Arn"]


def without(client, region):
    """AWS refuses everything in that region, as a service control policy does."""

    def refusing(service, where):
        if where == region:
            error = {"Code": "AccessDenied", "Message": "with an explicit deny in a service control policy"}
            return Refusing(ClientError({"Error": error}, "DescribeStacks"))
        return client(service, where)

    return refusing


class Refusing:
    def __init__(self, error):
        self.error = error

    def describe_stacks(self, **_):
        raise self.error


def test_the_other_regions_are_those_that_are_enabled_without_the_hubs(client):
    enabled = {each["RegionName"] for each in client("ec2", HOME).describe_regions()["Regions"]}

    assert set(forwarders.regions(client, HOME)) == enabled - {HOME}


def test_each_region_forwards_to_the_hub(client):
    assert deployed(client) == [Outcome(region, "created") for region in OTHERS]
    assert [forwarded_to(client, region) for region in OTHERS] == [HUB.bus] * 2


def test_a_region_that_refuses_stops_no_other(client):
    first, second = deployed(without(client, "eu-central-1"))

    assert (first.region, first.is_good) == ("eu-central-1", False)
    assert "service control policy" in first.told
    assert second == Outcome("us-east-1", "created")


def test_another_hubs_forwarder_is_left_alone(client):
    other = Hub(HUB.stack, "ap-south-1", HUB.bus.replace(HOME, "ap-south-1"))
    deployed(client, hub=other)

    outcomes = deployed(client)

    assert [each.is_good for each in outcomes] == [False, False]
    assert other.bus in outcomes[0].told
    assert removed(client) == []
    assert forwarded_to(client, "us-east-1") == other.bus


@pytest.mark.parametrize("bus", [HUB.bus, pytest.param("", id="the hub's stack is gone already")])
def test_forwarders_are_removed_where_there_are_any(client, bus):
    deployed(client, ["us-east-1"])

    assert removed(client, hub=Hub(HUB.stack, HOME, bus)) == [Outcome("us-east-1", "removed")]
    assert client("events", "us-east-1").list_rules()["Rules"] == []


def test_a_bucket_is_emptied_of_all_versions_and_only_below_the_prefix(client):
    s3 = client("s3", "us-east-1")
    s3.create_bucket(Bucket="builds")
    s3.put_bucket_versioning(Bucket="builds", VersioningConfiguration={"Status": "Enabled"})
    for key in ("mine/a", "mine/a", "mine/b", "minecraft"):
        s3.put_object(Bucket="builds", Key=key, Body=b"")
    s3.delete_object(Bucket="builds", Key="mine/b")

    assert removal.empty(s3, "builds", "mine/") == 4
    left = s3.list_object_versions(Bucket="builds")
    assert [each["Key"] for each in left["Versions"]] == ["minecraft"]
    assert "DeleteMarkers" not in left


class Stubborn:
    """CloudFormation that fails, of which moto knows no way; events newest first, as AWS has them."""

    exceptions = ()
    event = staticmethod(
        lambda name, status, reason, physical="x": {
            "LogicalResourceId": name,
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
            "PhysicalResourceId": physical,
        }
    )

    def __init__(self, *statuses):
        self.statuses = list(statuses)

    def create_stack(self, **_):
        return {"StackId": "id"}

    def describe_stacks(self, StackName):  # noqa: N803  # as boto3 names it
        if StackName == HUB.forwarder:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks"
            )
        return {"Stacks": [{"StackId": "id", "StackStatus": self.statuses.pop(0)}]}

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        events = [
            self.event("Role", "CREATE_FAILED", "Resource creation cancelled"),
            self.event("Rule", "CREATE_FAILED", "too many rules"),
            self.event("last-activity-forwarder", "CREATE_IN_PROGRESS", "User Initiated", "id"),
            self.event("Rule", "CREATE_FAILED", "of an earlier operation"),
        ]
        return [{"StackEvents": events}]


def test_a_stack_that_fails_is_told_with_the_first_reason_of_this_operation():
    stubborn = Stubborn("CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "DELETE_COMPLETE")

    (outcome,) = forwarders.deploy(lambda *_: stubborn, HUB, ["us-east-1"], BODY, lambda _: None)

    assert outcome == Outcome("us-east-1", "failed: Rule: too many rules (DELETE_COMPLETE)", False)


def test_a_stack_that_does_not_end_is_given_up():
    with pytest.raises(stacks.Failed, match="still not done after 30 minutes"):
        stacks.settled(Stubborn(*["CREATE_IN_PROGRESS"] * 1000), "id", lambda _: None)
