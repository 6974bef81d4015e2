"""`lastseen list` and `lastseen coverage`."""

import json

import pytest
from asking import ask, record_samples
from builders import ACCOUNT, ALICE, ALICE_ID, activity, at

from activity.item import Flag
from activity.keeping import Keeping
from activity.table import ActivityTable

DAY = 86400
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
FOREIGN = "arn:aws-cn:iam::210987654321:user/mei"


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
        pytest.param(["--active", "55m"], [ALICE, BOB], id="refused calls count, and up to 5 minutes more"),
        pytest.param(["--active", "54m"], [ALICE], id="active"),
        pytest.param(["--idle", "47h"], [FOREIGN, DEPLOY], id="who is idle for longest first"),
        pytest.param(["--idle", "2d"], [FOREIGN], id="idle for certain"),
        pytest.param(["--new", "1w"], [DEPLOY], id="new"),
        pytest.param(["--active", "48h", "--idle", "47h"], [DEPLOY], id="active within, and idle since"),
        pytest.param(["--account", "210987654321"], [FOREIGN], id="account"),
        pytest.param(
            ["--account", "210987654321", "--account", "123456789012", "--type", "user"],
            [ALICE, BOB, FOREIGN],
            id="accounts",
        ),
        pytest.param(["--type", "role"], [DEPLOY], id="type"),
        pytest.param(["--type", "role", "--type", "root"], [DEPLOY], id="types"),
        pytest.param(["--type", "user", "--idle", "55m"], [FOREIGN, BOB], id="type and idle"),
        pytest.param(["--service", "kms"], [ALICE, DEPLOY], id="service"),
        pytest.param(["--service", "KMS.amazonaws.com", "--idle", "71h"], [DEPLOY], id="idle as to a service"),
        pytest.param(["--service", "kms", "--active", "71h"], [ALICE, DEPLOY], id="up to an hour more"),
        pytest.param(["--service", "kms", "--active", "70h"], [ALICE], id="but no more than that"),
        pytest.param(["--service", "kms", "--active", "1d"], [ALICE], id="active in a service"),
    ],
)
def test_options_combine(people, options, principals):
    assert listed(*options) == principals


BUSY = {
    "active": (["--active", "2m"], [ALICE], "5 minutes"),
    "idle": (["--idle", "2m"], [], "5 minutes"),
    "no doubt about active": (["--active", "10m"], [ALICE], ""),
    "no doubt about idle": (["--idle", "2h"], [], ""),
    "active in a service": (["--service", "s3", "--active", "30m"], [ALICE], "60 minutes"),
    "idle in a service": (["--service", "s3", "--idle", "30m"], [], "60 minutes"),
    "no doubt about a service": (["--service", "s3", "--active", "2h"], [ALICE], ""),
}


def test_who_calls_every_minute_is_active_and_how_old_times_may_be_is_said(dynamodb, subtests):
    table = ActivityTable(dynamodb, "activity", Keeping.from_env({}))  # keeps times as a deployed one does
    for second in range(0, 3600, 60):
        for facet in ("ID#AIDAALICE", "SERVICE#s3.amazonaws.com"):
            table.record(activity(second, facet=facet))

    now = at(3599)
    for case, (options, principals, lag) in BUSY.items():
        with subtests.test(case):
            done = ask("list", *options, now=now)
            assert listed(*options, now=now) == principals
            assert done.exit_code == (0 if principals else 1)
            assert ("Last-seen times may lag" in done.stdout) is bool(lag)
            assert f"by up to {lag}: --active also lists" in done.stdout or not lag
            assert ("may lag" in ask("list", *options, "--json", now=now).stderr) is bool(lag)


def test_a_tracker_that_keeps_exact_times_has_no_lag(people):
    exact = {"RESOLUTION": "0", "DETAIL_RESOLUTION": "0"}

    assert listed("--active", "1h", **exact) == [ALICE, BOB]
    assert listed("--active", "59m", **exact) == [ALICE]
    assert listed("--service", "kms", "--idle", "3d", **exact) == [DEPLOY]
    assert "RESOLUTION must be a whole number" in ask("list", RESOLUTION="soon").stderr


def unflagged(flags, key):
    flags.flag(key, ACCOUNT, Flag(at(-7 * DAY), at(-300 * DAY)), now=at(-7 * DAY))
    flags.unflag(key)


def test_what_tells_of_nobody_is_not_listed(table, flags, people):
    old = f"arn:aws:iam::{ACCOUNT}:role/old-importer", "ID#AROAOLD"
    unflagged(flags, old)
    flags.exempt((f"arn:aws:iam::{ACCOUNT}:role/break-glass", "ID#AROAGLASS"), ACCOUNT, now=at(0))
    table.record(activity(principal="HIDDEN_DUE_TO_SECURITY_REASONS", facet="ID#AIDAX"))
    table.record(activity(principal="HIDDEN_DUE_TO_SECURITY_REASONS", facet="SERVICE#kms.amazonaws.com"))

    assert listed() == [ALICE, BOB, DEPLOY, FOREIGN]
    assert listed("--idle", "90d") == [FOREIGN]
    assert listed("--service", "kms") == [ALICE, DEPLOY]
    assert listed("--flagged") == []
    assert ask("list", "--flagged").exit_code == 1


