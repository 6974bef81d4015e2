import gzip
import io
import json
import time
import tracemalloc

import pytest
from builders import envelope, record

from ingest.logfile import entries as entries_of
from ingest.logfile import named, runs
from ingest.parts import parts
from ingest.unpacking import UnreadableFile

ONE, TWO = {"eventID": "1"}, {"eventID": "2"}
LOG = json.dumps({"Records": [ONE, TWO]})
MANY = f"{json.dumps(ONE)}\n" + "".join(f'{{"eventID": "{number**9}"}}\n' for number in range(500))
LINES = f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n"


def looked_up(*records):
    """As `aws cloudtrail lookup-events` prints them."""
    return json.dumps({"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(each)} for each in records]})


class Stream(io.BytesIO):
    """Of a bucket or a file; nobody may ask it for all that it has."""

    def read(self, size):
        assert 0 < size <= 1 << 20
        return super().read(size)


def entries(content, **more):
    content = content if isinstance(content, bytes) else content.encode()
    return [entry for part in parts(Stream(content), **more) for entry in entries_of(part, 0)]


def read(content, **more):
    return [(entry.place, json.loads(entry.body)) for entry in entries(content, **more)]


def read_in_pieces(monkeypatch):
    """As short against the limit of the test as real ones are against the real limit."""
    for name in ("_FIRST_BLOCK", "_BLOCK", "_PIECE", "_SMALL"):
        monkeypatch.setattr(f"ingest.unpacking.{name}", 50)


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
        pytest.param(looked_up(ONE, TWO), [("record 1", ONE), ("record 2", TWO)], id="looked up events"),
        pytest.param(
            json.dumps(json.loads(looked_up(ONE)), indent=4),
            [("record 1", ONE)],
            id="as the AWS CLI prints them",
        ),
        pytest.param(looked_up(), [], id="none looked up"),
        pytest.param(
            json.dumps(ONE | {"CloudTrailEvent": "{}"}),
            [("line 1", ONE | {"CloudTrailEvent": "{}"})],
            id="a record that has such a field",
        ),
        pytest.param("\ufeff" + LOG, [("record 1", ONE), ("record 2", TWO)], id="a byte order mark"),
        pytest.param(f"{LOG}\n", [("record 1", ONE), ("record 2", TWO)], id="a log file that ends its line"),
        pytest.param('{"Records": []}', [], id="no records"),
    ],
)
def test_records_are_found_where_they_stand(pack, content, found):
    assert read(pack(content.encode())) == found


