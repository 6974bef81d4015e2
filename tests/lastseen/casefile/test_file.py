"""The file of a case, as it is met by those who open it: another program's, broken, in use."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from builders import ALICE, ROOT, activity

from lastseen.casefile.file import VERSION, CaseFile, UnusableCase
from lastseen.casefile.table import CaseTable

MANY = [activity(number, facet=f"SERVICE#{number}", user_agent="x" * 300) for number in range(300)]
KEY = ALICE, "ID#AIDAALICE"


@pytest.fixture
def path(tmp_path):
    """Of a case file with a few pages."""
    made = tmp_path / "case.sqlite"
    with closing(CaseFile(made, makes=True)) as file:
        assert not CaseTable(file).record_all(MANY).failed
    return made


def changed(path, *statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for each in statements:
            connection.execute(each)
    return path


def complaint(path, **more):
    with pytest.raises(UnusableCase) as told, closing(CaseFile(path, **more)) as file:
        CaseTable(file).items_of(ALICE)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_what_is_written_is_there_for_whoever_opens_it_next_and_in_one_file(path):
    with closing(CaseFile(path)) as file:
        assert len(CaseTable(file).items_of(ALICE)) == len(MANY)

    assert [each.name for each in path.parent.iterdir()] == ["case.sqlite"]


ITEMS = "SELECT * FROM (SELECT 'a' principal, 'b' facet, '{}' item, '' session_name, '' source_ip)"


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(
            ["DROP TABLE items", f"CREATE VIEW items AS {ITEMS}"], id="a view that answers what it likes"
        ),
        pytest.param(["DROP TABLE items", "CREATE TABLE items (principal, item)"], id="other columns"),
        pytest.param([f"CREATE VIEW more AS {ITEMS}"], id="a view beside it"),
        pytest.param(["CREATE TRIGGER t AFTER INSERT ON items BEGIN DELETE FROM items; END"], id="a trigger"),
    ],
)
def test_a_file_that_somebody_forged_is_no_case_file(path, statements):
    assert "has other tables than a case file: name another file" in complaint(changed(path, *statements))


@pytest.mark.parametrize(
    "item",
    [
        "[]",
        "7",
        "null",
        '{"last_seen": "x"}',
        '{"last_seen": {}}',
        '{"last_seen": {"S": null}}',
        '{"x": {"N": [1]}}',
        '{"source_ip": {"S": 7}}',
        '{"mfa": {"BOOL": "yes"}}',
        "[" * 100_000,
        "no JSON",
    ],
)
def test_an_item_that_somebody_forged_has_only_its_problem(path, item):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO items VALUES (?, ?, ?, NULL, NULL)", (*KEY, item))
    with closing(CaseFile(path)) as file:
        (found,) = CaseTable(file).get([KEY]).values()

    assert found.activity is None
    assert "cannot be read: " in found.problem


def test_a_file_that_is_not_there_is_not_made_by_reading(tmp_path):
    path = tmp_path / "case.sqlite"

    assert complaint(path).endswith(f"make it with lastseen replay LOGS --db {path}")
    assert not path.exists()


def test_an_empty_file_is_told_and_becomes_a_case_file_by_writing(tmp_path):
    path = tmp_path / "case.sqlite"
    path.touch()

    assert "is empty: make it with lastseen replay" in complaint(path)
    with closing(CaseFile(path, makes=True)) as file:
        assert CaseTable(file).record(activity(0)).is_written


@pytest.mark.parametrize("makes", [False, True])
def test_a_file_of_something_else_is_told_and_left_as_it_is(tmp_path, makes):
    path = tmp_path / "report.csv"
    path.write_text("user,arn\n" * 200)

    assert "is not a case file: name another, or make a new one" in complaint(path, makes=makes)
    assert path.read_text() == "user,arn\n" * 200


@pytest.mark.parametrize("makes", [False, True])
def test_a_database_of_another_program_is_told_and_left_as_it_is(tmp_path, makes):
    path = changed(tmp_path / "cookies.sqlite", "CREATE TABLE cookies (name TEXT)")
    before = path.read_bytes()

    assert "is a database of another program" in complaint(path, makes=makes)
    assert path.read_bytes() == before


@pytest.mark.parametrize("makes", [False, True])
def test_a_case_file_of_another_version_is_told(path, makes):
    changed(path, f"PRAGMA user_version = {VERSION + 1}")

    assert f"another version of lastseen (format {VERSION + 1}; this one has {VERSION})" in complaint(
        path, makes=makes
    )


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
@pytest.mark.parametrize("makes", [False, True])
def test_a_file_that_is_cut_off_is_told(path, share, makes):
    whole = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(int(whole * share))

    assert f"is cut off: its last {whole - int(whole * share):,} bytes are missing" in complaint(
        path, makes=makes
    )


def test_a_file_that_is_damaged_within_is_told(path):
    content = bytearray(path.read_bytes())
    for at in range(4096 * 2, len(content), 4096):
        content[at : at + 200] = b"\xff" * 200
    path.write_bytes(content)

    assert "is damaged (" in complaint(path)


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    assert "cannot be used" in complaint(tmp_path)
    assert "cannot be used" in complaint(tmp_path / "none" / "case.sqlite", makes=True)
    assert "cannot be used" in complaint(tmp_path / ("x" * 300))


@pytest.mark.parametrize("name", ["a case?mode=ro.sqlite", "50%23#.sqlite", "f\u00e4lle.sqlite", ":memory:"])
def test_any_name_of_a_file_will_do(tmp_path, name):
    with closing(CaseFile(tmp_path / name, makes=True)) as file:
        CaseTable(file).record(activity(0))

    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_reading_changes_nothing(path):
    before = path.read_bytes()
    with closing(CaseFile(path)) as file:
        CaseTable(file).items_of(ALICE)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            CaseTable(file).record(activity(0))

    assert path.read_bytes() == before


def test_what_is_being_written_by_another_for_too_long_is_told(path):
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        closing(CaseFile(path, patience=0)) as file,
    ):
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(UnusableCase, match="is being written by another process: try again"):
            CaseTable(file).items_of(ALICE)


def test_what_cannot_be_written_is_told_of_each_and_nothing_is_half_written(path):
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        closing(CaseFile(path, makes=True, patience=0)) as file,
    ):
        other.execute("BEGIN IMMEDIATE")
        outcome = CaseTable(file).record_all([activity(0)])
        other.execute("ROLLBACK")

        assert list(outcome.failed) == [KEY]
        assert "is being written by another process" in outcome.failed[KEY]
        assert CaseTable(file).record_all([activity(0)]).written == 1


def test_a_disk_that_is_full_fails_all_and_leaves_the_file_as_it_was(path):
    with closing(CaseFile(path, makes=True)) as file:
        (pages,) = file.read("PRAGMA page_count")[0]
        file.read(f"PRAGMA max_page_count = {pages}")
        outcome = CaseTable(file).record_all(
            [activity(0, facet=f"KEY#{each}", user_agent="x" * 900) for each in range(50)]
        )

        assert len(outcome.failed) == 50
        assert "is full" in next(iter(outcome.failed.values()))
        assert len(CaseTable(file).items_of(ALICE)) == len(MANY)


WRITER = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from builders import activity
from lastseen.casefile.file import CaseFile
from lastseen.casefile.table import CaseTable
table = CaseTable(CaseFile(Path(sys.argv[1]), makes=True))
own = int(sys.argv[2])
for number in range(60):
    outcome = table.record_all([activity(2 * number + own, f"{own}"), activity(number, facet=f"KEY#{own}")])
    assert not outcome.failed, outcome.failed
"""