@pytest.mark.parametrize("options", [[], ["--service", "kms"], ["--idle", "1d"]])
def test_a_list_is_not_commented_on(people, options):
    assert ask("list", *options).stderr == ""


TYPES = {
    **{each: each for each in ("user", "role", "root", "identity-center")},
    "IAMUser": "user",
    "iamuser": "user",
    "AssumedRole": "role",
    "Root": "root",
    "IdentityCenterUser": "identity-center",
}


def test_a_type_may_be_given_in_the_words_of_the_command_and_of_cloudtrail(table, subtests):
    record_samples(table)

    for word, kind in TYPES.items():
        with subtests.test(word):
            done = ask("list", "--type", word, "--json", now=at(3 * DAY))
            assert {json.loads(line)["type"] for line in done.stdout.splitlines()} == {kind}


def test_as_json_a_row_has_its_name_its_type_and_how_long_it_is_idle(people):
    rows = [json.loads(line) for line in ask("list", "--json").stdout.splitlines()]

    assert [(each["name"], each["type"], each["account"], each["idle_days"]) for each in rows] == [
        ("alice", "user", ACCOUNT, 0),
        ("bob", "user", ACCOUNT, 0),
        ("deploy", "role", ACCOUNT, 2),
        ("mei", "user", "210987654321", 100),
    ]


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
        "type": "role",
        "name": "never",
        "account": ACCOUNT,
        "idle_days": 9,
        "first_flagged": "2026-11-11T12:00:00Z",
        "flagged": ["ID#AROANEVER"],
    }
    assert listed("--flagged", "--account", ACCOUNT) == [ALICE, f"arn:aws:iam::{ACCOUNT}:role/never"]
    assert listed("--flagged", "--idle", "7d") == [f"arn:aws:iam::{ACCOUNT}:role/never"]
    assert listed("--flagged", "--service", "kms") == [ALICE]
    assert listed("--flagged", "--account", "210987654321") == []
    assert len(listed("--flagged", "--account", "210987654321", "--account", ACCOUNT)) == 2


def test_the_first_so_many_are_listed_and_the_others_counted(people):
    every = listed()
    done = ask("list", "--limit", "2")

    assert listed("--limit", "2") == every[:2]
    assert done.stdout.splitlines()[-1] == f"{len(every) - 2} more: without --limit"
    assert "more:" not in ask("list", "--limit", str(len(every))).stdout


def test_flags_have_a_column_where_there_are_any(people, flag):
    flag((ALICE, f"ID#{ALICE_ID}"), at(-5 * DAY))
    done = ask("list")

    assert "since 2026-11-15T12:00:00Z: itself" in done.stdout
    assert done.stdout.splitlines()[0].endswith("flagged")


def test_none_found_says_since_when_it_listens(people, table):
    record_samples(table)
    done = ask("list", "--type", "root", "--active", "1h")

    assert done.exit_code == 1
    assert done.stdout.startswith("No principal matches.\n\nEvents come from 5 regions of 3 acc")
    assert "since 2026-06-02" in done.stdout


def test_of_what_was_never_seen_it_says_when_tracking_began(people, table, flag):
    record_samples(table)
    flag((f"arn:aws:iam::{ACCOUNT}:role/never", "ID#AROANEVER"), at(-9 * DAY))
    shown = ask("list", "--flagged").stdout

    assert "role/never  not since tracking began  " in shown
    assert shown.endswith("\n\nTracking began on 2026-06-02.\n")


def test_none_found_as_json_leaves_standard_output_empty(table):
    done = ask("list", "--json")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "No events from CloudTrail have arrived yet" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["list", "--idle", "90"], "'90' is no length of time: write it as 30m, 12h, 90d or 2w"),
        (["list", "--type", "group"], "'group' is no type: give one of user, role, root, identity-center"),
        (["list", "--active", "1h", "--idle", "2h"], "no principal can be both: --active 1h and --idle 2h"),
        (["list", "--idle", "1w", "--new", "24h"], "no principal can be both: --new 24h and --idle 1w"),
        (["coverage", "--silent", "long"], "'long' is no length of time: write it as 30m, 12h, 90d or 2w"),
    ],
)
def test_what_cannot_be_read_is_one_line(words, says):
    done = ask(*words)

    assert (done.exit_code, done.stderr) == (2, f"lastseen: {says}\n")


def place(principal, region, ago, *, since=None, account=ACCOUNT, **evidence):
    return activity(-ago, first=-(since or ago), principal=principal, facet=f"{account}#{region}", **evidence)


