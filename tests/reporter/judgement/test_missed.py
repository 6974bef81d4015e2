"""Uses that IAM knows of and CloudTrail should have told of."""

from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import Key, Password, Refused, Role, Table, alice, review_of, seen
from builders import ACCOUNT, ALICE, ALICE_ID, NOON

from activity.finding import Kind
from activity.model import Activity, Evidence
from reporter.inventory.account import Credentials, Gap, KeySlot, Use, User
from reporter.judgement.missed import NO_MANAGEMENT_EVENTS, are_seen, hidden_uses, missed
from reporter.judgement.seen import Seen
from reporter.judgement.staleness import judge
from reporter.judgement.subjects import Claim, Limits, Subject
from reporter.listening.coverage import Coverage
from reporter.listening.region import Region
from reporter.listening.roads import Road
from reporter.review.sightings import keys_seen

SINCE = timedelta(days=300)
COVERAGE = Coverage((Region(ACCOUNT, "eu-west-1", NOON - SINCE, NOON),))


def ago(**time):
    return NOON - timedelta(**time)


def used(at, kind=Kind.ACCESS_KEY, *, seen=None, region="eu-west-1", service="ec2", facets=("KEY#AKIA1",)):
    """What IAM says was used `at` and CloudTrail saw at `seen`, with the verdict."""
    subject = Subject(
        kind=kind,
        name="alice",
        arn=ALICE,
        id=ALICE_ID,
        created=ago(days=900),
        exists_since=ago(days=900),
        claim=Claim(Use(at, region, service)),
        facets=facets,
        commands=(),
        exemption=None,
    )
    sightings = {(ALICE, facets[0]): Activity(ALICE, facets[0], seen, seen, Evidence("e"))} if seen else {}
    return subject, judge(subject, Seen(sightings.values()), limit=timedelta(days=90), now=NOON)


def told(*judged, coverage=COVERAGE, retention=400):
    return list(missed(judged, coverage, retention=timedelta(days=retention), now=NOON))


def test_no_event_was_missed_where_no_tracker_is_listening():
    assert told(used(ago(days=9)), coverage=replace(COVERAGE, basis="By a case file.")) == []


@pytest.mark.parametrize(
    ("judged", "is_missed"),
    [
        pytest.param(used(ago(days=9)), True, id="never seen"),
        pytest.param(used(ago(days=9), seen=ago(days=20)), True, id="seen long before, and not then"),
        pytest.param(used(ago(days=9), seen=ago(days=9, minutes=20)), False, id="seen 20 minutes before: the same use"),
        pytest.param(used(ago(days=9), seen=ago(days=9, minutes=21)), True, id="seen 21 minutes before: another use"),
        pytest.param(used(ago(days=9), seen=ago(days=1)), False, id="seen since"),
        pytest.param(used(None), False, id="IAM knows of no use"),
        pytest.param(used(ago(hours=4)), True, id="used 4 hours ago"),
        pytest.param(used(ago(hours=3, minutes=59)), False, id="used within 4 hours: the event may be on its way"),
        pytest.param(used(NOON - SINCE + timedelta(hours=1)), True, id="used an hour after the first event of all"),
        pytest.param(used(NOON - SINCE + timedelta(minutes=59)), False, id="used before listening had settled"),
    ],
)  # fmt: skip
def test_a_use_is_missed(judged, is_missed):
    assert bool(told(judged)) is is_missed


def test_a_key_that_nobody_asked_the_id_of_is_not_told_of():
    """It is in use by IAM's word: its sightings were not looked for."""
    subject, verdict = used(ago(days=9), facets=("KEY#AKIA1",))
    unasked = Subject(**{name: getattr(subject, name) for name in subject.__slots__} | {"facets": ()})

    assert told((unasked, verdict)) == []


def test_a_use_that_the_table_has_forgotten_is_not_missed():
    assert told(used(ago(days=30)), retention=30) == []
    assert len(told(used(ago(days=29)), retention=30)) == 1


@pytest.mark.parametrize(
    "regions", [pytest.param((), id="no events"), pytest.param(Gap("coverage", "denied"), id="not read")]
)
def test_without_listening_nothing_is_missed(regions):
    assert told(used(ago(days=9)), coverage=Coverage(regions)) == []


NOTHING = "nothing to do: IAM's record counts"


def replayed(since, until):
    return f"lastseen replay s3://BUCKET/ --since {since} --until {until} (reads it, if it was lost)"