ENVELOPE = {"source": "aws.s3", "detail": ONE}
INDENTED, COMPACT = json.dumps(json.loads(LOG), indent=2), json.dumps(json.loads(LOG), separators=(",", ":"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("content", "places"),
    [
        pytest.param(
            LOG + COMPACT,
            [
                "line 1, record 1",
                "line 1, record 2",
                "line 1, column 50, record 1",
                "line 1, column 50, record 2",
            ],
            id="log files without anything between",
        ),
        pytest.param(
            f"{LOG}\n\n{LOG}\n",
            ["line 1, record 1", "line 1, record 2", "line 3, record 1", "line 3, record 2"],
            id="a log file a line",
        ),
        pytest.param(
            INDENTED + "\n" + INDENTED,
            ["line 1, record 1", "line 1, record 2", "line 11, record 1", "line 11, record 2"],
            id="indented",
        ),
        pytest.param(
            INDENTED + INDENTED,
            [
                "line 1, record 1",
                "line 1, record 2",
                "line 10, column 2, record 1",
                "line 10, column 2, record 2",
            ],
            id="indented, without anything between",
        ),
        pytest.param(
            json.dumps(ENVELOPE) * 2 + json.dumps(ONE, indent=2) + f"\n{json.dumps(TWO)}",
            ["line 1", "line 1, column 49", "line 1, column 97", "line 4"],
            id="envelopes and records in any way",
        ),
        pytest.param(
            f"\n{json.dumps(ENVELOPE) * 2}", ["line 2", "line 2, column 49"], id="a blank line before"
        ),
        pytest.param(
            f"{LOG},\n{json.dumps(ONE)}", ["line 1, record 1", "line 1, record 2", "line 2"], id="commas"
        ),
        pytest.param(
            f"\ufeff{LOG}\n\ufeff{LOG}",
            ["line 1, record 1", "line 1, record 2", "line 2, record 1", "line 2, record 2"],
            id="files with a byte order mark, one after another",
        ),
        pytest.param(
            json.dumps([ONE, TWO]) + json.dumps({"eventID": 'a "}{" in it, and \\'}),
            ["line 1, record 1", "line 1, record 2", "line 1, column 37"],
            id="brackets in a text",
        ),
        pytest.param(
            LOG.replace("{", "{\n").replace("}", "\n}"),
            ["record 1", "record 2"],
            id="lines that are not indented",
        ),
    ],
)
def test_every_document_of_a_file_is_read(pack, content, places):
    found = read(pack(content.encode()))

    assert [place for place, _ in found] == places
    assert all("eventID" in value or "detail" in value for _, value in found)


CUT = '{"Records": [{"eventID": "1"}, {"eventID": "2", "userAgent": "cur'


@pytest.mark.parametrize(
    ("content", "good", "bad"),
    [
        pytest.param(CUT, ["record 1"], ["record 2"], id="alone"),
        pytest.param(
            CUT + LOG,
            ["line 1, record 1", *[f"line 1, column 66, record {n}" for n in (1, 2)]],
            ["line 1, record 2"],
            id="before a log file",
        ),
        pytest.param(
            LOG + CUT,
            ["line 1, record 1", "line 1, record 2", "line 1, column 50, record 1"],
            ["line 1, column 50, record 2"],
            id="behind a log file",
        ),
        pytest.param(
            f"{CUT}\n{LINES}", ["line 1, record 1", "line 2", "line 4"], ["line 1, record 2"], id="before lines"
        ),
        pytest.param(
            f'{LINES}{{"eventID": "3\n{LINES}',
            ["line 1", "line 3", "line 5", "line 7"],
            ["line 4"],
            id="a line of many",
        ),
        pytest.param(
            f'{LINES}{{"eventID": {{"a\n{LINES}',
            ["line 1", "line 3", "line 5", "line 7"],
            ["line 4"],
            id="a line of many, at a bracket",
        ),
        pytest.param(
            '{"Records": [{"eventID": "1"}, {"eventID": nonsense}, {"eventID": "3"}]}',
            ["record 1", "record 3"],
            ["record 2"],
            id="one that is no JSON",
        ),
        pytest.param(
            '[{"eventID": "1"},\n{"eventID": nonsense},\n{"eventID": "3"}]',
            ["line 1, column 2", "line 3"],
            ["line 1", "line 2"],
            id="one of an array",
        ),
        pytest.param(
            '{"eventID": nonsense}{"eventID": "2"}', ["line 1, column 22"], ["line 1"], id="beside it"
        ),
        pytest.param(
            f"nonsense\n{LINES}[more", ["line 2", "line 4"], ["line 1", "line 5"], id="lines of something else"
        ),
        pytest.param('{"Records": [1, "two", {"eventID": "3"}]', [], ["record 1"], id="records that are none"),
    ],
)
def test_what_is_cut_off_or_broken_is_an_error_of_its_place_and_nothing_else_is_lost(content, good, bad):
    found = entries(content)

    assert [entry.place for entry in found if is_json(entry)] == good
    assert [entry.place for entry in found if not is_json(entry)] == bad


def is_json(entry):
    try:
        return isinstance(json.loads(entry.body), dict)
    except ValueError:
        return False


def test_a_long_line_of_documents_takes_time_by_its_length_alone():
    """30,000 of them as Firehose writes them; to look through the rest of the line for each took minutes."""
    content = (json.dumps({"detail": record()}) * 30_000).encode()
    began = time.process_time()
    found = entries(content)

    assert len(found) == 30_000
    assert time.process_time() - began < 20


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
    "behind", [b"", b"\0" * 9, b"\0" * 1_400_000], ids=["", "padded", "padded by more than a block"]
)
@pytest.mark.parametrize("second", [ONE, TWO], ids=["alike", "not alike"])
def test_several_gzip_files_one_after_the_other_are_one(second, behind):
    lines = [f"{json.dumps(each)}\n".encode() for each in (ONE, second)]

    assert read(behind.join(map(gzip.compress, lines)) + behind) == [("line 1", ONE), ("line 2", second)]


