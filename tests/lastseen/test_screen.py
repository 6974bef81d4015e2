"""What is printed on a terminal, and what is not."""

import io
import os
import subprocess
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from asking import ask
from builders import ALICE, activity

from lastseen.__main__ import app
from lastseen.screen import aligned
from lastseen.terminal import patience, shown
from lastseen.times import noun

TERMINAL = {"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": None}


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain text, ünïcode 名前", "plain text, ünïcode 名前"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u202eabc\u200b", r"\u202eabc\u200b"),
        ("\x9b2J\ud800", r"\x9b2J\ud800"),
    ],
)
def test_what_would_move_the_cursor_or_turn_the_text_is_spelled_out(text, spelled):
    assert shown(text) == spelled


def test_columns_are_as_wide_as_they_look():
    assert aligned([("名前", "x"), ("a", "y"), ("long name", "")]) == [
        "名前       x",
        "a          y",
        "long name",
    ]


def test_on_a_terminal_headings_stand_out_and_no_event_can_draw(table):
    table.record(activity(facet="SESSION#\x1b[2J[red]x", user_agent="\x1b[2J[red]x[/red]"))
    table.record(activity(user_agent="\x1b[2J[red]x[/red]"))
    done = ask("who", ALICE, **TERMINAL)

    assert f"\x1b[1m{ALICE}\x1b[0m" in done.stdout
    assert "\x1b[2J" not in done.stdout
    assert r"session \x1b[2J[red]x" in done.stdout
    assert r"user agent  \x1b[2J[red]x[/red]" in done.stdout


@pytest.mark.parametrize(("words", "environment"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"})])
def test_without_colors_there_is_no_escape_sequence(table, words, environment):
    table.record(activity())

    assert "\x1b" not in ask("who", ALICE, *words, **TERMINAL | environment).stdout


def test_a_table_that_is_too_wide_for_the_terminal_has_a_line_for_each_cell_and_a_command_is_whole(table):
    table.record(activity(region="eu-west-1", event_id="46e4fc9d-c4e5-4322-8f30-f6f7b5986477"))
    done = ask("who", ALICE, **TERMINAL | {"COLUMNS": "60"})

    command = "aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=EventId,"
    assert command in done.stdout
    rows = done.stdout[: done.stdout.index("The last event")]
    assert "\n  last seen   2026-11-20T12:00:00Z\n" in rows


def test_what_one_goes_on_with_is_whole_on_a_narrow_terminal(table):
    table.record(activity())
    done = ask("list", **TERMINAL | {"COLUMNS": "60"})

    assert f"{ALICE}\x1b[0m\n  last seen   2026-11-20T12:00:00Z\n" in done.stdout


def test_a_pipe_that_is_not_read_to_its_end_is_no_failure():
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()

        assert (process.stderr.read(), process.wait()) == (b"", 141)


def test_a_command_that_asks_no_table_is_read_no_further_than_one_likes():
    command = [Path(sys.executable).with_name("lastseen"), "cost", "--events", "1M", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()

        assert (process.stderr.read(), process.wait()) == (b"", 141)


def test_the_demo_is_read_no_further_than_one_likes(capfd):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody, redirect_stdout(nobody), pytest.raises(SystemExit) as ended:
        app(["demo"])

    assert (capfd.readouterr().err, ended.value.code) == ("", 141)


PROGRAM = """
import time, typer
from lastseen.screen import Screen
from lastseen.terminal import piped

def main() -> None:
    with piped():
        screen = Screen()
        for _ in range(9):
            time.sleep(0.05)
            screen.line("x" * 9000)

typer.run(main)
"""


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("file",), "files"),
        (1, ("file",), "file"),
        (2, ("file",), "files"),
        (1, ("was", "were"), "was"),
        (2, ("was", "were"), "were"),
    ],
)
def test_of_one_thing_the_singular_is_said(count, words, said):
    assert noun(count, *words) == said


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "after", "said"),
    [
        (Terminal(), 0, "lastseen: reading every name; this may take a while\n"),
        (Terminal(), 60, ""),
        (io.StringIO(), 0, ""),
    ],
    ids=["slow", "fast", "no terminal"],
)
def test_what_takes_long_is_told_on_a_terminal_alone(monkeypatch, stream, after, said):
    monkeypatch.setattr(sys, "stderr", stream)
    with patience("every name", after=after):
        time.sleep(0.2)

    assert stream.getvalue() == said


def test_on_a_narrow_terminal_a_fact_goes_on_below_its_beginning_and_a_sentence_breaks_between_words(table):
    table.record(activity(user_agent="aws-cli/2.31.9 md/awscrt ua/2.1 os/linux lang/python md/pyimpl"))
    table.record(activity(facet="IP#198.51.100.7"))
    facts = ask("who", ALICE, **TERMINAL | {"COLUMNS": "60"}).stdout
    caveat = ask("who", "198.51.100.7", **TERMINAL | {"COLUMNS": "60"}).stdout

    assert "user agent  aws-cli/2.31.9 md/awscrt ua/2.1 os/linux\n            lang/python md/pyimpl\n" in facts
    assert "Addresses are kept of people: users, root, Identity Center.\nOf other roles" in caveat