@pytest.fixture
def places(table):
    """A region of each state, and another account's."""
    for region, ago in (("eu-west-1", 60), ("us-east-1", 3 * DAY)):
        table.record(place("coverage", region, ago, since=9 * DAY))
        table.record(place("canary", region, ago))
    table.record(place("coverage", "eu-west-1", 2 * DAY + 1, since=9 * DAY, account="210987654321"))
    table.replace(place("canary-sent", "eu-west-1", 120))
    table.replace(place("canary-sent", "us-east-1", 3600, since=2 * DAY))
    table.replace(place("canary-sent", "ap-northeast-1", 3600, since=2 * DAY))
    table.replace(place("canary-sent", "me-south-1", 3600, error_code="InvalidClientTokenId"))
    table.replace(place("canary-sent", "*", 3600))


def test_coverage_shows_what_arrives_from_where_and_what_does_not(places):
    done = ask("coverage", COLUMNS="80")

    assert [line for line in done.stdout.splitlines() if not line.startswith("No events")] == [
        "account 123456789012",
        "region          since       last event  tested      came back   state",
        "ap-northeast-1  never       never       60 minutes  never       not connected",
        "eu-west-1       2026-11-11  60 seconds  2 minutes   60 seconds  receiving",
        "me-south-1      never       never       60 minutes  never       disabled",
        "us-east-1       2026-11-11  3 days      60 minutes  3 days      SILENT",
        "",
        "",
        "account 210987654321",
        "region     since       last event  tested  came back  state",
        "eu-west-1  2026-11-11  2 days      never   never      quiet",
        "",
        "EVENTS NOT ARRIVING from 1 of 5 regions; 1 not connected; 1 quiet.",
    ]


def test_coverage_passes_over_what_has_no_times(table, flags):
    unflagged(flags, ("coverage", f"{ACCOUNT}#eu-west-1"))

    assert ask("coverage").exit_code == 1
    assert ask("coverage", "--json").stdout == ""


def test_a_region_that_is_not_tested_is_quiet_after_the_time_that_is_asked_for(places):
    told = ask("coverage", "--silent", "3d").stdout

    assert "never      untested\n" in told
    assert told.endswith("\nEVENTS NOT ARRIVING from 1 of 5 regions; 1 not connected.\n")
    assert '"state": "untested"' in ask("coverage", "--silent", "3d", "--json").stdout


def test_coverage_as_json_is_its_items_and_what_they_come_to(places):
    items = list(map(json.loads, ask("coverage", "--json").stdout.splitlines()))

    assert [(each["account"], each["region"], each["state"]) for each in items] == [
        (ACCOUNT, "ap-northeast-1", "not_connected"),
        (ACCOUNT, "eu-west-1", "receiving"),
        (ACCOUNT, "me-south-1", "disabled"),
        (ACCOUNT, "us-east-1", "silent"),
        ("210987654321", "eu-west-1", "quiet"),
    ]
    assert all(each["principal"] == "coverage" for each in items)
    assert (
        items[3]
        | {
            "facet": f"{ACCOUNT}#us-east-1",
            "first_seen": "2026-11-11T12:00:00Z",
            "last_seen": "2026-11-17T12:00:00Z",
            "canary_sent": "2026-11-20T11:00:00Z",
            "canary_back": "2026-11-17T12:00:00Z",
            "waiting_since": "2026-11-18T12:00:00Z",
        }
        == items[3]
    )
    assert items[2]["refusal"] == "InvalidClientTokenId"


@pytest.mark.parametrize(("words", "stream"), [([], "stdout"), (["--json"], "stderr")])
def test_no_coverage_at_all_is_said_with_exit_status_1(table, words, stream):
    done = ask("coverage", *words)

    assert done.exit_code == 1
    assert getattr(done, stream).startswith("No events from CloudTrail have arrived yet")


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


def test_an_item_that_was_edited_and_a_principal_that_is_no_arn_end_no_listing_and_are_left_out(
    dynamodb, people, table
):
    """Such are in tables of the past: the first is named beside the list, the second tells of nobody."""
    table.record(activity(-60, principal="REDACTED"))
    dynamodb.put_item(
        TableName="activity",
        Item={"principal": {"S": BOB}, "facet": {"S": "ID#AIDABOB"}, "last_seen": {"S": "yesterday"}},
    )
    done = ask("list")

    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [
        ALICE,
        BOB,
        DEPLOY,
        FOREIGN,
    ]
    assert f"lastseen: the table's item of principal {BOB} and facet ID#AIDABOB cannot be read" in done.stderr
    assert listed() == [ALICE, BOB, DEPLOY, FOREIGN]
    assert listed("--type", "user", "--account", ACCOUNT) == [ALICE, BOB]
    for handle in ("REDACTED", "bob", "198.51.100.7"):
        assert ask("who", handle).exit_code in (0, 1)
    assert f"principal {BOB} and facet ID#AIDABOB cannot be read" in ask("who", "bob").stderr
    assert f"principal {BOB} and facet ID#AIDABOB cannot be read" in ask("who", BOB, "--json").stderr
