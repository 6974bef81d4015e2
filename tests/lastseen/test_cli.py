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
        "        1 records read, of which\n"
        "        1 sighted a principal (principals: 1; sightings: 1)\n"
        "        0 sighted none:\n"
        "        0 could not be read\n"
        "        4 items written to the table\n"
        "        0 items left as they were: as new or newer\n"
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
    assert "        1 sighted a principal" in done.stdout
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
    assert done.stderr.startswith("lastseen: no AWS region: set AWS_DEFAULT_REGION")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"RETENTION_DAYS": "abc"}, "lastseen: RETENTION_DAYS must be a whole number from 1, not 'abc'\n"),
        ({"AWS_ENDPOINT_URL": "nowhere"}, "lastseen: Invalid endpoint: nowhere\n"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(setting, says):
    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    done = run(
        "replay", "log.json", ACTIVITY_TABLE="activity", AWS_DEFAULT_REGION="eu-west-1", **credentials | setting
    )

    assert (done.returncode, done.stderr) == (2, says)


@pytest.mark.parametrize("content", ["[" * 100_000, "", "\x00\x01\n\x02"])
def test_one_bad_file_stops_no_other(tmp_path, content):
    (tmp_path / "bad.json").write_text(content)
    (tmp_path / "good.json").write_text(sample("denied-call"))
    done = run("replay", "--local", tmp_path / "bad.json", tmp_path, tmp_path / "good.json")

    assert done.returncode == 1
    assert "        1 sighted a principal" in done.stdout
    assert f"lastseen: unreadable: {tmp_path}: Is a directory\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_replay_writes_exact_times_to_the_table_on_aws(tmp_path, items, monkeypatch):
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    path = tmp_path / "log.jsonl"
    path.write_text(f"{json.dumps(record())}\n{json.dumps(record(eventTime='2026-11-20T12:00:01Z'))}")
    done = CliRunner().invoke(app, ["replay", str(path)])

    assert done.exit_code == 0, done.output
    assert "5 items written to the table" in done.output
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


def test_the_demo_as_json_is_findings_and_items():
    done = run("demo", "--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["kind"] for line in lines if "kind" in line} == {"user", "password", "access_key", "role"}
    assert any(line.get("facet") == "IP#198.51.100.7" for line in lines)