def test_a_gzip_file_that_ends_with_a_block_does_not_hide_the_one_behind_it(monkeypatch):
    first, second = (gzip.compress(f"{json.dumps(each)}\n".encode()) for each in (ONE, TWO))
    monkeypatch.setattr("ingest.unpacking._FIRST_BLOCK", len(first))

    assert read(first + second) == [("line 1", ONE), ("line 2", TWO)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(gzip.compress(MANY.encode())[:-200], [("line 1", ONE)], id="cut short"),
        pytest.param(
            gzip.compress(LOG.encode()) + b"rubbish",
            [("record 1", ONE), ("record 2", TWO)],
            id="rubbish behind",
        ),
        pytest.param(
            gzip.compress(LOG.encode()) + gzip.compress(LOG.encode())[:10],
            [("record 1", ONE), ("record 2", TWO)],
            id="cut short, behind a whole one",
        ),
        pytest.param(
            gzip.compress(LOG.encode()) + b"\x05\0\0\0",
            [("record 1", ONE), ("record 2", TWO)],
            id="rubbish behind that looks like a length",
        ),
        pytest.param(b"\x1f\x8b\x00", [], id="cut in its head"),
    ],
)
def test_a_gzip_that_is_not_whole_is_named_after_what_could_be_read(content, found):
    read = []

    def read_all():
        for part in parts(io.BytesIO(content)):
            read.extend((entry.place, entry.body) for entry in entries_of(part, 0))

    with pytest.raises(UnreadableFile, match=r"^not a whole gzip file"):
        read_all()

    assert [(place, json.loads(body)) for place, body in read[: len(found)]] == found


@pytest.mark.parametrize(
    "content", [b"", b" \n\n", gzip.compress(b"")], ids=["nothing", "blank", "gzip of nothing"]
)
def test_an_empty_file_is_no_log_file(content):
    with pytest.raises(UnreadableFile, match=r"^the file is empty$"):
        entries(content)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_of_a_very_long_file_lines_are_read_some_at_a_time(pack, monkeypatch):
    read_in_pieces(monkeypatch)
    lines = [json.dumps({"eventID": str(number)}) for number in range(100)]

    assert [(place, each["eventID"]) for place, each in read(pack("\n".join(lines).encode()), size=200)] == [
        (f"line {number}", str(number - 1)) for number in range(1, 101)
    ]


def test_a_very_long_file_may_have_a_log_file_a_line_and_begin_with_something_else(monkeypatch):
    read_in_pieces(monkeypatch)
    logs = [json.dumps({"Records": [record(eventID=str(number))]}) for number in range(2, 50)]
    found, problems, largest = read_all("\n".join(["", "nonsense", *logs]), size=200)

    assert found == {f"line {number + 1}, record 1": str(number) for number in range(2, 50)}
    assert (problems, largest < 1_000) == (["line 2"], True)


def test_a_very_long_file_may_have_its_documents_on_one_line(monkeypatch):
    read_in_pieces(monkeypatch)
    content = (json.dumps({"detail": record()}) * 50).encode()
    found = [(run.size, run.count) for run in runs(Stream(content), size=200)]

    assert sum(count for _, count in found) == 50
    assert max(size for size, _ in found) < 1_000


def test_one_value_that_is_too_long_is_named(monkeypatch):
    with pytest.raises(
        UnreadableFile, match=r"^longer than 1 MB, and neither a list of records nor one record"
    ):
        entries(json.dumps({"Records": "x" * (1 << 20)}), size=1 << 18, most=1 << 20)
    read_in_pieces(monkeypatch)

    with pytest.raises(UnreadableFile, match="and neither a list of records nor one record a line"):
        read_all(json.dumps({"Records": "x" * 400}), size=100, most=200)


def numbered(count, **more):
    return [record(eventID=str(number), **more) for number in range(count)]


def read_all(content, size=3_000, **more):
    """Of a file read in parts of a few records: the ids of its records by place, and the places of problems."""
    found, problems, sizes = {}, [], []
    for run in runs(Stream(content if isinstance(content, bytes) else content.encode()), size, **more):
        found |= {named(place): each.event_id for place, each in run.records}
        problems += [named(place) for place, _ in run.problems]
        sizes.append(run.size)
    return found, problems, max(sizes)


