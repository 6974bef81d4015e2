"""Whether CloudTrail's trails let events through."""

from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError

from lastseen.demo.local_aws import make_trail
from reporter.inventory.account import Gap
from reporter.listening.coverage import Trails
from reporter.listening.trails import CloudTrail, Logged, Trail, _logged, judged, problems

ALL = Logged("eu-west-1", is_everywhere=True, reads=True, writes=True)
READS = Logged("eu-west-1", is_everywhere=True, reads=True, writes=False)
WRITES = Logged("eu-west-1", is_everywhere=True, reads=False, writes=True)
HERE = Logged("eu-west-1", is_everywhere=False, reads=True, writes=True)
NEITHER = Logged("eu-west-1", is_everywhere=True, reads=False, writes=False)
NO_TRAIL = (
    "CloudTrail is not delivering events: no trail logs management events. Fix: make a trail of all regions that logs"
    " management events, read and write, or start the one you have (aws cloudtrail start-logging --name TRAIL)."
)
NO_READS, NO_WRITES = (
    f"CloudTrail is not delivering {kind} events: no trail of all regions logs them. Fix: set its event selectors"
    " to management events, read and write."
    for kind in ("read", "write")
)
IN_ONE_REGION = (
    "CloudTrail is delivering events only from eu-west-1: no trail of all regions logs management events. Fix:"
    " aws cloudtrail update-trail --name TRAIL --is-multi-region-trail"
)


def unread(name, why):
    return (
        f"The settings of trail {name} could not be read ({why}). It is assumed to log all management events."
        f" Fix: in its account, aws cloudtrail get-event-selectors --trail-name {name}"
    )


