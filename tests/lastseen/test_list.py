"""`lastseen list` and `lastseen coverage`."""

import json

import pytest
from asking import ask, record_samples
from builders import ACCOUNT, ALICE, ALICE_ID, activity, at

DAY = 86400
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
FOREIGN = "arn:aws-cn:iam::210987654321:user/mei"
SCANS = "lastseen: no key answers this, so that all is read: every principal\n"


@pytest.fixture
def people(table):
    """Alice now, bob refused an hour ago, deploy two days ago, mei a hundred days ago; all but deploy are old."""
    table.record(activity(0, first=-200 * DAY))
    table.record(activity(0, facet="SERVICE#kms.amazonaws.com"))
    table.record(
        activity(-3600, first=-200 * DAY, facet="DENIED#AIDABOB", principal=BOB, error_code="AccessDenied")
    )
    table.record(activity(-2 * DAY, facet="ID#AROADEPLOY", principal=DEPLOY))
    table.record(activity(-3 * DAY, facet="SERVICE#kms.amazonaws.com", principal=DEPLOY))
    table.record(activity(-100 * DAY, first=-200 * DAY, facet="ID#AIDAMEI", principal=FOREIGN))


def listed(*words, **more):
    done = ask("list", *words, "--json", **more)
    return [json.loads(line)["principal"] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("options", "principals"),
    [
        pytest.param([], [ALICE, BOB, DEPLOY, FOREIGN], id="the last seen first"),
        pytest.param(["--active", "1h"], [ALICE, BOB], id="refused calls count, to the second"),
        pytest.param(["--active", "59m"], [ALICE], id="active"),
        pytest.param(["--idle", "2d"], [FOREIGN, DEPLOY], id="who is idle for longest first"),
        pytest.param(["--new", "1w"], [DEPLOY], id="new"),
        pytest.param(["--account", "210987654321"], [FOREIGN], id="account"),
        pytest.param(["--type", "role"], [DEPLOY], id="type"),
        pytest.param(["--type", "user", "--idle", "1h"], [FOREIGN, BOB], id="type and idle"),
        pytest.param(["--service", "kms"], [ALICE, DEPLOY], id="service"),
        pytest.param(["--service", "KMS.amazonaws.com", "--idle", "3d"], [DEPLOY], id="idle as to a service"),
        pytest.param(["--service", "kms", "--active", "1d"], [ALICE], id="active in a service"),
    ],
)
def test_options_combine(people, options, principals):
    assert listed(*options) == principals


@pytest.mark.parametrize(
    ("options", "said"), [([], SCANS), (["--service", "kms"], ""), (["--idle", "1d"], SCANS)]
)
def test_a_scan_is_told_and_an_index_is_used_where_one_answers(people, options, said):
    assert ask("list", *options).stderr == said


def test_a_row_has_the_times_and_the_event(people):
    done = ask("list", "--type", "role")

    head, row = done.stdout.splitlines()
    assert head.split("  ")[0] == "principal"
    assert row.split() == [DEPLOY, "2026-11-18T12:00:00Z", "2026-11-18T12:00:00Z"]


def test_one_made_again_under_an_old_name_is_new(table):
    table.record(activity(-10 * DAY, first=-300 * DAY))
    table.record(activity(0, first=-3600, facet="ID#AIDAANOTHER"))

    assert listed("--new", "24h") == [ALICE]


def test_a_service_made_session_that_tells_no_id_makes_nobody_new(table):
    table.record(activity(0, first=-300 * DAY, facet="ID#AROADEPLOY", principal=DEPLOY))
    table.record(activity(0, first=-3600, facet="ID#", principal=DEPLOY))

    assert listed() == [DEPLOY]
    assert listed("--new", "24h") == []


def test_the_flagged_are_found_in_every_account_without_a_scan_of_the_table(people, flags, flag):
    flag((ALICE, f"ID#{ALICE_ID}"), at(-5 * DAY))
    flag((ALICE, "KEY#AKIAALICE"), at(-4 * DAY))
    flag((f"arn:aws:iam::{ACCOUNT}:role/never", "ID#AROANEVER"), at(-9 * DAY))
    flag((DEPLOY, "ID#AROADEPLOY"), at(-9 * DAY))
    flags.awaken((DEPLOY, "ID#AROADEPLOY"), at(0))
    done = ask("list", "--flagged", "--json")

    alice, never = map(json.loads, done.stdout.splitlines())
    assert done.stderr == ""
    assert (alice["flagged"], alice["first_flagged"]) == (
        [f"ID#{ALICE_ID}", "KEY#AKIAALICE"],
        "2026-11-15T12:00:00Z",
    )
    assert never == {
        "principal": f"arn:aws:iam::{ACCOUNT}:role/never",
        "first_flagged": "2026-11-11T12:00:00Z",
        "flagged": ["ID#AROANEVER"],
    }
    assert listed("--flagged", "--account", ACCOUNT) == [ALICE, f"arn:aws:iam::{ACCOUNT}:role/never"]
    assert listed("--flagged", "--idle", "7d") == [f"arn:aws:iam::{ACCOUNT}:role/never"]
    assert listed("--flagged", "--service", "kms") == [ALICE]
    assert listed("--flagged", "--account", "210987654321") == []


