"""Files of this machine and of S3: every layout found, nothing listed or fetched that nobody asked for."""

import json
import os
import sqlite3
from functools import partial
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from builders import ACCOUNT, record
from logfiles import NOW, day, key, log, plan, replay, save, seen

from ingest.logfile import runs
from ingest.objects import Streamed
from lastseen.demo.embedded import EmbeddedTable
from lastseen.past.bucket import listed
from lastseen.past.done import Done
from lastseen.past.files import File, Missing, local_files
from lastseen.past.gathering import Handover
from lastseen.past.listing import Listing
from lastseen.past.reading import Plan, Reader
from lastseen.past.replay import Replay, found
from lastseen.past.s3 import Refused
from lastseen.past.target import target_of
from lastseen.past.wanted import Wanted

OTHER = "210987654321"
LAYOUTS = [
    "AWSLogs/",
    "my/trail/AWSLogs/",
    "AWSLogs/o-abc123/",
    "o-abc123/AWSLogs/o-abc123/",
    "o-abc123/AWSLogs/",
]


@pytest.fixture
def s3(aws):
    client = aws("s3")
    client.create_bucket(Bucket="trail")
    return client


@pytest.fixture
def put(s3):
    def put(files):
        for name, content in files.items():
            s3.put_object(Bucket="trail", Key=name, Body=content)

    return put


@pytest.fixture
def asked(s3):
    """What S3 was asked for: prefixes that were listed, keys that were fetched."""
    calls = []
    events = s3.meta.events
    for operation in "ListObjectsV2", "GetObject":
        events.register(
            f"provide-client-params.s3.{operation}",
            lambda params, model, **_: calls.append((model.name, params.get("Key") or params.get("Prefix"))),
        )
    return calls


def from_s3(s3, source, wanted=None, **more):
    table = EmbeddedTable()
    run = Replay(table, Plan(wanted or Wanted(), NOW, lambda: s3), **more).run([source])
    return run, {activity.principal.rpartition("/")[2] for activity in table} - {"coverage"}


@pytest.mark.parametrize("before", LAYOUTS)
@pytest.mark.parametrize("place", ["s3", "folder"])
def test_every_layout_is_found_and_pruned(s3, put, asked, tmp_path, before, place):
    files = {
        key(before=before): log(seen(20)),
        key(before=before, account=OTHER): log(seen(20, user="bob", recipientAccountId=OTHER)),
        key(before=before, region="us-east-1"): log(seen(20, user="carol", awsRegion="us-east-1")),
        key("20261001T0005", before=before): log(seen(1, user="dave")),
        key("20261122T0005", before=before): log(seen(22, user="erin")),
        key(before=before, kind="CloudTrail-Digest"): b"{}",
        key(before=before, kind="CloudTrail-Insight"): b"{}",
        f"{before}{ACCOUNT}/Config/eu-west-1/2026/11/20/config.json.gz": b"{}",
    }
    put(files)
    source = "s3://trail" if place == "s3" else save(tmp_path, files)
    wanted = Wanted(day(19), day(21), frozenset({ACCOUNT}), frozenset({"eu-west-1"}))
    summary, people = from_s3(s3, str(source), wanted)

    assert people == {"alice"}
    assert summary.files == 1
    assert (summary.skipped["digest"], summary.skipped["insight"], summary.skipped["not_cloudtrail"]) == (
        1,
        1,
        1,
    )
    assert summary.is_complete
    if place == "s3":
        assert [name for operation, name in asked if operation == "GetObject"] == [key(before=before)]
        assert not [
            name for _, name in asked if name and (OTHER in name or "Digest" in name or "us-east-1" in name)
        ]


def test_without_filters_all_of_it_is_read(s3, put):
    put(
        {
            key(): log(seen(20)),
            key(region="us-east-1"): log(seen(20, user="bob")),
            "loose.jsonl": json.dumps(seen(3)),
        }
    )
    summary, people = from_s3(s3, "s3://trail/")

    assert people == {"alice", "bob"}
    assert summary.files == 3


@pytest.mark.parametrize(
    "prefix", ["", "AWS", "AWSLogs/", f"AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/1", key()]
)
def test_a_prefix_may_end_anywhere(s3, put, prefix):
    put({key(): log()})

    assert from_s3(s3, f"s3://trail/{prefix}")[0].files == 1