@pytest.mark.parametrize(
    ("trails", "told"),
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
def test_what_trails_let_through(trails, told):
    assert list(problems(trails)) == told


def test_every_region_that_is_logged_alone_is_named():
    other = Logged("us-east-1", is_everywhere=False, reads=True, writes=True)

    (told,) = problems([other, HERE])
    assert told.startswith("CloudTrail is delivering events only from eu-west-1, us-east-1: ")


@pytest.fixture
def cloudtrail(aws):
    """CloudTrail with a trail of all regions that logs."""
    make_trail(aws("cloudtrail"), aws("s3"))
    return aws("cloudtrail")


def check(client):
    return CloudTrail(lambda region: client).check()


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
    told = check(cloudtrail).problems

    assert len(told) == len(begins)
    assert all(line.startswith(beginning) for line, beginning in zip(told, begins, strict=True))


def test_without_any_trail_nothing_is_heard(aws):
    (told,) = check(aws("cloudtrail")).problems

    assert told.startswith(NO_TRAIL)


def test_a_trail_that_was_stopped_is_none(cloudtrail):
    cloudtrail.stop_logging(Name="all")
    (told,) = check(cloudtrail).problems

    assert told.startswith(NO_TRAIL)


def test_a_trail_of_one_region_is_told_by_its_region(cloudtrail):
    cloudtrail.update_trail(Name="all", IsMultiRegionTrail=False)
    (told,) = check(cloudtrail).problems

    assert told.startswith("CloudTrail is delivering events only from us-east-1: ")


def refuse(client, call, code="AccessDenied", *, of=""):
    """`of`: a part of the trail's ARN that the call is refused for."""

    def refusal(params, **_):
        if of in str(params["body"]):
            raise ClientError({"Error": {"Code": code, "Message": "not yours"}}, call)

    client.meta.events.register(f"before-call.cloudtrail.{call}", refusal)


@pytest.mark.parametrize("call", ["DescribeTrails", "GetTrailStatus"])
def test_trails_of_which_none_may_be_asked_are_a_gap(cloudtrail, call):
    refuse(cloudtrail, call)
    told = check(cloudtrail)

    assert isinstance(told, Gap)
    assert told.what == "the trails of CloudTrail"
    assert call in told.reason


@pytest.fixture
def organization(cloudtrail):
    """A second trail, as an organization's is for a member account."""
    cloudtrail.create_trail(Name="organization", S3BucketName="trail", IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="organization")


REFUSALS = "TrailNotFoundException", "CloudTrailARNInvalidException", "AccessDeniedException"


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize("call", ["GetTrailStatus", "GetEventSelectors"])
def test_one_trail_that_may_not_be_asked_is_a_line_beside_the_others(cloudtrail, organization, call, code):
    refuse(cloudtrail, call, code, of="trail/organization")
    told = check(cloudtrail)

    assert told.problems == ()
    (note,) = told.notes
    assert note.startswith(
        "The settings of trail arn:aws:cloudtrail:us-east-1:123456789012:trail/organization could not be read ("
    )
    assert code in note


@pytest.mark.parametrize("call", ["GetTrailStatus", "GetEventSelectors"])
def test_a_trail_that_may_not_be_asked_may_be_the_one_that_logs(cloudtrail, organization, call):
    cloudtrail.stop_logging(Name="all")
    refuse(cloudtrail, call, of="trail/organization")

    assert check(cloudtrail).problems == ()


def test_the_only_trail_is_taken_to_log_all_if_it_is_known_to_be_switched_on(cloudtrail):
    refuse(cloudtrail, "GetEventSelectors")
    told = check(cloudtrail)

    assert (told.problems, len(told.notes)) == ((), 1)


def test_a_trail_that_was_stopped_is_none_though_its_selectors_may_not_be_asked(cloudtrail):
    cloudtrail.stop_logging(Name="all")
    refuse(cloudtrail, "GetEventSelectors")

    assert check(cloudtrail).problems[0].startswith(NO_TRAIL)


def test_each_trail_is_asked_in_its_home_region(aws, cloudtrail):
    """CloudTrail lists it everywhere, and answers for it there alone."""
    asked = []

    def client_in(region):
        asked.append(region)
        return boto3.client("cloudtrail", region_name=region or "eu-west-1")

    assert CloudTrail(client_in).check() == Trails()
    assert asked == ["", "us-east-1"]


GUESSED = Trail("guessed", ALL, "AccessDenied", is_guess=True)


@pytest.mark.parametrize(
    ("trails", "told"),
    [
        pytest.param([], Trails((NO_TRAIL,)), id="none"),
        pytest.param([Trail("on", ALL)], Trails(), id="one that logs all"),
        pytest.param([Trail("off", None)], Trails((NO_TRAIL,)), id="one that is switched off"),
        pytest.param([GUESSED, GUESSED], Gap("the trails of CloudTrail", "AccessDenied"), id="none that may be asked"),
        pytest.param(
            [Trail("off", None), GUESSED],
            Trails(notes=(unread("guessed", "AccessDenied"),)),
            id="one that may not be asked beside one that is switched off",
        ),
        pytest.param(
            [Trail("on", HERE, "Throttling")],
            Trails((IN_ONE_REGION,), (unread("on", "Throttling"),)),
            id="one that is on, and logs what it may",
        ),
    ],
)  # fmt: skip
def test_a_trail_that_may_not_be_asked_is_taken_to_log_all(trails, told):
    assert judged(trails) == told


def test_the_trails_that_are_known_to_log_management_events_are_named():
    arn = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/all"
    others = [Trail("off", None), GUESSED, Trail("data-only", replace(ALL, reads=False, writes=False))]

    assert judged([Trail(arn, ALL), *others]).by == ("all",)


@pytest.mark.parametrize("call", ["GetTrailStatus", "GetEventSelectors"])
def test_a_trail_of_one_region_that_may_not_be_asked_is_one_of_one_region(cloudtrail, organization, call):
    cloudtrail.update_trail(Name="organization", IsMultiRegionTrail=False)
    cloudtrail.stop_logging(Name="all")
    refuse(cloudtrail, call, of="trail/organization")
    told = check(cloudtrail)

    assert told.problems == (IN_ONE_REGION.replace("eu-west-1", "us-east-1"),)
    assert len(told.notes) == 1


def advanced(read_only):
    fields = {"eventCategory": "Management", "readOnly": read_only}
    return {"FieldSelectors": [{"Field": name, "Equals": [value]} for name, value in fields.items()]}


@pytest.mark.parametrize(
    ("described", "selected", "logged"),
    [
        pytest.param({}, {}, Logged("", False, reads=True, writes=True), id="of which nothing is told"),
        pytest.param({"HomeRegion": "eu-west-1", "IsMultiRegionTrail": True}, {"EventSelectors": None}, ALL, id="without selectors"),
        pytest.param({}, {"EventSelectors": [{}]}, Logged("", False, reads=True, writes=True), id="whose selector leaves all out"),
        pytest.param({}, {"EventSelectors": [{"ReadWriteType": "ReadOnly"}]}, Logged("", False, reads=True, writes=False), id="whose selector leaves out that it is of management events"),
        pytest.param({}, {"AdvancedEventSelectors": [advanced("true"), advanced("false")]}, Logged("", False, reads=True, writes=True), id="of reads, and of writes"),
        pytest.param({}, {"AdvancedEventSelectors": [advanced("false"), advanced("true")]}, Logged("", False, reads=True, writes=True), id="of writes, and of reads"),
        pytest.param({}, {"EventSelectors": [{"IncludeManagementEvents": False}]}, Logged("", False, reads=False, writes=False), id="of data events"),
    ],
)  # fmt: skip
def test_what_a_trail_leaves_out_is_as_aws_has_it_by_default(described, selected, logged):
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html"""
    assert _logged(described, selected) == logged