@pytest.mark.parametrize(
    ("judged", "cause", "fix"),
    [
        pytest.param(
            used(ago(days=9), region="ap-northeast-1"),
            "ap-northeast-1 had sent no events by then",
            "make forwarders",
            id="a region that no events came from",
        ),
        pytest.param(
            used(ago(days=200), region="us-east-1"),
            "us-east-1 had sent no events by then",
            "make forwarders",
            id="a region that they came from only later",
        ),
        pytest.param(
            used(ago(days=100), region="us-east-1"),
            "a data event, an event that the trail leaves out, or one that was lost",
            replayed("2026-08-12", "2026-08-13"),
            id="a region whose first event came then",
        ),
        pytest.param(
            used(ago(days=9), service="s3"),
            "likely data events of s3, which a trail logs only if told to, or never",
            NOTHING,
            id="a service of data events",
        ),
        pytest.param(
            used(ago(days=9), Kind.PASSWORD, region="", service="", facets=("SIGNIN",)),
            "sign-ins are logged in several regions",
            "make forwarders",
            id="a password",
        ),
        pytest.param(
            used(ago(days=9), region="", service="dynamodb"),
            "likely data events of dynamodb, which a trail logs only if told to, or never",
            NOTHING,
            id="no region known, and a service of data events",
        ),
        pytest.param(
            used(ago(days=9)),
            "a data event, an event that the trail leaves out, or one that was lost",
            replayed("2026-11-11", "2026-11-12"),
            id="nothing to go by",
        ),
    ],
)
def test_the_likely_cause_is_told_and_what_to_do(judged, cause, fix):
    regions = (*COVERAGE.known, Region(ACCOUNT, "us-east-1", ago(days=100), NOON))

    assert [(each.cause, each.fix) for each in told(judged, coverage=Coverage(regions))] == [(cause, fix)]


def test_a_use_is_told_with_both_dates():
    (each,) = told(used(ago(days=9), seen=ago(days=20)))

    assert (each.used, each.seen) == (ago(days=9), ago(days=20))


def test_a_users_use_is_told_once_and_by_its_credential():
    user, key = used(ago(days=9), Kind.USER, facets=(f"ID#{ALICE_ID}",)), used(ago(days=9))

    assert [each.subject.kind for each in told(user, key)] == [Kind.ACCESS_KEY]


def test_a_users_use_that_no_credential_tells_of_is_told_as_the_users():
    """As by a password that was since removed."""
    user = used(ago(days=9), Kind.USER, facets=(f"ID#{ALICE_ID}",))

    assert [each.subject.kind for each in told(user, used(ago(days=20)))] == [Kind.ACCESS_KEY, Kind.USER]


def test_two_keys_used_in_the_same_second_are_both_told():
    both = used(ago(days=9)), used(ago(days=9), facets=("KEY#AKIA2",))

    assert [each.subject.facets for each in told(*both)] == [("KEY#AKIA1",), ("KEY#AKIA2",)]


def test_a_use_that_log_files_missed_needs_no_forwarder():
    by_logs = Region(ACCOUNT, "eu-west-1", NOON - SINCE, NOON, roads=(Road("logs", NOON, timedelta(0)),))
    elsewhere = used(ago(days=9), region="us-east-1")
    (told_of,) = told(elsewhere, coverage=Coverage((by_logs,)))

    assert told_of.fix == "log all regions in the trail, then make verify"


def test_a_use_that_was_seen_under_an_old_name_was_not_missed():
    alicia = alice(Password(used=3), name="alicia", id="AIDAALICE")
    before = seen(3, "ID#AIDAALICE"), seen(3, "SIGNIN", principal_id="AIDAALICE")

    assert review_of(alicia, *before).missed == ()
    assert review_of(alicia).missed != ()


def test_a_use_by_whoever_has_the_old_name_now_is_not_the_renamed_users():
    alicia = alice(Password(used=150), name="alicia", id="AIDAALICE")
    others = seen(100, "ID#AIDAALICE"), seen(1, "ID#"), seen(1, "SIGNIN")

    found = {(str(each.subject.kind), each.subject.name) for each in review_of(alicia, *others).findings}
    assert found == {("user", "alicia"), ("password", "alicia")}


# Of keys in use, IAM is not asked for the ids: a newer use of the same user would hide one that was missed.
BOTH = alice(Key(used=3), Key("AKIA2", used=9))
ITSELF = seen(3, f"ID#{BOTH.id}")