def test_listing_begins_at_the_first_day_and_ends_after_the_last(s3, put):
    put({key(f"202611{number:02}T1205"): log(seen(number)) for number in range(1, 29)})
    listing = [
        each.name
        for each in listed(s3, "s3://trail/AWSLogs/", Wanted(day(10), day(12)))
        if isinstance(each, File)
    ]

    assert listing == [f"s3://trail/{key(f'202611{number}T1205')}" for number in (12, 11, 10)]


def test_pages_after_the_last_day_are_not_listed(s3, put, asked, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "100")  # on a page
    for number in range(1, 6):
        put({key(f"2026110{number}T{n // 6:02}{n % 6:02}", n=n): b"" for n in range(60)})
    files = list(listed(s3, f"s3://trail/AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/", Wanted(until=day(1, 1))))

    assert sum(isinstance(each, File) for each in files) == 66
    assert len(asked) == 1 + 2  # Whether there is anything; and 2 of the 3 pages.


def test_events_outside_of_what_was_asked_are_left_out_of_a_file_that_is_read(s3, put):
    put({key("20261121T0005"): log(seen(20, 23), seen(21, 0, user="bob"))})
    summary, people = from_s3(s3, "s3://trail", Wanted(until=day(21)))

    assert people == {"alice"}
    assert (summary.records, summary.sighted, summary.filtered) == (2, 1, 1)


def test_of_files_that_are_not_named_so_the_records_are_filtered(tmp_path):
    save(
        tmp_path,
        {"a.jsonl": "\n".join(json.dumps(seen(number, user=f"user-{number}")) for number in range(1, 9))},
    )
    table = EmbeddedTable()
    summary = replay([tmp_path], table, Wanted(day(3), day(5)))

    assert {each.principal.rpartition("/")[2] for each in table} == {"user-3", "user-4", "coverage"}
    assert summary.filtered == 6


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        pytest.param(log()[:-9], "", "not a whole gzip file", id="a truncated gzip"),
        pytest.param(b"", "", "the file is empty", id="an empty file"),
        pytest.param(b'{"hello": 1}', "line 1", "missing required field `eventTime`", id="other JSON"),
        pytest.param(b"<html>", "line 1", "not a record that can be read", id="no JSON"),
        pytest.param(
            log(record(), record(eventTime="2030-01-01T00:00:00Z")), "record 2", "is dated 2030", id="a date"
        ),
        pytest.param(
            log(record(), {"eventTime": 1}), "record 2", "Expected `datetime`", id="a record of another shape"
        ),
    ],
)
@pytest.mark.parametrize("place_of", ["s3", "folder"])
def test_what_cannot_be_read_is_named_and_everything_else_goes_on(
    s3, put, tmp_path, content, place, reason, place_of
):
    files = {key(n=1): content, key(n=2): log(seen(20, user="bob"))}
    put(files)
    source = "s3://trail" if place_of == "s3" else str(save(tmp_path, files))
    summary, people = from_s3(s3, source)

    (named,) = summary.unreadable
    assert named["file"] == f"{source}/{key(n=1)}"
    assert named["place"] == place
    assert reason in named["reason"]
    assert "bob" in people
    assert not summary.is_complete


def test_of_a_file_of_something_else_a_few_lines_are_named_and_all_are_counted(tmp_path):
    summary = replay([save(tmp_path, {"flow.gz": "2 123 eni-1 ACCEPT OK\n" * 500})], EmbeddedTable())

    assert (len(summary.unreadable), summary.unnamed, summary.unreadable_records) == (20, 480, 500)
    assert summary.sighted == 0
    assert list(summary.complaints())[-1] == "unreadable: 480 more"


def test_a_digest_under_another_name_is_known_by_its_content(tmp_path):
    digest = {"digestStartTime": "2026-11-20T11:00:00Z", "digestEndTime": "2026-11-20T12:00:00Z"}
    summary = replay([save(tmp_path, {"x.json": json.dumps(digest)})], EmbeddedTable())

    assert (summary.files, summary.skipped) == (0, {"digest": 1})
    assert summary.is_complete


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("NoSuchKey", "it is no longer there"),
        ("AccessDenied", "s3:GetObject is needed"),
        ("InvalidObjectState", "restore it first"),
        ("SlowDown", "SlowDown"),
    ],
)
def test_an_object_that_cannot_be_fetched_is_named(s3, put, code, reason):
    put({key(n=1): log(), key(n=2): log(seen(20, user="bob"))})

    def refuse(params, **_):
        if params["Key"] == key(n=1):
            raise ClientError({"Error": {"Code": code, "Message": "as S3 has it"}}, "GetObject")

    s3.meta.events.register("provide-client-params.s3.GetObject", refuse)
    summary, people = from_s3(s3, "s3://trail")

    (named,) = summary.unreadable
    assert (named["file"], named["place"]) == (f"s3://trail/{key(n=1)}", "")
    assert reason in named["reason"]
    assert people == {"bob"}


