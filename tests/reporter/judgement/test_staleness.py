"""The verdict on one thing; what accounts come to is in test_scenarios.py."""

from datetime import timedelta

import pytest
from builders import ALICE, ALICE_ID, NOON

from activity.finding import Kind
from activity.model import Activity, Evidence
from reporter.inventory.account import Gap, Use
from reporter.judgement.exemption import parse
from reporter.judgement.seen import Seen
from reporter.judgement.staleness import Source, Status, judge
from reporter.judgement.subjects import Claim, Subject

LIMIT = timedelta(days=90)
ID, DENIED = f"ID#{ALICE_ID}", f"DENIED#{ALICE_ID}"


def days(number):
    return NOON - timedelta(days=number)


def subject(kind=Kind.USER, *, created=500, used=None, facets=(ID, DENIED, "ID#"), **more):
    fields = {
        "kind": kind,
        "name": "alice",
        "arn": ALICE,
        "id": ALICE_ID,
        "created": days(created),
        "exists_since": days(created),
        "claim": Claim(Use(days(used), "eu-west-1", "s3")) if used is not None else Claim(),
        "facets": facets,
        "commands": (),
        "exemption": None,
    }
    return Subject(**fields | more)


def seen(number, facet=ID, **evidence):
    return {(ALICE, facet): Activity(ALICE, facet, days(number), days(number), Evidence("e", **evidence))}


def verdict(thing, sightings=None, now=NOON):
    unread = sightings if isinstance(sightings, Gap) else None
    seen = Seen(() if unread or sightings is None else sightings.values())
    return judge(thing, seen, limit=LIMIT, now=now, unread=unread)


@pytest.mark.parametrize(
    ("ago", "status"),
    [
        pytest.param(timedelta(days=89), Status.ACTIVE, id="a day before the limit"),
        pytest.param(timedelta(days=90) - timedelta(seconds=1), Status.ACTIVE, id="a second before the limit"),
        pytest.param(timedelta(days=90), Status.STALE, id="at the limit"),
        pytest.param(timedelta(days=91), Status.STALE, id="a day after the limit"),
    ],
)
@pytest.mark.parametrize("source", list(Source))
def test_idle_for_as_long_as_the_limit_is_stale(ago, status, source):
    now = days(100) + ago
    thing = subject(used=100) if source is Source.IAM else subject()
    judged = verdict(thing, None if source is Source.IAM else seen(100), now)

    assert (judged.status, judged.source, judged.idle) == (status, source, ago)


@pytest.mark.parametrize(
    ("sighted", "used", "source", "at"),
    [
        pytest.param(100, 200, Source.CLOUDTRAIL, 100, id="we saw it later"),
        pytest.param(200, 100, Source.IAM, 100, id="IAM saw it later"),
        pytest.param(100, 100, Source.CLOUDTRAIL, 100, id="both at once: ours has the evidence"),
        pytest.param(100, None, Source.CLOUDTRAIL, 100, id="only we"),
        pytest.param(None, 100, Source.IAM, 100, id="only IAM"),
    ],
)
def test_the_newer_of_the_two_sources_decides(sighted, used, source, at):
    judged = verdict(subject(used=used), None if sighted is None else seen(sighted))

    assert (judged.source, judged.at, judged.status) == (source, days(at), Status.STALE)


def test_a_refused_attempt_is_activity_and_it_is_said_that_it_was_refused():
    attempt = seen(100, DENIED, error_code="AccessDenied", event_source="s3.amazonaws.com")
    judged = verdict(subject(), attempt)

    assert judged.status is Status.STALE
    assert judged.reason == "last attempted on 2026-08-12, says CloudTrail (s3.amazonaws.com)"
    assert judged.notes == ("the last that CloudTrail saw was refused (AccessDenied)",)
    assert verdict(subject(), seen(1, DENIED)).status is Status.ACTIVE