def test_two_processes_write_one_file_at_once_and_neither_loses_anything(tmp_path):
    """Nor do they both make it."""
    path = tmp_path / "case.sqlite"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, path, str(own), ROOT / "tests"], cwd=ROOT, stderr=subprocess.PIPE
        )
        for own in (0, 1)
    ]
    assert [each.communicate(timeout=60)[1] for each in both] == [b"", b""]

    with closing(CaseFile(path)) as file:
        found = {facet: item.activity for (_, facet), item in CaseTable(file).items_of(ALICE).items()}
    assert found == {
        "ID#AIDAALICE": activity(119, "1", first=0),
        "KEY#0": activity(59, facet="KEY#0", first=0),
        "KEY#1": activity(59, facet="KEY#1", first=0),
    }


def test_an_item_that_was_edited_is_named_and_ends_no_other(path):
    changed(
        path,
        "UPDATE items SET item = '{' WHERE facet = 'SERVICE#7'",
        "UPDATE items SET item = '{}' WHERE facet = 'SERVICE#8'",
    )
    with closing(CaseFile(path, makes=True)) as file:
        items = CaseTable(file).items_of(ALICE)
        outcome = CaseTable(file).record_all(
            [activity(900, facet="SERVICE#7"), activity(900, facet="SERVICE#9")]
        )

    assert "facet SERVICE#7 cannot be read: it is no JSON" in items[ALICE, "SERVICE#7"].problem
    assert items[ALICE, "SERVICE#8"].activity is None
    assert items[ALICE, "SERVICE#9"].activity == MANY[9]
    assert (list(outcome.failed), outcome.written) == ([(ALICE, "SERVICE#7")], 1)


def test_a_name_that_no_file_can_keep_fails_by_itself(tmp_path):
    with closing(CaseFile(tmp_path / "case.sqlite", makes=True)) as file:
        outcome = CaseTable(file).record_all([activity(0, principal="\ud800"), activity(0)])

    assert (outcome.written, list(outcome.failed)) == (1, [("\ud800", "ID#AIDAALICE")])


def test_a_copy_is_as_good(path, tmp_path):
    copy = shutil.copy(path, tmp_path / "copy.sqlite")

    with closing(CaseFile(copy)) as file:
        assert len(CaseTable(file).items_of(ALICE)) == len(MANY)