def test_credentials_that_expire_stop_it_and_what_was_read_is_kept(s3, put, tmp_path):
    put({key(n=number): log(seen(20, user=f"user-{number}")) for number in range(9)})

    def expire(params, **_):
        if params["Key"] <= key(n=4):
            raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "GetObject")

    s3.meta.events.register("provide-client-params.s3.GetObject", expire)
    done = Done(tmp_path / "state", "table")
    summary, people = from_s3(s3, "s3://trail", done=done)

    assert people == {"user-5", "user-6", "user-7", "user-8"}
    assert "ExpiredToken" in summary.stopped
    s3.meta.events.unregister("provide-client-params.s3.GetObject", expire)
    assert from_s3(s3, "s3://trail", done=done)[0].files == 5


def test_a_bucket_that_is_not_there_is_told(s3):
    with pytest.raises(Refused, match="s3://nowhere/x: there is no such bucket"):
        list(listed(s3, "s3://nowhere/x", Wanted()))


def test_a_bucket_that_may_not_be_listed_is_told(s3):
    def deny(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")

    s3.meta.events.register("provide-client-params.s3.ListObjectsV2", deny)
    with pytest.raises(Refused, match="s3:ListBucket on the bucket is needed"):
        list(listed(s3, "s3://trail", Wanted()))


def test_a_prefix_under_which_there_is_nothing_is_named(s3, put):
    put({key(): log()})
    summary, _ = from_s3(s3, "s3://trail/AWSLog-typo/")

    assert summary.unreadable == [
        {"file": "s3://trail/AWSLog-typo/", "place": "", "reason": "there is nothing whose key begins so"}
    ]


def test_a_time_in_which_there_is_nothing_is_no_error(s3, put):
    put({key(): log()})
    summary, _ = from_s3(s3, "s3://trail/AWSLogs/", Wanted(since=day(22)))

    assert (summary.files, summary.is_complete) == (0, True)


def test_a_folder_that_may_not_be_looked_into_is_named(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", refuse)
    (missing,) = found([str(tmp_path)], plan())

    assert (missing.name, missing.reason) == (str(tmp_path), "Permission denied")


class TestDone:
    """Which files are left out by a second run."""

    def test_a_file_that_is_done_is_left_out_until_it_changes(self, s3, put, tmp_path):
        done = Done(tmp_path / "state", "table")
        put({key(n=1): log(), key(n=2): log()})
        first, _ = from_s3(s3, "s3://trail", done=done)
        second, _ = from_s3(s3, "s3://trail", done=done)
        put({key(n=2): log(seen(20, user="bob"))})
        third, people = from_s3(s3, "s3://trail", done=done)

        assert (first.files, first.already_done) == (2, 0)
        assert (second.files, second.already_done, second.writes) == (0, 2, 0)
        assert (third.files, third.already_done, people) == (1, 1, {"bob"})

    def test_for_another_table_it_is_not_done(self, tmp_path):
        source = save(tmp_path / "logs", {"a.json.gz": log()})
        replay([source], EmbeddedTable(), done=Done(tmp_path / "state", "one"))

        assert replay([source], EmbeddedTable(), done=Done(tmp_path / "state", "two")).files == 1
        assert replay([source], EmbeddedTable(), done=Done(tmp_path / "state", "one")).files == 0

    @pytest.mark.parametrize(
        "wanted",
        [
            pytest.param("", id="nothing"),
            pytest.param("{", id="no JSON"),
            pytest.param("null", id="null"),
            pytest.param("[]", id="a list"),
            pytest.param("{}", id="a condition missing"),
            pytest.param('{"since": 1, "until": null, "accounts": [], "regions": []}', id="no time"),
            pytest.param(
                '{"since": "2026-11-01", "until": null, "accounts": [], "regions": []}', id="a time of no place"
            ),
            pytest.param(
                '{"since": null, "until": null, "accounts": [], "regions": [], "principals": ["alice"]}',
                id="a condition that is not known, and that the rest may hang on",
            ),
        ],
    )
    def test_what_another_version_marked_in_another_way_is_not_done(self, tmp_path, wanted):
        source = save(tmp_path / "logs", {"a.json.gz": log()})
        replay([source], EmbeddedTable(), done=Done(tmp_path / "state", "table"))
        with sqlite3.connect(tmp_path / "state") as connection:
            connection.execute("UPDATE done SET wanted = ?", [wanted])
        done = Done(tmp_path / "state", "table")
        asked = Wanted(since=day(1))

        assert replay([source], EmbeddedTable(), asked, done=done).files == 1
        assert done.others == 1
        assert replay([source], EmbeddedTable(), asked, done=done).already_done == 1

    def test_asked_again_it_is_read_again_and_is_still_done(self, tmp_path):
        source = save(tmp_path / "logs", {"a.json.gz": log()})
        for _ in range(2):
            again = Done(tmp_path / "state", "table", is_forgetful=True)
            assert replay([source], EmbeddedTable(), done=again).files == 1
        assert replay([source], EmbeddedTable(), done=Done(tmp_path / "state", "table")).already_done == 1

    @pytest.mark.parametrize(
        ("first", "second", "is_left_out"),
        [
            pytest.param(Wanted(until=day(20)), Wanted(), False, id="some of it, then all"),
            pytest.param(Wanted(until=day(20)), Wanted(until=day(19)), True, id="some of it, then less"),
            pytest.param(
                Wanted(since=day(19)), Wanted(since=day(20)), True, id="the last days, some days later"
            ),
            pytest.param(Wanted(until=day(29)), Wanted(), True, id="nothing of it was left out"),
        ],
    )
    def test_a_file_of_which_a_part_was_read_is_done_for_that_part(self, tmp_path, first, second, is_left_out):
        source = save(tmp_path / "logs", {"a.json.gz": log(seen(18), seen(19), seen(20), seen(21))})
        done = Done(tmp_path / "state", "table")
        replay([source], EmbeddedTable(), first, done=done)

        assert replay([source], EmbeddedTable(), second, done=done).already_done == is_left_out

    def test_a_file_with_something_unreadable_is_told_of_again(self, tmp_path):
        source = save(tmp_path / "logs", {"a.jsonl": f"{json.dumps(record())}\nnonsense"})
        done = Done(tmp_path / "state", "table")

        for _ in range(2):
            assert len(replay([source], EmbeddedTable(), done=done).unreadable) == 1


def test_an_object_too_large_to_be_held_is_read_some_at_a_time_and_closed(aws):
    aws("s3").create_bucket(Bucket="large")
    aws("s3").put_object(Bucket="large", Key="x", Body=b"one\ntwo\n")
    with Streamed(aws("s3").get_object(Bucket="large", Key="x")["Body"]) as stream:
        assert (stream.read(4), stream.read(9)) == (b"one\n", b"two\n")


def test_whatever_ends_the_listing_is_raised_where_it_is_waited_for():
    def broken():
        yield File("a", 1, "mark")
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(Listing(broken()))


def test_a_pipe_in_a_folder_is_named_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")

    assert list(local_files(tmp_path, Wanted())) == [Missing(f"{tmp_path}/pipe.json", "not a file")]


def test_a_name_that_is_not_utf_8_is_told_and_everything_else_is_read(tmp_path):
    (tmp_path / "b.json.gz").write_bytes(log())
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.json.gz")).write_bytes(log())
    table = EmbeddedTable()
    summary = replay([tmp_path], table, done=Done(tmp_path / "state", "table"))

    assert [(each["file"], each["reason"]) for each in summary.unreadable] == [
        (f"{tmp_path}/a\\udcff.json.gz", "its name is not UTF-8: rename it")
    ]
    assert (summary.files, bool(list(table))) == (1, True)


def test_a_state_that_another_replay_holds_is_told_and_what_was_read_is_written(tmp_path):
    source = save(tmp_path / "logs", {"a.json.gz": log()})
    done = Done(tmp_path / "state", "table", patience=0)
    other = sqlite3.connect(tmp_path / "state")
    other.execute("BEGIN IMMEDIATE")
    table = EmbeddedTable()
    summary = replay([source], table, done=done)
    other.rollback()

    assert "database is locked; name another file by --state" in summary.stopped
    assert (summary.is_complete, summary.files, bool(list(table))) == (False, 1, True)
    assert replay([source], table, done=done).superseded == len(list(table))


@pytest.mark.parametrize("name", ["a.json.gz", "eu-west-1/2026/11/20/a.json.gz"])
def test_a_folder_that_only_happens_to_be_called_as_cloudtrails_is_looked_into(tmp_path, name):
    source = save(tmp_path / "AWSLogs", {name: log()})

    assert replay([source], EmbeddedTable()).files == 1


def test_a_link_to_a_folder_is_named(tmp_path):
    save(tmp_path / "real", {"a.json.gz": log()})
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "link").symlink_to(tmp_path / "real")

    assert list(local_files(tmp_path / "logs", Wanted())) == [
        Missing(f"{tmp_path}/logs/link", "a link to a folder: name it by itself")
    ]


def test_a_name_that_is_too_long_is_told():
    (missing,) = local_files(Path("a" * 300), Wanted())

    assert missing.reason == "File name too long"


@pytest.mark.parametrize("form", ["lines", "log"])
def test_of_a_long_file_no_more_kinds_are_held_than_of_many(tmp_path, form, monkeypatch):
    monkeypatch.setattr("lastseen.past.reading.runs", partial(runs, size=1_750))
    monkeypatch.setattr("lastseen.past.reading.SIZE", 1_750)
    people = [seen(20, user=f"user{number}") for number in range(100)]
    content = "\n".join(map(json.dumps, people)) if form == "lines" else log(*people)
    source = save(tmp_path / "logs", {"a.json.gz" if form == "log" else "a.jsonl": content})
    reader = Reader(plan(most_kinds=20))
    (file,) = local_files(source, Wanted())
    said = list(reader.read(file, partial(Path(file.name).open, "rb")))

    handovers = [each for each in said if isinstance(each, Handover)]
    assert len(handovers) >= 4
    assert max(len(each.activities) for each in handovers) <= (20 + 8) * 4 + 1
    done, table = Done(tmp_path / "state", "table"), EmbeddedTable()
    summary = replay([source], table, done=done, most_kinds=20)
    assert (summary.principals, summary.records, summary.sighted) == (100, 100, 100)
    assert done.has(file, Wanted())


def test_a_table_that_may_not_be_described_is_told_from_no_other():
    client = boto3.client("dynamodb", region_name="eu-west-1")
    with Stubber(client) as stub:
        stub.add_client_error("describe_table", "AccessDeniedException")

        assert target_of(client, "activity") is None


ODD_NAMES = [
    "last-activity-1-2026-11-20-12-00-00-0a1b2c3d",  # As Firehose names what it delivers.
    "export.txt",
    f"AWSLogs/{ACCOUNT}/Config/eu-west-1/2026/11/20/snapshot",
    key(kind="CloudTrail-Insight").removesuffix(".json.gz"),
    key(kind="CloudTrail-Digest"),
    key(at="20260101T0000"),
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_object_that_is_named_by_itself_is_read_whatever_its_name(s3, put, name):
    put({name: json.dumps(seen(20)), f"{name}.more.json": json.dumps(seen(20, user="bob"))})
    summary = replay([f"s3://trail/{name}"], EmbeddedTable(), Wanted(since=day(1)))

    assert (summary.files, summary.sighted, dict(summary.skipped)) == (1, 1, {})


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_that_is_named_by_itself_is_read_whatever_its_name(tmp_path, name):
    save(tmp_path, {name: json.dumps(seen(20))})
    summary = replay([tmp_path / name], EmbeddedTable(), Wanted(since=day(1)))

    assert (summary.files, summary.sighted, dict(summary.skipped)) == (1, 1, {})


def test_a_digest_that_is_named_by_itself_is_known_by_its_content(s3, put):
    name = key(kind="CloudTrail-Digest")
    put(
        {name: json.dumps({"digestStartTime": "2026-11-20T11:00:00Z", "digestEndTime": "2026-11-20T12:00:00Z"})}
    )

    assert replay([f"s3://trail/{name}"], EmbeddedTable()).skipped == {"digest": 1}


def test_of_a_file_that_is_cut_off_what_could_be_read_is_kept_and_the_file_is_not_done(tmp_path):
    records = json.dumps({"Records": [seen(20), seen(20, user="bob")]})
    save(tmp_path, {"cut.json": records[:-30], "two.json": records + records})
    done = Done(tmp_path / "state.sqlite", "table")
    summary = replay([tmp_path], EmbeddedTable(), done=done)

    assert (summary.files, summary.sighted, summary.unreadable_records) == (2, 5, 1)
    assert [(Path(each["file"]).name, each["place"]) for each in summary.unreadable] == [
        ("cut.json", "record 2")
    ]
    assert replay([tmp_path], EmbeddedTable(), done=done).already_done == 1
