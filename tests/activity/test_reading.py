"""One contract for what is asked of the table: in DynamoDB (moto here), and in a case file."""

from dataclasses import dataclass

import pytest
from asking import record_samples
from builders import ACCOUNT, ALICE, activity

from activity.flags import Flags
from activity.model import COVERAGE, id_facet
from activity.names import Names
from activity.reading import Flagged, Named, Searches, Sightings
from activity.scan import Scan
from activity.table import ActivityTable
from lastseen.casefile.nothing import NoFlags, NoNames
from lastseen.casefile.scan import CaseScan
from lastseen.casefile.table import CaseTable

BOB, DEPLOY = f"arn:aws:iam::{ACCOUNT}:user/bob", f"arn:aws:iam::{ACCOUNT}:role/deploy"
SIGHTINGS = (
    activity(0, facet="ID#AIDAALICE", source_ip="198.51.100.7", first=-40 * 86_400),
    activity(1, facet="DENIED#AIDAALICE", error_code="AccessDenied"),
    activity(2, facet="KEY#AKIA1", source_ip="198.51.100.7", mfa=True),
    activity(2, facet="KEY#AKIA10"),
    activity(3, facet="DENIED#AKIA1"),
    activity(4, facet="SERVICE#s3.amazonaws.com"),
    activity(4, facet="IP#198.51.100.7", source_ip="198.51.100.7"),
    activity(4, principal=BOB, facet="IP#198.51.100.7", source_ip="198.51.100.8"),
    activity(5, principal=DEPLOY, facet="ID#AROADEPLOY", session_name="judy", type="AssumedRole"),
    activity(6, principal=DEPLOY, facet="SESSION#judy", session_name="judy"),
    activity(7, principal=DEPLOY, facet="SESSION#j\U0001f600\u00fc", session_name="j\U0001f600\u00fc"),
    activity(8, principal=COVERAGE, facet=f"{ACCOUNT}#eu-west-1"),
)
EVERY = {each.key: each for each in SIGHTINGS}


@dataclass
class Kept:
    table: Sightings
    scan: Searches
    flags: Flagged
    names: Named


@pytest.fixture(params=["dynamo", "case_file"])
def empty(request):
    if request.param == "dynamo":
        at = request.getfixturevalue("dynamodb"), "activity"
        return Kept(ActivityTable(*at), Scan(*at), Flags(*at), Names(*at))
    file = request.getfixturevalue("case_file")
    return Kept(CaseTable(file), CaseScan(file), NoFlags(), NoNames())


@pytest.fixture
def kept(empty):
    assert not empty.table.record_all(SIGHTINGS).failed
    return empty


def activities(items):
    return {key: item.activity for key, item in items.items()}


def test_an_item_is_got_as_it_was_written_with_its_days(kept):
    assert activities(kept.table.get(EVERY)) == EVERY


def test_only_what_exists_is_got_and_each_key_may_be_asked_for_twice(kept):
    keys = [SIGHTINGS[0].key, (ALICE, "ID#nobody"), SIGHTINGS[0].key]

    assert activities(kept.table.get(keys)) == {SIGHTINGS[0].key: SIGHTINGS[0]}
    assert kept.table.get([]) == {}


@pytest.mark.parametrize("begins", ["", "KEY#", "KEY#AKIA1", "KEY#AKIA10", "DENIED#AKIA", "X"])
def test_all_of_a_principal_is_by_facet_as_far_as_it_begins_so(kept, begins):
    own = sorted(facet for who, facet in EVERY if who == ALICE and facet.startswith(begins))

    assert [facet for _, facet in kept.table.items_of(ALICE, facet_begins=begins, is_current=True)] == own
    assert [each.facet for each in kept.table.of(ALICE, facet_begins=begins)] == own


def test_of_nobody_there_is_nothing(kept):
    assert list(kept.table.of("arn:aws:iam::123456789012:user/ALICE")) == []
    assert kept.table.principals_with("KEY#AKIA") == []


def test_everybody_with_a_facet_is_found(kept):
    assert sorted(kept.table.principals_with("IP#198.51.100.7")) == [ALICE, BOB]
    assert kept.table.principals_with(id_facet("AROADEPLOY")) == [DEPLOY]


@pytest.mark.parametrize("begins", ["SESSION#", "SESSION#j\U0001f600", "KEY#AKIA1", "KEY#AKIA9"])
def test_keys_are_found_by_what_a_facet_begins_with(kept, begins):
    assert sorted(kept.scan.keys(facet_begins=begins)) == sorted(
        key for key in EVERY if key[1].startswith(begins)
    )


def test_names_are_of_everything_but_services_and_addresses(kept):
    others = {key for key in EVERY if not key[1].startswith(("SERVICE#", "IP#"))}

    assert sorted(kept.scan.names()) == sorted(others)


def test_recencies_are_of_principals_themselves(kept):
    own = {key: each for key, each in EVERY.items() if key[1].startswith(("ID#", "DENIED#"))}

    assert activities(kept.scan.recencies()) == own


def test_who_was_last_seen_by_a_name_of_a_session_or_from_an_address(kept):
    judy = {key: each for key, each in EVERY.items() if each.evidence.session_name == "judy"}
    there = {key: each for key, each in EVERY.items() if each.evidence.source_ip == "198.51.100.7"}

    assert activities(kept.scan.last_seen_as("judy")) == judy
    assert activities(kept.scan.last_seen_from("198.51.100.7")) == there
    assert kept.scan.last_seen_as("JUDY") == kept.scan.last_seen_from("192.0.2.1") == {}


def test_who_was_last_seen_from_elsewhere_since_is_no_longer_found(kept):
    kept.table.record(activity(60, facet="KEY#AKIA1", source_ip="192.0.2.9"))

    assert (ALICE, "KEY#AKIA1") not in kept.scan.last_seen_from("198.51.100.7")
    assert list(kept.scan.last_seen_from("192.0.2.9")) == [(ALICE, "KEY#AKIA1")]


def test_without_reports_nothing_is_flagged_exempt_or_named(kept):
    assert (kept.flags.of(ACCOUNT), kept.flags.exempt_of(ACCOUNT), kept.scan.flagged()) == ({}, set(), [])
    assert (kept.names.all(), kept.names.of(ACCOUNT)) == ({}, "")


def test_an_empty_table_answers_nothing(empty):
    assert (empty.scan.names(), empty.scan.recencies(), empty.table.items_of(ALICE)) == ([], {}, {})


def test_the_samples_are_the_same_in_both(dynamodb, case_file):
    ours, theirs = CaseTable(case_file), ActivityTable(dynamodb, "activity")
    scans = CaseScan(case_file), Scan(dynamodb, "activity")
    for table in (ours, theirs):
        record_samples(table)
    keys = [sorted(each.keys(facet_begins="")) for each in scans]

    assert keys[0] == keys[1]
    assert activities(ours.get(keys[0])) == activities(theirs.get(keys[0]))
