"""Forwarders in several regions of one account, on a local AWS."""

from itertools import count

import boto3
import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT
from e2e.server import running

from deployment import files, forwarders, removal, stacks
from deployment.forwarders import Hub, Outcome

HOME = "eu-west-1"
OTHERS = ["eu-central-1", "us-east-1"]
BODY = files.FORWARDER.read_text()
NUMBERS = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def client(server, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(server.certificate))
    return lambda service, region: boto3.client(service, region_name=region)


@pytest.fixture
def hub():
    """Of a name that no other test has."""
    return hub_in(HOME, f"hub{next(NUMBERS)}")


def hub_in(region, name):
    return Hub(name, region, f"arn:aws:events:{region}:{ACCOUNT}:event-bus/{name}-hub")


def deployed(client, hub, regions=OTHERS):
    return list(forwarders.deploy(client, hub, regions, BODY))


def removed(client, hub, regions=OTHERS):
    return list(forwarders.remove(client, hub, regions))


def forwarded_to(client, hub, region):
    """Where the deployed rule sends its events; None without a stack."""
    stack = stacks.find(client("cloudformation", region), hub.forwarder)
    if not stack:
        return None
    name = stacks.outputs(stack)["RuleArn"].rpartition("/")[2]
    (target,) = client("events", region).list_targets_by_rule(Rule=name)["Targets"]
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
    enabled = {each["RegionName"] for each in client("account", HOME).list_regions()["Regions"]}

    assert set(forwarders.regions(client, HOME)) == enabled - {HOME}
    assert HOME in enabled


@pytest.mark.parametrize("wanted", ["us-east-1,eu-west-1,ap-south-1", " us-east-1  ap-south-1 "])
def test_the_other_regions_are_those_that_are_named_without_the_hubs(client, wanted):
    assert forwarders.regions(client, HOME, wanted) == ["us-east-1", "ap-south-1"]


def test_each_region_forwards_to_the_hub_and_is_left_as_it_is_the_next_time(client, hub):
    assert deployed(client, hub) == [Outcome(region, "created") for region in OTHERS]
    assert [forwarded_to(client, hub, region) for region in OTHERS] == [hub.bus] * 2
    assert deployed(client, hub) == [Outcome(region, "unchanged") for region in OTHERS]


def test_a_newer_template_is_brought_to_a_region_that_forwards(client, hub):
    deployed(client, hub, ["us-east-1"])
    newer = BODY.replace("MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 604800")

    assert list(forwarders.deploy(client, hub, ["us-east-1"], newer)) == [Outcome("us-east-1", "updated")]


def alarm_of(client, hub, region):
    """The actions of the forwarder's alarm."""
    alarms = client("cloudwatch", region).describe_alarms(AlarmNamePrefix=hub.forwarder)["MetricAlarms"]
    (alarm,) = (each for each in alarms if "UnforwardedAlarm" in each["AlarmName"])
    return alarm["AlarmActions"]


def test_a_region_that_forwards_has_its_alarm_without_being_told_of_a_topic(client, hub):
    deployed(client, hub, ["us-east-1"])

    assert alarm_of(client, hub, "us-east-1") == []


def test_a_region_that_was_told_of_a_topic_keeps_it(client, hub):
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms"
    given = {"HubBusArn": hub.bus, "AlarmTopicArn": topic}
    cloudformation = client("cloudformation", "us-east-1")
    made = cloudformation.create_stack(
        StackName=hub.forwarder,
        TemplateBody=BODY,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    stacks.settled(cloudformation, made["StackId"])
    newer = BODY.replace("MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 604800")

    assert list(forwarders.deploy(client, hub, ["us-east-1"], newer)) == [Outcome("us-east-1", "updated")]
    assert alarm_of(client, hub, "us-east-1") == [topic]


def test_a_region_that_refuses_stops_no_other(client, hub):
    first, second = deployed(without(client, "eu-central-1"), hub)

    assert (first.region, first.is_good) == ("eu-central-1", False)
    assert "service control policy" in first.told
    assert second == Outcome("us-east-1", "created")


def test_another_hubs_forwarder_is_left_alone(client, hub):
    other = hub_in("ap-south-1", hub.stack)
    deployed(client, other)

    outcomes = deployed(client, hub)

    assert [each.is_good for each in outcomes] == [False, False]
    assert other.bus in outcomes[0].told
    assert removed(client, hub) == []
    assert forwarded_to(client, hub, "us-east-1") == other.bus


@pytest.mark.parametrize("is_there", [True, False], ids=["hub", "the hub's stack is gone already"])
def test_forwarders_are_removed_where_there_are_any(client, hub, is_there):
    deployed(client, hub, ["us-east-1"])

    assert removed(client, hub if is_there else Hub(hub.stack, HOME, "")) == [Outcome("us-east-1", "removed")]
    assert forwarded_to(client, hub, "us-east-1") is None


def test_no_forwarder_is_left_where_none_is_wanted(client, hub):
    deployed(client, hub)

    assert list(removal.withdraw(client, hub, OTHERS, {})) == [Outcome(region, "removed") for region in OTHERS]
    assert list(removal.withdraw(client, hub, OTHERS, {})) == [Outcome("all regions", "there was none")]


def test_where_none_is_wanted_all_regions_are_looked_at(client):
    assert forwarders.regions(client, HOME, forwarders.NONE) == forwarders.regions(client, HOME)


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
    assert not left.get("DeleteMarkers")


FAILING = hub_in(HOME, "failing")


class Stubborn:
    """CloudFormation that fails, of which the local AWS knows no way; events newest first, as AWS has them."""

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
        if StackName == FAILING.forwarder:
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

    (outcome,) = forwarders.deploy(lambda *_: stubborn, FAILING, ["us-east-1"], BODY, lambda _: None)

    assert outcome == Outcome("us-east-1", "failed: Rule: too many rules (DELETE_COMPLETE)", False)


def test_a_stack_that_does_not_end_is_given_up():
    with pytest.raises(stacks.Failed, match="still not done after 30 minutes"):
        stacks.settled(Stubborn(*["CREATE_IN_PROGRESS"] * 1000), "id", lambda _: None)


@pytest.mark.parametrize(
    ("status", "is_there"),
    [("REVIEW_IN_PROGRESS", False), ("CREATE_COMPLETE", True), ("UPDATE_ROLLBACK_COMPLETE", True)],
)
def test_a_stack_whose_first_change_set_was_declined_is_not_deployed(status, is_there):
    class CloudFormation:
        def describe_stacks(self, StackName):  # noqa: N803  # boto3's name
            return {"Stacks": [{"StackName": StackName, "StackStatus": status, "CreationTime": 1}]}

    stack = stacks.deployed(CloudFormation(), "mine")

    assert bool(stack) is is_there
    assert stacks.changed_at(stack) == (1 if is_there else None)