@pytest.mark.parametrize(
    ("user", "sightings", "missing"),
    [
        pytest.param(BOTH, [seen(3, "KEY#AKIA1"), seen(9, "KEY#AKIA2")], [], id="both were seen"),
        pytest.param(BOTH, [seen(3, "KEY#AKIA1"), seen(2, "DENIED#AKIA2")], [], id="one was refused since"),
        pytest.param(BOTH, [seen(3, "KEY#AKIA1")], ["AKIA2"], id="one was never seen"),
        pytest.param(BOTH, [seen(3, "KEY#AKIA1"), seen(20, "KEY#AKIA2")], ["AKIA2"], id="one was seen long before"),
        pytest.param(BOTH, [seen(3, "KEY#AKIA1"), seen(5, "KEY#AKIAGONE")], ["AKIA2"], id="one was seen that is gone"),
        pytest.param(alice(Key(used=0), Key("AKIA2", used=9)), [seen(0, "KEY#AKIA1")], ["AKIA2"], id="the other is in use just now"),
        pytest.param(alice(Key("AKIA2", used=9)), [], ["AKIA2"], id="the user was seen since, by no key"),
        pytest.param(alice(Key("AKIA2", used=9), id="AIDAALICE2"), [seen(3, "ID#")], ["AKIA2"], id="the user was seen since, without its id"),
        pytest.param(alice(Key(used=9), Key("AKIA2", used=9)), [seen(9, "KEY#AKIA1")], ["AKIA2"], id="both in the same second, by IAM's word"),
        pytest.param(alice(Password(used=3), Key("AKIA2", used=9)), [seen(3, "SIGNIN")], ["AKIA2"], id="the user signed in since"),
    ],
)  # fmt: skip
def test_a_use_that_a_newer_one_of_the_same_user_would_hide_is_told_with_its_key(user, sightings, missing):
    assert [each.subject.access_key_id for each in review_of(user, ITSELF, *sightings).missed] == missing


def test_a_key_that_was_used_and_refused_was_seen_at_the_later_time():
    table = Table(
        [seen(1, "KEY#AKIA1"), seen(5, "DENIED#AKIA1"), seen(5, "KEY#AKIA2"), seen(2, "DENIED#AKIA2")]
    )

    assert keys_seen(table, BOTH.arn) == [ago(days=1), ago(days=2)]


@pytest.mark.parametrize(
    ("used", "seen", "is_seen"),
    [
        pytest.param(ago(days=2), ago(days=2, minutes=20), True, id="20 minutes before"),
        pytest.param(ago(days=2), ago(days=2, minutes=21), False, id="21 minutes before"),
        pytest.param(ago(days=2), ago(days=2, minutes=-20), True, id="20 minutes later"),
        pytest.param(ago(days=2), ago(days=2, minutes=-21), False, id="21 minutes later: IAM would know of it"),
        pytest.param(ago(days=2), ago(hours=4), False, id="4 hours ago: IAM would know of it"),
        pytest.param(ago(days=2), ago(hours=3), True, id="3 hours ago: IAM may not know of it yet"),
        pytest.param(ago(hours=1), ago(hours=2), False, id="an hour before, in these hours"),
    ],
)
def test_a_use_was_seen_where_a_sighting_may_be_of_it(used, seen, is_seen):
    assert are_seen([(used, True)], [seen], NOON) is is_seen


def test_keys_in_use_whose_ids_iam_would_not_tell_are_in_use_all_the_same():
    report = review_of(BOTH, ITSELF, seen(3, "KEY#AKIA1"), Refused("ListAccessKeys"))

    assert report.counts["access_key"]["active"] == 2


def test_what_may_be_the_same_use_hides_none():
    """No key is even looked up in the table for it."""
    user, itself = alice(Key(used=9)), seen(9 - 20 / 1440, f"ID#{BOTH.id}")

    assert review_of(user, itself, Refused("keys seen")).gaps == ()
    assert review_of(user, seen(8, itself.facet), Refused("keys seen")).gaps != ()


def test_iam_is_asked_for_the_ids_of_keys_in_use_only_where_events_do_not_tell_them():
    known, refused = (ITSELF, seen(3, "KEY#AKIA1"), seen(9, "KEY#AKIA2")), Refused("ListAccessKeys")

    assert review_of(BOTH, *known, refused).gaps == ()
    assert [gap.what for gap in review_of(BOTH, *known[:2], refused).gaps] == [f"access keys of {BOTH.arn}"]


def test_where_it_cannot_be_seen_which_keys_were_used_nothing_else_is_lost():
    report = review_of(BOTH, ITSELF, seen(3, "KEY#AKIA1"), Refused("keys seen"))

    assert [gap.what for gap in report.gaps] == ["which keys were seen"]
    assert report.counts["access_key"]["active"] == 2