def test_iams_word_of_the_very_attempt_that_was_refused_is_no_better():
    attempt = seen(100, DENIED, error_code="AccessDenied")
    minutes = subject(claim=Claim(Use(days(100) + timedelta(minutes=20))))
    later = subject(claim=Claim(Use(days(100) + timedelta(minutes=21))))

    assert verdict(minutes, attempt).notes
    assert not verdict(later, attempt).notes


def test_the_newest_of_several_sightings_decides():
    sightings = seen(100) | seen(95, DENIED) | seen(110, "ID#")
    judged = verdict(subject(), sightings)

    assert (judged.at, judged.allowed.last_seen, judged.refused.last_seen) == (days(95), days(100), days(95))
    assert judged.seen == judged.refused


def test_the_reason_tells_what_we_saw():
    where = {"region": "eu-west-1", "source_ip": "198.51.100.7"}
    judged = verdict(subject(), seen(100, event_source="s3.amazonaws.com", event_name="ListBuckets", **where))

    assert judged.reason == (
        "last seen by CloudTrail on 2026-08-12 (s3.amazonaws.com ListBuckets, eu-west-1, 198.51.100.7)"
    )


def test_the_reason_tells_what_iam_says():
    said = "last used on 2026-08-12 (s3 in eu-west-1), says IAM"

    assert verdict(subject(used=100)).reason == said
    assert verdict(subject(used=100), seen(200, event_name="ListBuckets")).reason == said


def test_the_reason_tells_since_when_there_was_no_use():
    assert verdict(subject(created=100)).reason == "no use on record since its creation on 2026-08-12"
    assert verdict(subject(Kind.PASSWORD, created=100)).reason == (
        "no use on record since its last change on 2026-08-12"
    )


def test_of_an_old_role_it_is_said_how_far_back_iam_looks():
    assert verdict(subject(Kind.ROLE, created=401)).notes == ("of a role's use, IAM keeps the last 400 days",)
    assert verdict(subject(Kind.ROLE, created=400)).notes == ()
    assert verdict(subject(Kind.USER, created=401)).notes == ()


GAP = Gap("the activity table", "AccessDenied")


@pytest.mark.parametrize(
    ("thing", "sightings"),
    [
        pytest.param(subject(used=100), GAP, id="the table could not be read"),
        pytest.param(subject(claim=Claim(gap=GAP)), {}, id="IAM could not be asked"),
        pytest.param(subject(used=100, exemption=GAP), {}, id="its tags could not be read"),
    ],
)
def test_nothing_is_stale_on_the_strength_of_a_gap(thing, sightings):
    judged = verdict(thing, sightings)

    assert (judged.status, judged.gaps) == (Status.UNKNOWN, (GAP,))
    assert judged.reason == "the activity table could not be read: AccessDenied"
    assert judged.would_be in (Status.STALE, Status.NEVER_USED)


def test_each_gap_is_named():
    keys = Gap("access keys of alice", "Throttling")
    judged = verdict(subject(claim=Claim(gap=keys)), GAP)

    assert judged.reason == (
        "the activity table could not be read: AccessDenied; access keys of alice could not be read: Throttling"
    )


def test_the_exempt_are_not_flagged_but_it_is_told_what_they_would_be():
    judged = verdict(subject(used=100, exemption=parse("audit until=2026-11-20")))

    assert (judged.status, judged.would_be) == (Status.EXEMPT, Status.STALE)


def test_whoever_is_exempt_is_so_whatever_else_could_not_be_read():
    thing = subject(used=100, claim=Claim(gap=GAP), exemption=parse("audit"))
    judged = verdict(thing)

    assert (judged.status, judged.would_be, judged.gaps) == (Status.EXEMPT, Status.UNKNOWN, (GAP,))
    assert verdict(subject(used=100, exemption=parse("audit")), GAP).status is Status.EXEMPT


def test_an_exemption_that_ended_yesterday_is_none_and_is_named():
    judged = verdict(subject(used=100, exemption=parse("audit until=2026-11-19")))

    assert judged.status is Status.STALE
    assert judged.notes == ("its exemption (audit) ended on 2026-11-19",)
