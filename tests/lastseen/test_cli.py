"""The command as it is installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import record, sample
from typer.testing import CliRunner

from lastseen.__main__ import app

LASTSEEN = Path(sys.executable).with_name("lastseen")


def run(*arguments, **environment):
    """The installed command, on its own."""
    names = "PATH", "HOME"
    env = {name: os.environ[name] for name in names if name in os.environ} | environment
    return subprocess.run(
        [LASTSEEN, *map(str, arguments)], env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_local_replay_prints_the_table_and_the_summary(tmp_path):
    (tmp_path / "log.json").write_text(sample("denied-call"))
    done = run("replay", "--local", tmp_path / "log.json")

    assert done.returncode == 0, done.stderr
    assert "arn:aws:iam::123456789012:user/bob\n  DENIED#AIDAEXAMPLEBOB0000001" in done.stdout
    assert "AccessDenied, eu-west-1, 203.0.113.150" in done.stdout
    assert done.stdout.endswith(
        "        1 records\n"
        "        1 sighted somebody: 1 sightings, principals: 1\n"
        "        0 ignored\n"
        "        0 unreadable\n"
        "        4 items written; as new or newer in the table: 0\n"
    )


def test_as_json_there_is_an_object_a_line_and_nothing_else(tmp_path):
    (tmp_path / "log.json").write_text(sample("root-sign-in"))
    done = run("replay", "--local", "--json", tmp_path / "log.json")

    *items, last = map(json.loads, done.stdout.splitlines())
    assert done.stderr == ""
    assert {(item["principal"], item["facet"]) for item in items} == {
        ("arn:aws:iam::123456789012:root", "ID#123456789012"),
        ("arn:aws:iam::123456789012:root", "SIGNIN"),
        ("arn:aws:iam::123456789012:root", "IP#198.51.100.7"),
        ("coverage", "123456789012#us-east-1"),
    }
    assert last == {
        "summary": {
            "records": 1,
            "sighted": 1,
            "sightings": 1,
            "principals": 1,
            "writes": 4,
            "superseded": 0,
            "ignored": {},
            "unreadable": [],
            "failed": [],
        }
    }


def test_one_bad_line_stops_nothing_and_is_told_by_the_exit_status(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(f"nonsense\n{json.dumps(record())}\n")
    done = run("replay", "--local", path)

    assert done.returncode == 1
    assert "        1 sighted somebody" in done.stdout
    assert done.stderr.startswith(f"lastseen: unreadable: {path}, line 1: not a record that can be read")


def test_without_a_table_it_says_what_to_do():
    done = run("replay", "log.json")

    assert done.returncode == 2
    assert done.stderr == (
        "lastseen: ACTIVITY_TABLE is not set: name the activity table in it, or try --local\n"
    )


def test_without_a_region_it_says_so():
    done = run("replay", "log.json", ACTIVITY_TABLE="activity", AWS_CONFIG_FILE=os.devnull)

    assert done.returncode == 2
    assert done.stderr == "lastseen: You must specify a region.\n"


def test_a_replay_writes_exact_times_to_the_table_on_aws(tmp_path, items, monkeypatch):
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    path = tmp_path / "log.jsonl"
    path.write_text(f"{json.dumps(record())}\n{json.dumps(record(eventTime='2026-11-20T12:00:01Z'))}")
    done = CliRunner().invoke(app, ["replay", str(path)])

    assert done.exit_code == 0, done.output
    assert "5 items written" in done.output
    assert {item["last_seen"] for item in items().values()} == {"2026-11-20T12:00:01Z"}


def test_what_is_not_written_is_told(tmp_path, aws, monkeypatch):
    monkeypatch.setenv("ACTIVITY_TABLE", "no-such-table")
    path = tmp_path / "log.json"
    path.write_text(json.dumps(record()))
    done = CliRunner().invoke(app, ["replay", str(path)])

    assert done.exit_code == 1
    assert "lastseen: not written: 5 items: An error occurred (ResourceNotFoundException)" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["replay"]])
def test_a_call_without_what_it_needs_teaches(arguments):
    done = run(*arguments)

    assert done.returncode == 2
    assert "Usage: lastseen" in done.stdout + done.stderr