def test_flags_have_a_column_where_there_are_any(people, flag):
    flag((ALICE, f"ID#{ALICE_ID}"), at(-5 * DAY))
    done = ask("list")

    assert "since 2026-11-15T12:00:00Z: itself" in done.stdout
    assert done.stdout.splitlines()[0].endswith("flagged")


def test_none_found_says_since_when_it_listens(people, table):
    record_samples(table)
    done = ask("list", "--type", "root", "--active", "1h")

    assert done.exit_code == 1
    assert done.stdout.startswith("No principal in the table is such.\n")
    assert "2026-06-02T07:15:31Z" in done.stdout


def test_none_found_as_json_leaves_standard_output_empty(table):
    done = ask("list", "--json")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "No event has ever come from CloudTrail" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["list", "--idle", "90"], "'90' is no length of time: write it as 30m, 12h, 90d or 2w"),
        (["list", "--account", "acme"], "'acme' is no account: give its 12 digits"),
        (["coverage", "--silent", "long"], "'long' is no length of time: write it as 30m, 12h, 90d or 2w"),
    ],
)
def test_what_cannot_be_read_is_one_line(words, says):
    done = ask(*words)

    assert (done.exit_code, done.stderr) == (2, f"lastseen: {says}\n")


def test_coverage_marks_what_has_fallen_silent(table):
    table.record(activity(-DAY, first=-9 * DAY, facet=f"{ACCOUNT}#eu-west-1", principal="coverage"))
    table.record(activity(-DAY - 1, first=-9 * DAY, facet=f"{ACCOUNT}#us-east-1", principal="coverage"))
    done = ask("coverage")

    assert done.stdout.splitlines() == [
        "account       region     since                 until                 silent for",
        "123456789012  eu-west-1  2026-11-11T12:00:00Z  2026-11-19T12:00:00Z  24 hours",
        "123456789012  us-east-1  2026-11-11T12:00:00Z  2026-11-19T11:59:59Z  24 hours SILENT",
        "",
        "1 of 2 have been silent for more than 24 hours.",
    ]
    assert "0 of 2 have been silent for more than 2 days." in ask("coverage", "--silent", "2d").stdout


def test_coverage_as_json_is_its_items(table):
    table.record(activity(facet=f"{ACCOUNT}#eu-west-1", principal="coverage"))

    (item,) = map(json.loads, ask("coverage", "--json").stdout.splitlines())
    assert (item["principal"], item["facet"]) == ("coverage", f"{ACCOUNT}#eu-west-1")


@pytest.mark.parametrize(("words", "stream"), [([], "stdout"), (["--json"], "stderr")])
def test_no_coverage_at_all_is_said_with_exit_status_1(table, words, stream):
    done = ask("coverage", *words)

    assert done.exit_code == 1
    assert getattr(done, stream).startswith("No event has ever come from CloudTrail")


def test_a_role_that_was_also_seen_without_its_path_is_one(table):
    whole, without = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("ci/release", "release"))
    table.record(activity(-300 * DAY, principal=whole, facet="ID#AROARELEASE", principal_id="AROARELEASE"))
    table.record(activity(principal=without, facet="ID#AROARELEASE", principal_id="AROARELEASE"))
    (row,) = [
        json.loads(line)
        for line in ask("list", "--type", "role", "--active", "1h", "--json").stdout.splitlines()
        if "release" in line
    ]

    assert (row["principal"], row["last_seen"]) == (whole, "2026-11-20T12:00:00Z")
    assert row["first_seen"] == "2026-01-24T12:00:00Z"
    assert "release" not in ask("list", "--idle", "90d").stdout


def test_an_item_that_was_edited_and_a_principal_that_is_no_arn_end_no_listing(dynamodb, people, table):
    """Such are in tables of the past: the first is named beside the list, the second is listed."""
    table.record(activity(-60, principal="REDACTED"))
    dynamodb.put_item(
        TableName="activity",
        Item={"principal": {"S": BOB}, "facet": {"S": "ID#AIDABOB"}, "last_seen": {"S": "yesterday"}},
    )
    done = ask("list")

    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [
        ALICE,
        "REDACTED",
        BOB,
        DEPLOY,
        FOREIGN,
    ]
    assert f"lastseen: the table's item of principal {BOB} and facet ID#AIDABOB cannot be read" in done.stderr
    assert listed() == [ALICE, "REDACTED", BOB, DEPLOY, FOREIGN]
    assert listed("--type", "user", "--account", ACCOUNT) == [ALICE, BOB]
    for handle in ("REDACTED", "bob", "198.51.100.7"):
        assert ask("who", handle).exit_code in (0, 1)
    assert f"principal {BOB} and facet ID#AIDABOB cannot be read" in ask("who", "bob").stderr
    assert f"principal {BOB} and facet ID#AIDABOB cannot be read" in ask("who", BOB, "--json").stderr
