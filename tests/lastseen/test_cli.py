"""The command as it is installed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from builders import ACCOUNT, record, sample
from logfiles import key, log, save, seen
from typer.testing import CliRunner

from lastseen.__main__ import app
from lastseen.demo.local_aws import forget, make_table

LASTSEEN = Path(sys.executable).with_name("lastseen")


def without_settings(environment):
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | environment


def installed(*arguments):
    """The command in a process of its own."""
    command, env = [LASTSEEN, *map(str, arguments)], without_settings({})
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def run(*arguments, **environment):
    """The command with these settings and no others."""
    with patch.dict(os.environ, without_settings(environment), clear=True):
        forget()
        return CliRunner().invoke(app, [*map(str, arguments)])


def test_a_local_replay_prints_the_table_and_the_summary(tmp_path):
    (tmp_path / "log.json").write_text(sample("denied-call"))
    done = installed("replay", "--local", tmp_path / "log.json")

    assert done.returncode == 0, done.stderr
    assert "arn:aws:iam::123456789012:user/bob\n  refused unique id AIDAEXAMPLEBOB0000001" in done.stdout
    assert "AccessDenied, eu-west-1, 203.0.113.150" in done.stdout
    assert done.stdout.endswith(
        "        1 file read (0.0 MB)\n"
        "        1 record read, of which\n"
        "        1 sighted a principal (principals: 1; sightings: 1)\n"
        "        0 sighted no principal:\n"
        "        0 could not be read\n"
        "        4 items written to the table\n"
        "        0 items in the table were as new or newer\n"
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
            "files": 1,
            "regions": 0,
            "bytes": len(sample("root-sign-in")),
            "already_done": 0,
            "skipped": {},
            "records": 1,
            "sighted": 1,
            "sightings": 1,
            "principals": 1,
            "filtered": 0,
            "filtered_accounts": [],
            "filtered_regions": [],
            "writes": 4,
            "superseded": 0,
            "ignored": {},
            "unreadable": [],
            "unnamed": 0,
            "unreadable_records": 0,
            "failed": [],
            "empty": [],
            "stopped": "",
        }
    }


def test_a_file_that_is_no_log_file_is_named_once(tmp_path):
    bad, worse = tmp_path / "a.json", tmp_path / "b.json"
    bad.write_text("a text\nof three\nlines\n")
    worse.write_text("another\n")
    done = run("replay", "--local", bad, worse)

    assert done.exit_code == 1
    first, second = sorted(done.stderr.splitlines())
    assert first.startswith(f"lastseen: unreadable: {bad}, line 1: ")
    assert first.endswith(" (2 more in this file)")
    assert second.startswith(f"lastseen: unreadable: {worse}, line 1: ")


@pytest.mark.parametrize("columns", [80, 60])
def test_the_list_of_commands_is_not_cut(columns):
    listed = run("--help", COLUMNS=str(columns)).stdout.partition("Commands:\n")[2].splitlines()

    assert [line.split()[0] for line in listed] == (
        [
            "who",
            "list",
            "coverage",
            "doctor",
            "report",
            "snooze",
            "unsnooze",
            "replay",
            "restore",
            "event",
            "demo",
            "cost",
        ]
    )
    assert all(line.endswith(".") and not line.endswith("..") for line in listed)


def test_one_bad_line_stops_nothing_and_is_told_by_the_exit_status(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(f"nonsense\n{json.dumps(record())}\n")
    done = run("replay", "--local", path)

    assert done.exit_code == 1
    assert "        1 sighted a principal" in done.stdout
    assert done.stderr.startswith(f"lastseen: unreadable: {path}, line 1: not a record that can be read")


def test_without_a_table_it_says_what_to_do():
    done = run("replay", "log.json")

    assert done.exit_code == 2
    assert done.stderr == (
        "lastseen: no table is named: give --table, --stack or --db, or set ACTIVITY_TABLE\n"
    )


def test_without_a_region_it_says_so():
    done = run("replay", "log.json", ACTIVITY_TABLE="activity", AWS_CONFIG_FILE=os.devnull)

    assert done.exit_code == 2
    assert done.stderr.startswith("lastseen: no AWS region: give --region, or set AWS_DEFAULT_REGION")


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

    assert (done.exit_code, done.stderr) == (2, says)


@pytest.mark.parametrize("content", ["[" * 100_000, "", "\x00\x01\n\x02"])
def test_one_bad_file_stops_no_other(tmp_path, content):
    (tmp_path / "bad.json").write_text(content)
    (tmp_path / "good.json").write_text(sample("denied-call"))
    done = run("replay", "--local", tmp_path / "bad.json", tmp_path / "gone", tmp_path / "good.json")

    assert done.exit_code == 1
    assert "        1 sighted a principal" in done.stdout
    assert f"lastseen: unreadable: {tmp_path / 'gone'}: No such file or directory\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_replay_writes_exact_times_to_the_table_on_aws(tmp_path, items, on_aws):
    path = tmp_path / "log.jsonl"
    path.write_text(f"{json.dumps(record())}\n{json.dumps(record(eventTime='2026-11-20T12:00:01Z'))}")
    done = on_aws(path)

    assert done.exit_code == 0, done.output
    assert "5 items written to the table" in done.output
    assert {item["last_seen"] for item in items().values()} == {"2026-11-20T12:00:01Z"}


@pytest.fixture
def on_aws(dynamodb, monkeypatch, tmp_path):
    """The command, on the AWS of this process."""
    monkeypatch.setenv("ACTIVITY_TABLE", "activity")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return lambda *arguments: CliRunner().invoke(app, ["replay", *map(str, arguments)])


@pytest.mark.parametrize(("said", "months"), [("", {"d2611"}), ("false", set())])
def test_a_replay_keeps_days_of_people_as_the_stack_does(tmp_path, items, on_aws, monkeypatch, said, months):
    monkeypatch.setenv("DAYS_OF_PEOPLE", said)
    (tmp_path / "log.jsonl").write_text(json.dumps(record()))
    assert on_aws(tmp_path / "log.jsonl").exit_code == 0

    kept = {name for key, item in items().items() if key[0] != "coverage" for name in item if name[:3] == "d26"}
    assert kept == months


def test_a_second_run_reads_only_what_is_new(on_aws, tmp_path):
    save(tmp_path / "logs", {key(n=1): log()})
    on_aws(tmp_path / "logs")
    save(tmp_path / "logs", {key(n=2): log(record(eventTime="2026-11-21T12:00:00Z"))})
    second = on_aws(tmp_path / "logs")
    again = on_aws(tmp_path / "logs", "--again")

    assert "        1 file read (0.0 MB)\n        1 file read before and left out" in second.stdout
    assert "        2 files read" in again.stdout
    assert "        0 items written to the table" in again.stdout
    assert (tmp_path / "state" / "lastseen" / "replayed.sqlite").is_file()


def test_a_table_that_was_made_again_is_filled_again(on_aws, dynamodb, tmp_path, items):
    save(tmp_path / "logs", {key(): log()})
    on_aws(tmp_path / "logs")
    dynamodb.delete_table(TableName="activity")
    make_table(dynamodb, "activity")
    on_aws(tmp_path / "logs")

    assert len(items()) == 5


def test_a_bucket_is_read_for_what_is_asked_and_nothing_else(on_aws, aws):
    s3 = aws("s3")
    s3.create_bucket(Bucket="trail")
    s3.put_object(Bucket="trail", Key=key(), Body=log(seen(20), seen(19, user="bob")))
    s3.put_object(Bucket="trail", Key=key(region="us-east-1"), Body=log())
    options = (
        "--since",
        "2026-11-20",
        "--until",
        "2026-11-21",
        "--event-region",
        "eu-west-1",
        "--account",
        ACCOUNT,
    )
    done = on_aws("s3://trail", *options, "--json")

    (last,) = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 0
    assert (last["summary"]["records"], last["summary"]["sighted"], last["summary"]["filtered"]) == (2, 1, 1)
    assert last["summary"]["skipped"] == {"unwanted": 1}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["s3://nowhere"], "lastseen: s3://nowhere: there is no such bucket\n"),
        (["x", "--since", "soon"], "lastseen: 'soon' is no time: write 2026-11-01, 2026-11-01T06:00Z or 90d\n"),
        (["x", "--since", "2d", "--until", "3d"], "lastseen: --since has to be before --until\n"),
        (
            ["x", "--until", "9999-12-31"],
            "lastseen: 9999-12-31 is not a time that CloudTrail's files can be of\n",
        ),
        (
            ["x", "--since", "0001-01-01T00:00+10:00"],
            "lastseen: 0001-01-01T00:00+10:00 is not a time that CloudTrail's files can be of\n",
        ),
        (["s3:///AWSLogs/"], "lastseen: s3:///AWSLogs/: it names no bucket\n"),
        (["x", "--account", "prod"], "lastseen: 'prod' is no account: its id has 12 digits\n"),
        (["x", "--state", os.devnull + "/x"], "lastseen: what is done cannot be kept in /dev/null/x: "),
    ],
)
def test_what_cannot_be_begun_is_told_in_one_line(on_aws, arguments, says):
    done = on_aws(*arguments)

    assert done.exit_code == 2
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["who", ""], "HANDLE"),
        (["who", "alice", "--table", ""], "--table"),
        (["list", "--stack="], "--stack"),
        (["list", "--service", " "], "--service"),
        (["coverage", "--profile", ""], "--profile"),
        (["replay", "--local", ""], "SOURCE..."),
        (["replay", "--local", "a.json", ""], "SOURCE..."),
        (["replay", "--local", "a.json", "--since", ""], "--since"),
        (
            ["replay", "--local", "a.json", "--event-region", "eu-west-1", "--event-region", ""],
            "--event-region",
        ),
        (["replay", "a.json", "--state", ""], "--state"),
        (["report", "--html", ""], "--html"),
        (["cost", "--stack", ""], "--stack"),
    ],
)
def test_a_variable_that_is_not_set_is_not_taken_for_nothing_given(on_aws, tmp_path, monkeypatch, words, named):
    monkeypatch.chdir(save(tmp_path / "logs", {"a.json": log()}))
    done = CliRunner().invoke(app, words)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"lastseen: {named} is empty: is a variable of the shell not set?\n"


def test_files_that_another_version_marked_as_done_are_read_again_and_that_is_said(on_aws, tmp_path):
    logs, state = save(tmp_path / "logs", {key(): log()}), tmp_path / "state.sqlite"
    on_aws(logs, "--state", state)
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE done SET wanted = '{}'")
    second, third = on_aws(logs, "--state", state), on_aws(logs, "--state", state)

    assert "        1 file read" in second.stdout
    assert second.stderr == (
        "lastseen: 1 file was marked as done by another version of lastseen, and is read again\n"
    )
    assert "        1 file read before and left out" in third.stdout
    assert third.stderr == ""


def test_without_credentials_it_says_so(tmp_path):
    nowhere = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    table = run("replay", "log.json", ACTIVITY_TABLE="activity", HOME=str(tmp_path), **nowhere)
    bucket = run("replay", "--local", "s3://bucket", HOME=str(tmp_path), **nowhere)

    assert table.exit_code == 2
    assert table.stderr.startswith("lastseen: no AWS credentials: log in")
    assert bucket.exit_code == 2
    assert bucket.stderr.startswith("lastseen: s3://bucket: no AWS credentials: log in")


def test_a_table_that_is_not_there_is_told_before_anything_is_read(tmp_path, aws, monkeypatch):
    monkeypatch.setenv("ACTIVITY_TABLE", "no-such-table")
    done = CliRunner().invoke(app, ["replay", str(save(tmp_path, {"a.json.gz": log()}))])

    assert done.exit_code == 2
    assert done.stderr == (
        "lastseen: there is no table no-such-table in us-east-1 of this account:"
        " see --table, --region and --profile\n"
    )


def test_the_table_may_be_named_by_an_option(on_aws, monkeypatch, tmp_path, items):
    monkeypatch.delenv("ACTIVITY_TABLE")
    done = on_aws(save(tmp_path / "logs", {key(): log()}), "--table", "activity")

    assert done.exit_code == 0, done.output
    assert len(items()) == 5


def test_the_region_that_is_asked_for_is_that_of_events_and_not_the_tables(on_aws, tmp_path, items):
    done = on_aws(save(tmp_path / "logs", {key(): log()}), "--event-region", "ap-south-1")

    assert (done.exit_code, items()) == (1, {})
    assert "        1 file or whole folder left out: unwanted" in done.stdout


@pytest.mark.parametrize(
    ("options", "files", "says"),
    [
        pytest.param(
            ["--event-region", "europe"],
            {"a.json": log(record(), record(awsRegion="us-east-1"))},
            "lastseen: europe is not a known AWS region\n"
            "lastseen: Nothing matched --event-region europe: the records are of eu-west-1, us-east-1\n",
            id="a region that is none, by the records",
        ),
        pytest.param(
            ["--event-region", "ap-south-1"],
            {key(): log(), key(region="sa-east-1"): log()},
            "lastseen: Nothing matched --event-region ap-south-1: the records are of eu-west-1, sa-east-1\n",
            id="by the names of files",
        ),
        pytest.param(
            ["--account", "210987654321", "--event-region", "us-gov-west-1"],
            {f"AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/x.json.gz": log()},
            "lastseen: Nothing matched --account 210987654321 --event-region us-gov-west-1: the records are of"
            f" {ACCOUNT}\n",
            id="by the names of folders",
        ),
        pytest.param(
            ["--since", "2026-12-01"],
            {"a.json": log()},
            "lastseen: Nothing matched --since 2026-12-01T00:00:00Z\n",
            id="a time",
        ),
    ],
)
def test_where_nothing_is_as_was_asked_for_it_says_what_there_is_instead(
    on_aws, tmp_path, options, files, says
):
    done = on_aws(save(tmp_path / "logs", files), "--local", *options)

    assert (done.exit_code, done.stderr) == (1, says)
    assert done.stdout.startswith("        ")
    assert on_aws(tmp_path / "logs", "--local").exit_code == 0


def test_a_bucket_in_which_nothing_is_as_was_asked_for_is_told_so(on_aws, aws):
    aws("s3").create_bucket(Bucket="trail")
    aws("s3").put_object(Bucket="trail", Key=key(), Body=log())
    other, later = (
        on_aws("s3://trail", "--event-region", "us-east-1"),
        on_aws("s3://trail", "--since", "2026-12-01"),
    )

    assert (other.exit_code, other.stderr) == (
        1,
        "lastseen: Nothing matched --event-region us-east-1: the records are of eu-west-1\n",
    )
    assert (later.exit_code, later.stderr) == (1, "lastseen: Nothing matched --since 2026-12-01T00:00:00Z\n")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_several_processes_say_what_there_is_instead(on_aws, tmp_path, jobs):
    files = {f"{n}.json": log(record(awsRegion=f"eu-west-{n % 3 + 1}")) for n in range(70)}
    done = on_aws(save(tmp_path, files), "--local", "--event-region", "us-east-1", "--jobs", jobs)

    assert done.stderr.endswith("the records are of eu-west-1, eu-west-2, eu-west-3\n")


def test_a_region_that_is_none_is_named_though_others_matched(on_aws, tmp_path):
    done = on_aws(
        save(tmp_path / "logs", {"a.json": log()}), "--event-region", "eu-west-1", "--event-region", "europe"
    )

    assert (done.exit_code, done.stderr) == (0, "lastseen: europe is not a known AWS region\n")


@pytest.mark.parametrize("options", [[], ["--event-region", "eu-west-1"]])
def test_a_folder_without_a_log_file_is_named(on_aws, tmp_path, options):
    (tmp_path / "empty").mkdir()
    notes = save(tmp_path / "notes", {"readme.md": "", "AWSLogs/1/CloudTrail-Digest/x.json.gz": log()})
    logs = save(tmp_path / "logs", {"a.json": log()})
    empty, others, beside = (
        on_aws("--local", *sources, *options) for sources in ([tmp_path / "empty"], [notes], [logs, notes])
    )

    assert (empty.exit_code, empty.stdout, empty.stderr) == (
        1,
        "",
        f"lastseen: no log file found in {tmp_path / 'empty'}\n",
    )
    assert (others.exit_code, others.stderr) == (1, f"lastseen: no log file found in {notes}\n")
    assert "        1 file or whole folder left out: not_cloudtrail" in others.stdout
    assert (beside.exit_code, beside.stderr) == (1, f"lastseen: no log file found in {notes}\n")
    assert "        1 file read" in beside.stdout


def test_as_json_a_folder_without_a_log_file_and_what_was_filtered_out_are_in_the_summary(on_aws, tmp_path):
    (tmp_path / "empty").mkdir()
    logs = save(tmp_path / "logs", {"a.json": log()})
    done = on_aws(tmp_path / "empty", logs, "--local", "--event-region", "us-east-1", "--json")
    (last,) = map(json.loads, done.stdout.splitlines())

    assert last["summary"]["empty"] == [str(tmp_path / "empty")]
    assert last["summary"]["filtered_accounts"] == [ACCOUNT]
    assert last["summary"]["filtered_regions"] == ["eu-west-1"]


def test_each_line_of_what_is_wrong_ends(on_aws, tmp_path):
    done = on_aws(tmp_path / "gone.json", tmp_path / "lost.json", "--local")

    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["unreadable", "unreadable"]
    assert done.stderr.endswith("lost.json: No such file or directory\n")


def test_a_profile_that_is_not_there_is_told_for_the_bucket_too(on_aws):
    for options in ([], ["--local"]):
        done = on_aws("s3://trail", "--profile", "nobody", *options)

        assert done.exit_code == 2
        assert done.stderr.startswith(
            "lastseen: The config profile (nobody) could not be found: `aws configure"
        )


def test_a_run_without_aws_takes_no_name_of_a_table(on_aws):
    done = on_aws("log.json", "--local", "--stack", "last-activity")

    assert done.exit_code == 2
    assert done.stderr == "lastseen: --local is a table by itself: leave out --table, --stack and --db\n"


def test_a_process_that_reads_loads_neither_aws_nor_the_command():
    assert not {"boto3", "botocore", "typer", "rich", "moto"} & loaded_by(
        "lastseen.entry, lastseen.past.workers"
    )


def test_no_command_waits_for_what_the_demo_alone_needs():
    assert not {"moto", "werkzeug", "responses"} & loaded_by("lastseen.__main__")


def loaded_by(modules):
    script = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_ctrl_c_writes_what_was_read_and_says_how_to_go_on(tmp_path):
    os.mkfifo(tmp_path / "b.jsonl")
    save(tmp_path, {"a.jsonl": json.dumps(record())})
    command = [LASTSEEN, "replay", "--local", "--json", tmp_path / "b.jsonl", tmp_path / "a.jsonl"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with (tmp_path / "b.jsonl").open("w") as pipe:  # It is being read once this can be opened.
        running.send_signal(signal.SIGINT)
        told = running.stderr.readline()
        pipe.write(json.dumps(record()))
    out, err = running.communicate(timeout=60)

    assert told == "lastseen: stopping: what has been read is being written; Ctrl-C again to stop at once\n"
    assert err == "lastseen: interrupted; the same command goes on from here\n"
    assert running.returncode == 130
    assert len(out.splitlines()) == 6
    assert json.loads(out.splitlines()[-1])["summary"]["files"] == 1


@pytest.mark.parametrize("arguments", [[], ["replay"]])
def test_a_call_without_what_it_needs_teaches(arguments):
    done = installed(*arguments)

    assert done.returncode == 2
    assert "Usage: lastseen" in done.stdout + done.stderr


def test_the_demo_as_json_is_findings_and_items():
    done = run("demo", "--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["kind"] for line in lines if "kind" in line} == {"user", "password", "access_key", "role"}
    assert any(line.get("facet") == "IP#198.51.100.7" for line in lines)


def test_a_region_that_is_meant_to_choose_events_is_refused(tmp_path):
    done = run("replay", str(save(tmp_path, {"log.json": log()})), "--local", "--region", "eu-west-1")

    assert done.exit_code == 2
    assert done.stderr == (
        "lastseen: --region is that of the table and the bucket: to choose events, give --event-region\n"
    )
