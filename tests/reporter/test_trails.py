"""Whether CloudTrail's trails let events through."""

import boto3
import pytest
from botocore.exceptions import ClientError

from lastseen.local_aws import make_trail
from reporter.account import Gap
from reporter.trails import Logged, Trails, deafness

ALL = Logged("eu-west-1", is_everywhere=True, reads=True, writes=True)
READS = Logged("eu-west-1", is_everywhere=True, reads=True, writes=False)
WRITES = Logged("eu-west-1", is_everywhere=True, reads=False, writes=True)
HERE = Logged("eu-west-1", is_everywhere=False, reads=True, writes=True)
NEITHER = Logged("eu-west-1", is_everywhere=True, reads=False, writes=False)
NO_TRAIL = "no trail logs management events"
NO_READS, NO_WRITES = (f"no trail of all regions logs {kind} events" for kind in ("read", "write"))
IN_ONE_REGION = "trails log management events in eu-west-1 alone"


@pytest.mark.parametrize(
    ("trails", "begins"),
    [
        pytest.param([ALL], [], id="one that logs everything everywhere"),
        pytest.param([], [NO_TRAIL], id="none"),
        pytest.param([NEITHER], [NO_TRAIL], id="one of data events alone"),
        pytest.param([HERE], [IN_ONE_REGION], id="one of a single region"),
        pytest.param([READS], [NO_WRITES], id="one of reads alone"),
        pytest.param([WRITES], [NO_READS], id="one of writes alone"),
        pytest.param([READS, WRITES], [], id="one of reads and one of writes"),
        pytest.param([HERE, WRITES], [NO_READS], id="reads logged in a single region do not count"),
        pytest.param([HERE, ALL, NEITHER], [], id="others do not matter beside one that logs everything"),
    ],
)
def test_what_trails_let_through(trails, begins):
    told = deafness(trails)

    assert len(told) == len(begins)
    assert all(line.startswith(beginning) for line, beginning in zip(told, begins, strict=True))


def test_every_region_that_is_logged_alone_is_named():
    other = Logged("us-east-1", is_everywhere=False, reads=True, writes=True)

    assert deafness([other, HERE])[0].startswith("trails log management events in eu-west-1, us-east-1 alone")


@pytest.fixture
def cloudtrail(aws):
    """CloudTrail with a trail of all regions that logs."""
    make_trail(aws("cloudtrail"), aws("s3"))
    return aws("cloudtrail")


def selector(kind, *, management=True):
    return [{"ReadWriteType": kind, "IncludeManagementEvents": management}]


def advanced(**fields):
    return [{"FieldSelectors": [{"Field": name, "Equals": values} for name, values in fields.items()]}]


MANAGEMENT = {"eventCategory": ["Management"]}


@pytest.mark.parametrize(
    ("selectors", "begins"),
    [
        pytest.param({}, [], id="those that a new trail has"),
        pytest.param({"EventSelectors": selector("All")}, [], id="reads and writes"),
        pytest.param({"EventSelectors": selector("ReadOnly")}, [NO_WRITES], id="reads alone"),
        pytest.param({"EventSelectors": selector("WriteOnly")}, [NO_READS], id="writes alone"),
        pytest.param({"EventSelectors": selector("ReadOnly") + selector("WriteOnly")}, [], id="one each"),
        pytest.param({"EventSelectors": selector("All", management=False)}, [NO_TRAIL], id="data events alone"),
        pytest.param({"AdvancedEventSelectors": advanced(**MANAGEMENT)}, [], id="advanced: all management events"),
        pytest.param({"AdvancedEventSelectors": advanced(**MANAGEMENT, readOnly=["true"])}, [NO_WRITES], id="advanced: reads alone"),
        pytest.param({"AdvancedEventSelectors": advanced(**MANAGEMENT, readOnly=["false"])}, [NO_READS], id="advanced: writes alone"),
        pytest.param({"AdvancedEventSelectors": advanced(eventCategory=["Data"])}, [NO_TRAIL], id="advanced: data events alone"),
        pytest.param({"AdvancedEventSelectors": advanced(**MANAGEMENT, readOnly=["false"]) + advanced(eventCategory=["Data"])}, [NO_READS], id="advanced: writes, and data events"),
    ],
)  # fmt: skip
def test_what_a_trails_selectors_let_through(cloudtrail, selectors, begins):
    if selectors:
        cloudtrail.put_event_selectors(TrailName="all", **selectors)
    told = Trails(cloudtrail).deafness()

    assert len(told) == len(begins)
    assert all(line.startswith(beginning) for line, beginning in zip(told, begins, strict=True))


def test_without_any_trail_nothing_is_heard(aws):
    (told,) = Trails(aws("cloudtrail")).deafness()

    assert told.startswith(NO_TRAIL)


def test_a_trail_that_was_stopped_is_none(cloudtrail):
    cloudtrail.stop_logging(Name="all")
    (told,) = Trails(cloudtrail).deafness()

    assert told.startswith(NO_TRAIL)


def test_a_trail_of_one_region_is_told_by_its_region(cloudtrail):
    cloudtrail.update_trail(Name="all", IsMultiRegionTrail=False)
    (told,) = Trails(cloudtrail).deafness()

    assert told.startswith("trails log management events in us-east-1 alone")


@pytest.mark.parametrize("call", ["DescribeTrails", "GetTrailStatus", "GetEventSelectors"])
def test_what_may_not_be_asked_is_a_gap(cloudtrail, call):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, call)

    client = boto3.client("cloudtrail")
    client.meta.events.register(f"before-call.cloudtrail.{call}", refuse)
    told = Trails(client).deafness()

    assert isinstance(told, Gap)
    assert told.what == "the trails of CloudTrail"
    assert call in told.reason
