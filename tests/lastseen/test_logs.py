import gzip
import json

import pytest

from lastseen.logs import UnreadableFile, entries

ONE, TWO = {"eventID": "1"}, {"eventID": "2"}
LOG = json.dumps({"Records": [ONE, TWO]})
LINES = f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n"


@pytest.fixture
def read(tmp_path):
    def read(content, name="log.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [(entry.place, json.loads(entry.body)) for entry in entries(path)]

    return read


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
def test_records_are_found_where_they_stand(read, pack, content, found):
    assert read(pack(content.encode())) == found


def test_gzip_is_known_by_its_content(read):
    assert len(read(gzip.compress(LOG.encode()), "log.txt")) == 2


def test_an_envelope_is_told_from_a_record(tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        '{"source": "aws.s3", "detail": {"eventID": "1"}}\n{"eventID": "2", "requestParameters": {"detail": 1}}\nnonsense'
    )

    assert [entry.is_envelope for entry in entries(path)] == [True, False, False]


def test_a_truncated_gzip_is_named(tmp_path):
    path = tmp_path / "cut.json.gz"
    path.write_bytes(gzip.compress(LOG.encode() * 100)[:-20])

    with pytest.raises(UnreadableFile, match="not a whole gzip file"):
        list(entries(path))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match="No such file or directory"):
        list(entries(tmp_path / "gone.json"))


@pytest.mark.parametrize("content", [b"", b" \n\n", gzip.compress(b"")])
def test_an_empty_file_is_no_log_file(read, content):
    with pytest.raises(UnreadableFile, match="the file is empty"):
        read(content)


def test_what_nests_too_deeply_is_left_to_the_reader_of_records(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000)

    assert [entry.place for entry in entries(path)] == ["line 1"]
    assert not next(entries(path)).is_envelope
