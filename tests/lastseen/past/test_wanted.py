"""CloudTrail's names and folders, and what of them is looked at."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from builders import ACCOUNT
from builders import record as fields
from logfiles import NOW, day, key

from ingest.layout import LogName, Skipped, log_name, why_skipped
from ingest.wire import Record
from lastseen.past.wanted import Folder, Wanted, region_folder
from lastseen.past.when import BadTime, time_of

OTHER = "210987654321"
DIGEST = f"{ACCOUNT}_CloudTrail-Digest_us-east-2_my_trail_us-east-1_20261120T150131Z.json.gz"


def test_a_log_file_tells_by_its_name_whose_it_is_and_when_it_was_delivered():
    name = f"{ACCOUNT}_CloudTrail_us-gov-west-1_20261120T1205Z_Mu0KsOhtH1ar15ZZ.json.gz"

    assert log_name(name) == LogName("CloudTrail", ACCOUNT, "us-gov-west-1", day(20, 12, 5))
    assert log_name(DIGEST).kind == "CloudTrail-Digest"


@pytest.mark.parametrize(
    "name", ["records.jsonl", f"{ACCOUNT}_CloudTrail_eu-west-1_20261320T1205Z_x.json.gz", "123_CloudTrail_x.gz"]
)
def test_what_is_not_named_so_tells_nothing(name):
    assert log_name(name) is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (key(), None),
        (key(kind="CloudTrail-NetworkActivity"), None),
        (DIGEST, Skipped.DIGEST),
        (key(kind="CloudTrail-Digest"), Skipped.DIGEST),
        ("AWSLogs/1/CloudTrail-Digest/odd.json.gz", Skipped.DIGEST),
        (key(kind="CloudTrail-Insight"), Skipped.INSIGHT),
        (key(kind="CloudTrail-Aggregated"), Skipped.AGGREGATED),
        (key(kind="CloudTrail-New"), Skipped.NOT_CLOUDTRAIL),
        (f"AWSLogs/{ACCOUNT}/Config/eu-west-1/2026/11/20/x.json.gz", Skipped.NOT_CLOUDTRAIL),
        (f"AWSLogs/o-abc123/{ACCOUNT}/vpcflowlogs/eu-west-1/2026/11/20/x.log.gz", Skipped.NOT_CLOUDTRAIL),
        (f"AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/11/20/renamed.json.gz", None),
        ("AWSLogs/somebody/Config/x.json.gz", None),
        ("logs/records.jsonl", None),
        ("logs/notes.txt", Skipped.NOT_CLOUDTRAIL),
        ("logs/", None),
        (f"AWSLogs/{ACCOUNT}/Config/", Skipped.NOT_CLOUDTRAIL),
        (f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/", Skipped.DIGEST),
        (f"AWSLogs/{ACCOUNT}/CloudTrail/", None),
    ],
)
def test_what_sights_nobody_is_known_by_its_path(path, reason):
    assert why_skipped(path) is reason


@pytest.mark.parametrize(
    "before", ["", "AWSLogs/", "trail/AWSLogs/", "AWSLogs/o-abc123/", "o-abc123/AWSLogs/o-abc123/"]
)
def test_every_layout_is_looked_into_down_to_the_regions_that_are_wanted(before):
    wanted = Wanted(accounts=frozenset({ACCOUNT}), regions=frozenset({"eu-west-1"}))
    *folders, _ = key(before=before).split("/")
    verdicts = [wanted.takes_folder("/".join(folders[: end + 1]) + "/") for end in range(len(folders))]

    if not before:
        assert set(verdicts) == {Folder.OPEN}
        return
    assert verdicts == [Folder.OPEN] * (len(folders) - 4) + [Folder.DATED] * 4
    assert region_folder("/".join(folders) + "/") == f"{before}{ACCOUNT}/CloudTrail/eu-west-1/"


@pytest.mark.parametrize(
    ("folder", "verdict"),
    [
        (f"AWSLogs/{OTHER}/", Folder.UNWANTED),
        (f"AWSLogs/o-abc123/{OTHER}/CloudTrail/eu-west-1/", Folder.UNWANTED),
        (f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/", Folder.UNWANTED),
        (f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/", Folder.SKIPPED),
        (f"AWSLogs/{ACCOUNT}/Config/", Folder.FOREIGN),
        ("AWSLogs/somebody/", Folder.OPEN),
        ("AWSLogs/eu-west-1/2026/11/20/", Folder.OPEN),
        ("", Folder.OPEN),
    ],
)
def test_other_folders_are_not_looked_into(folder, verdict):
    wanted = Wanted(accounts=frozenset({ACCOUNT}), regions=frozenset({"eu-west-1"}))

    assert wanted.takes_folder(folder) is verdict


def record(**more):
    return msgspec.json.decode(json.dumps(fields(**more)), type=Record)


@pytest.mark.parametrize(
    ("wanted", "is_taken"),
    [
        (Wanted(), True),
        (Wanted(since=day(20, 12)), True),
        (Wanted(since=day(20, 12) + timedelta(seconds=1)), False),
        (Wanted(until=day(20, 12)), False),
        (Wanted(until=day(20, 12) + timedelta(seconds=1)), True),
        (Wanted(accounts=frozenset({ACCOUNT})), True),
        (Wanted(accounts=frozenset({OTHER})), False),
        (Wanted(regions=frozenset({"eu-west-1", "us-east-1"})), True),
        (Wanted(regions=frozenset({"us-east-1"})), False),
    ],
)
def test_records_are_taken_exactly(wanted, is_taken):
    assert wanted.takes(record(), account="") is is_taken


def test_a_record_that_names_no_account_is_of_the_one_whose_log_it_is_in():
    wanted = Wanted(accounts=frozenset({ACCOUNT}))

    assert wanted.takes(record(recipientAccountId=None), account=ACCOUNT)
    assert not wanted.takes(record(recipientAccountId=None), account="")


@pytest.mark.parametrize(
    ("wanted", "is_possible"),
    [
        pytest.param(Wanted(since=day(20, 12, 20)), True, id="events of a clock that is ahead"),
        pytest.param(Wanted(since=day(20, 12, 21)), False, id="delivered before"),
        pytest.param(Wanted(until=day(19, 12, 6)), True, id="delivered late"),
        pytest.param(Wanted(until=day(19, 12, 5)), False, id="delivered more than a day later"),
        pytest.param(Wanted(accounts=frozenset({OTHER})), False, id="of another account"),
        pytest.param(Wanted(regions=frozenset({"us-east-1"})), False, id="of another region"),
    ],
)
def test_a_file_is_read_if_anything_wanted_may_be_in_it(wanted, is_possible):
    assert wanted.may_be_in(LogName("CloudTrail", ACCOUNT, "eu-west-1", day(20, 12, 5))) is is_possible


WIDE = Wanted(day(1), day(20), frozenset({ACCOUNT, OTHER}), frozenset({"eu-west-1"}))


@pytest.mark.parametrize(
    ("narrow", "is_within"),
    [
        (WIDE, True),
        (replace(WIDE, since=day(2), until=day(19), accounts=frozenset({ACCOUNT})), True),
        (replace(WIDE, since=datetime(2026, 10, 31, tzinfo=UTC)), False),
        (replace(WIDE, since=None), False),
        (replace(WIDE, until=day(21)), False),
        (replace(WIDE, until=None), False),
        (replace(WIDE, accounts=frozenset()), False),
        (replace(WIDE, regions=frozenset({"us-east-1"})), False),
        (Wanted(), False),
    ],
)
def test_what_is_asked_for_is_within_what_was_asked_before(narrow, is_within):
    assert narrow.within(WIDE) is is_within
    assert narrow.within(Wanted())
    assert Wanted.from_dict(json.loads(json.dumps(narrow.as_dict()))) == narrow


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-01", day(1)),
        ("2026-11-01T06:00Z", day(1, 6)),
        ("2026-11-01T06:00", day(1, 6)),
        ("2026-11-01T06:00+02:00", day(1, 4)),
        ("90d", NOW - timedelta(days=90)),
        ("36h", NOW - timedelta(hours=36)),
        ("2w", NOW - timedelta(days=14)),
    ],
)
def test_a_time_is_read_as_people_write_it(text, at):
    assert time_of(text, now=NOW) == at


@pytest.mark.parametrize("text", ["yesterday", "90", "2026-13-01", "-1d", "", "d", "99999w"])
def test_a_time_that_cannot_be_read_is_named(text):
    with pytest.raises(BadTime, match="is no time: write 2026-11-01"):
        time_of(text, now=NOW)


@pytest.mark.parametrize(
    "text",
    ["1999-12-31", "9000-01-01", "9999w", "0001-01-01T00:00+00:01", "9999-12-31T23:59-00:01", "0001-01-01"],
)
def test_a_time_before_and_after_all_log_files_is_named(text):
    with pytest.raises(BadTime, match=f"{re.escape(text)} is not a time that CloudTrail's files can be of"):
        time_of(text, now=NOW)