def test_a_use_of_before_the_tracker_listened_is_asked_of_nobody():
    old = alice(Key(used=3), Key("AKIA2", used=320), made=900)

    assert review_of(old, ITSELF, Refused("ListAccessKeys"), Limits(user=400, access_key=400)).gaps == ()


@pytest.mark.parametrize(
    ("at", "is_the_cause"),
    [
        pytest.param(ago(days=5), True, id="long before"),
        pytest.param(ago(days=19, hours=22), True, id="two hours before"),
        pytest.param(ago(days=19, hours=23), False, id="an hour before"),
    ],
)
def test_a_region_that_fell_silent_before_the_use_is_the_likely_cause(at, is_the_cause):
    silent = Coverage(
        (
            Region(ACCOUNT, "eu-west-1", ago(days=300), ago(days=20)),
            Region(ACCOUNT, "us-east-1", ago(days=300), NOON),
        )
    )
    (each,) = told(used(at), coverage=silent)

    cause = "no events came from eu-west-1 after 2026-10-31"
    assert (each.cause == cause) is is_the_cause


# Data events. The services are named as IAM's credential report names them.


@pytest.mark.parametrize(
    "service",
    ["ses", "monitoring", "logs", "firehose", "iotdata", "sagemaker", "s3", "dynamodb", "sqs", "kinesis"],
)
def test_a_key_of_a_service_that_a_trail_does_not_log_is_likely_used_for_data_events(service):
    (each,) = told(used(ago(days=2), service=service))

    assert each.cause == f"likely data events of {service}, which a trail logs only if told to, or never"


@pytest.mark.parametrize(
    ("service", "is_asked"), [("ec2", True), ("ses", False), ("logs", False), ("firehose", False)]
)
def test_iam_is_not_asked_which_key_was_used_for_what_a_trail_does_not_log(service, is_asked):
    slot = KeySlot(is_active=True, rotated=ago(days=500), last_used=Use(ago(days=2), "eu-west-1", service))
    credentials = Credentials("mailer", ago(days=500), False, None, None, (slot,))
    user = User("mailer", ALICE, ALICE_ID, ago(days=500), None, credentials, {})
    uses = hidden_uses(user, ago(days=1), COVERAGE, retention=timedelta(days=400), now=NOON)

    assert bool(uses) is is_asked


def test_every_service_of_the_table_has_a_page_of_aws_that_says_so():
    assert all(page.startswith("https://docs.aws.amazon.com/") for page in NO_MANAGEMENT_EVENTS.values())
    assert not {"ec2", "iam", "sts", "kms", "secretsmanager"} & NO_MANAGEMENT_EVENTS.keys()


# Roles


def role(used, **more):
    return Role("worker", "AROAWORKER", 300, used, **more)


def assumed(days, by="AWSService"):
    return seen(days, "ID#", "role/worker", event_name="AssumeRole", type=by)


HOUR = 1 / 24


@pytest.mark.parametrize(
    ("things", "cause"),
    [
        pytest.param([role(2), assumed(2)], None, id="assumed by a service, and used just then"),
        pytest.param([role(2), assumed(2 + 12 * HOUR)], None, id="used within the session that the service was given"),
        pytest.param([role(2), assumed(2 + 13 * HOUR)], "likely data events: lately, CloudTrail shows only that a service assumed it", id="used later, and all that was seen is a service assuming it"),
        pytest.param([role(2), assumed(2 + 2 * HOUR, by="AWSAccount")], "a data event, an event", id="assumed by another account"),
        pytest.param([role(2), seen(3, "ID#AROAWORKER", "role/worker", event_name="ListQueues", type="AssumedRole")], "a data event, an event", id="seen to call by itself"),
        pytest.param([role(2)], "a data event, an event", id="never seen"),
    ],
)  # fmt: skip
def test_a_role_that_only_services_are_seen_to_assume_is_likely_used_for_data_events(things, cause):
    causes = [each.cause for each in review_of(*things).missed]

    assert [each.startswith(cause or "never") for each in causes] == ([True] if cause else [])


@pytest.mark.parametrize("tag", ["last-activity:tracker", "Last-Activity:Tracker"])
def test_the_trackers_own_roles_whose_calls_its_rules_leave_out_are_not_missed(tag):
    assert review_of(role(2, tag=tag)).missed == ()
    assert len(review_of(role(2, tag="team")).missed) == 1
