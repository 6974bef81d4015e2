import gzip
import io
import json

import pytest
from builders import record

from lastseen.past.logs import UnreadableFile, parts

ONE, TWO = {"eventID": "1"}, {"eventID": "2"}
LOG = json.dumps({"Records": [ONE, TWO]})
LINES = f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n"


def entries(content, **more):
    content = content if isinstance(content, bytes) else content.encode()
    return [entry for part in parts(io.BytesIO(content), **more) for entry in part.entries()]


def read(content, **more):
    return [(entry.place, json.loads(entry.body)) for entry in entries(content, **more)]


def read_in_pieces(monkeypatch):
    """As short against the limit of the test as real ones are against the real limit."""
    monkeypatch.setattr("lastseen.past.logs._FIRST_BLOCK", 50)
    monkeypatch.setattr("lastseen.past.logs._BLOCK", 50)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(LOG, [("record 1", ONE), ("record 2", TWO)], id="a log file"),
        pytest.param(
            json.dumps(json.loads(LOG), indent=2), [("record 1", ONE), ("record 2", TWO)], id="indented"
        ),
        pytest.param(LINES, [("line 1", ONE), ("line 3", TWO)], id="a record a line"),
        pytest.param(LINES.replace("\n", "\r\n"), [("line 1", ONE), ("line 3", TWO)], id="lines of Windows"),
        pytest.param(json.dumps(ONE), [("line 1", ONE)], id="one record"),
        pytest.param(json.dumps(ONE, indent=2), [("line 1", ONE)], id="one record on many lines"),
        pytest.param(json.dumps([ONE, TWO]), [("record 1", ONE), ("record 2", TWO)], id="an array"),
        pytest.param("\ufeff" + LOG, [("record 1", ONE), ("record 2", TWO)], id="a byte order mark"),
        pytest.param('{"Records": []}', [], id="no records"),
    ],
)
def test_records_are_found_where_they_stand(pack, content, found):
    assert read(pack(content.encode())) == found


def test_an_envelope_is_told_from_a_record():
    mixed = '{"source": "aws.s3", "detail": {"eventID": "1"}}\n{"eventID": "2", "requestParameters": {"detail": 1}}\nnonsense'

    assert [entry.is_envelope for entry in entries(mixed)] == [True, False, False]


def test_a_log_file_is_read_at_one_look_and_gives_the_same():
    (part,) = parts(io.BytesIO(json.dumps({"Records": [record(), record(eventID="2")]}).encode()))

    assert [each.event_id for each in part.records()] == ["event-1", "2"]
    assert [each for _, each in read(part.content)] == [record(), record(eventID="2")]


@pytest.mark.parametrize("content", [LINES, json.dumps({"Records": [record(), {}]}), json.dumps(record())])
def test_what_is_no_log_file_of_good_records_is_left_to_be_read_one_by_one(content):
    (part,) = parts(io.BytesIO(content.encode()))

    assert part.records() is None


@pytest.mark.parametrize(
    "behind", [b"", b"\0" * 9, b"\0" * 300_000], ids=["", "padded", "padded by more than a block"]
)
@pytest.mark.parametrize("second", [ONE, TWO], ids=["alike", "not alike"])
def test_several_gzip_files_one_after_the_other_are_one(second, behind):
    lines = [f"{json.dumps(each)}\n".encode() for each in (ONE, second)]

    assert read(behind.join(map(gzip.compress, lines)) + behind) == [("line 1", ONE), ("line 2", second)]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(LOG.encode() * 100)[:-20],
        gzip.compress(LOG.encode()) + b"rubbish",
        b"\x1f\x8b\x00",
    ],
    ids=["cut short", "rubbish behind", "cut in its head"],
)
def test_a_gzip_that_is_not_whole_is_named(content):
    with pytest.raises(UnreadableFile, match="not a whole gzip file"):
        entries(content)


@pytest.mark.parametrize(
    "content", [b"", b" \n\n", gzip.compress(b"")], ids=["nothing", "blank", "gzip of nothing"]
)
def test_an_empty_file_is_no_log_file(content):
    with pytest.raises(UnreadableFile, match="the file is empty"):
        entries(content)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_of_a_very_long_file_lines_are_read_some_at_a_time(pack, monkeypatch):
    read_in_pieces(monkeypatch)
    lines = [json.dumps({"eventID": str(number)}) for number in range(100)]

    assert [(place, each["eventID"]) for place, each in read(pack("\n".join(lines).encode()), most=200)] == [
        (f"line {number}", str(number - 1)) for number in range(1, 101)
    ]


def test_one_value_that_is_too_long_is_named(monkeypatch):
    read_in_pieces(monkeypatch)

    with pytest.raises(UnreadableFile, match="and not one record a line"):
        entries(LOG * 10, most=200)


def test_a_digest_is_known_by_its_content():
    digest = {
        "digestStartTime": "2026-11-20T11:00:00Z",
        "digestEndTime": "2026-11-20T12:00:00Z",
        "logFiles": [],
    }

    assert [part.is_digest for part in parts(io.BytesIO(json.dumps(digest).encode()))] == [True]
    assert [part.is_digest for part in parts(io.BytesIO(LOG.encode()))] == [False]


def test_what_nests_too_deeply_is_left_to_the_reader_of_records():
    (entry,) = entries("[" * 100_000)

    assert entry.place == "line 1"
    assert not entry.is_envelope