LISTS = {
    "on one line": lambda records: json.dumps({"Records": records}, separators=(",", ":")),
    "with blanks": lambda records: json.dumps({"Records": records}),
    "indented": lambda records: json.dumps({"Records": records}, indent=2),
    "an array": json.dumps,
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", LISTS)
def test_a_long_list_is_read_in_parts_and_records_are_counted_on(form, pack, monkeypatch):
    read_in_pieces(monkeypatch)
    found, problems, largest = read_all(pack(LISTS[form](numbered(100)).encode()))

    assert found == {f"record {number + 1}": str(number) for number in range(100)}
    assert problems == []
    assert largest < 4_000


def test_several_long_log_files_packed_one_after_another_are_all_read(monkeypatch):
    read_in_pieces(monkeypatch)
    packed = [gzip.compress(LISTS["on one line"](numbered(number)).encode()) for number in (30, 1, 40)]
    found, problems, largest = read_all(b"".join(packed))

    assert list(found.values()) == [str(number) for count in (30, 1, 40) for number in range(count)]
    assert (problems, largest < 4_000) == ([], True)


@pytest.mark.parametrize("form", ["on one line", "an array"])
def test_lines_behind_a_long_log_file_are_read(form, monkeypatch):
    read_in_pieces(monkeypatch)
    lines = "\n".join(json.dumps({"eventID": f"line-{number}", **record(eventID=None)}) for number in range(30))
    found, problems, largest = read_all(f"{LISTS[form](numbered(30))}\n{lines}")

    assert sorted(found.values()) == sorted([*map(str, range(30)), *(f"line-{number}" for number in range(30))])
    assert (problems, largest < 5_000) == ([], True)


@pytest.mark.parametrize("bad", [0, 41, 99])
@pytest.mark.parametrize("form", LISTS)
def test_in_a_long_list_one_record_that_cannot_be_read_is_named_by_its_place(form, bad, monkeypatch):
    read_in_pieces(monkeypatch)
    records = numbered(100)
    del records[bad]["eventTime"]
    found, problems, _ = read_all(LISTS[form](records))

    assert problems == [f"record {bad + 1}"]
    assert list(found.values()) == [str(number) for number in range(100) if number != bad]


@pytest.mark.parametrize("left", [10, 30_000, 34_700])
@pytest.mark.parametrize("form", ["on one line", "indented"])
def test_of_a_long_list_that_is_cut_off_all_whole_records_are_read(form, left, monkeypatch):
    read_in_pieces(monkeypatch)
    content = LISTS[form](numbered(100))[:left]
    found, problems, _ = read_all(content)

    whole = content.count('"userIdentity"') - 1
    assert whole <= len(found) <= whole + 1
    assert list(found.values()) == [str(number) for number in range(len(found))]
    assert problems == ([f"record {len(found) + 1}"] if len(found) else ["line 1"])


def test_a_record_that_holds_what_looks_like_records_is_not_cut(monkeypatch):
    """Records of CloudTrail begin with eventVersion; these hold lists of what begins so, too."""
    read_in_pieces(monkeypatch)
    inner = [{"eventVersion": "1.11", "n": n} for n in range(30)]
    records = [{"eventVersion": "1.11", **each} for each in numbered(40, requestParameters={"Records": inner})]
    text = '"},{"eventVersion":"1.11"'
    records[7]["userAgent"] = text
    found, problems, _ = read_all(json.dumps({"Records": records}, separators=(",", ":")), size=5_000)

    assert list(found.values()) == [str(number) for number in range(40)]
    assert problems == []


def test_memory_does_not_grow_with_the_size_of_a_file():
    """What a run holds is let go of before the next one: 3,000 records of 7 KB, in runs of 150."""
    content = gzip.compress(
        json.dumps({"Records": numbered(3_000, requestParameters={"x": "y" * 7_000})}).encode()
    )
    tracemalloc.start()
    try:
        count = sum(run.count for run in runs(io.BytesIO(content)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 3_000
    assert peak < 12 << 20


def test_a_digest_is_known_by_its_content():
    digest = {
        "digestStartTime": "2026-11-20T11:00:00Z",
        "digestEndTime": "2026-11-20T12:00:00Z",
        "logFiles": [],
    }

    content = json.dumps(digest).encode()
    (run,) = runs(io.BytesIO(content))
    assert (run.is_digest, run.size, run.count, [*run.records], run.problems) == (True, len(content), 0, [], [])
    assert [run.is_digest for run in runs(io.BytesIO(LOG.encode()))] == [False]


def test_of_each_line_it_is_told_what_it_holds():
    good = envelope(), envelope(source="my.app"), record(eventID="2")
    content = "\n".join([*map(json.dumps, good), '{"eventID": 3}']).encode()
    (run,) = runs(io.BytesIO(content))

    assert [(place, each.event_id) for place, each in run.records] == [("line 1", "event-1"), ("line 3", "2")]
    ((place, reason),) = run.problems
    assert (place, "Expected `str" in reason) == ("line 4", True)
    assert (run.size, run.count, run.not_from_aws, run.is_digest) == (len(content), 4, 1, False)


def test_what_nests_too_deeply_is_left_to_the_reader_of_records():
    (entry,) = entries("[" * 100_000)

    assert entry.place == "line 1"
    assert not entry.is_envelope
