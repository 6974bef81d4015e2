"""Was somebody there on that day, and who was: `lastseen who --on` and `--between`, `list --active-between`, and the strip."""

import json
from datetime import date, timedelta

import pytest
from asking import ask
from builders import ACCOUNT, ALICE, activity

from activity.days import NONE, Days
from activity.model import COVERAGE, coverage_facet

BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
NIGHTLY = f"arn:aws:iam::{ACCOUNT}:role/nightly"
TODAY = date(2026, 11, 20)
A_DAY = timedelta(days=1)


def on(*days, **more):
    """Seen on these days of November, at noon."""
    first, last = (round((date(2026, 11, day) - TODAY) / A_DAY) * 86_400 for day in (days[0], days[-1]))
    seen = activity(last, first=first, **more)
    return seen._replace(days=Days.of(*(date(2026, 11, day) for day in days)))


@pytest.fixture
def november(table):
    """Events arrived from the 5th on, but on the 11th; alice and her key, bob refused, and a role each night."""
    heard = [day for day in range(5, 21) if day != 11]
    for each in (
        on(*heard, principal=COVERAGE, facet=coverage_facet(ACCOUNT, "eu-west-1"), account=ACCOUNT),
        on(6, 13, 14, 20, account=ACCOUNT),
        on(13, 20, facet="KEY#AKIAEXAMPLEALICE0001", account=ACCOUNT),
        on(14, 15, facet="DENIED#AIDAALICE", account=ACCOUNT),
        on(14, facet="IP#198.51.100.7", account=ACCOUNT),
        on(12, 13, facet="DENIED#AIDABOB", principal=BOB, account=ACCOUNT, error_code="AccessDenied"),
        on(*heard, facet="ID#AROANIGHTLY", principal=NIGHTLY, account=ACCOUNT),
    ):
        table.record(each)


def told(*words):
    done = ask(*words, "--json")
    return [json.loads(line) for line in done.stdout.splitlines()], done.exit_code


@pytest.mark.parametrize(
    ("day", "there", "code"),
    [
        pytest.param("2026-11-13", "active", 0, id="active"),
        pytest.param("2026-11-14", "active", 0, id="active, and refused"),
        pytest.param("2026-11-15", "refused", 0, id="refused"),
        pytest.param("2026-11-16", "idle", 1, id="idle"),
        pytest.param("2026-11-11", "not known", 1, id="no events arrived"),
        pytest.param("2026-11-04", "not known", 1, id="before tracking began"),
    ],
)
def test_whether_somebody_was_there_on_a_day(november, day, there, code):
    assert told("who", "alice", "--on", day) == (
        [{"handle": "alice", "principal": ALICE, "days": {day: there}}],
        code,
    )


def test_a_key_has_days_of_its_own(november):
    (found,), _ = told("who", "AKIAEXAMPLEALICE0001", "--between", "2026-11-13", "2026-11-14")

    assert found["days"] == {"2026-11-13": "active", "2026-11-14": "idle"}
    assert found["facets"] == ["KEY#AKIAEXAMPLEALICE0001"]


def test_of_several_each_is_told_and_nobody_is_told_as_such(november):
    done = ask("who", "alice", "198.51.100.7", "nobody", "--between", "2026-11-10", "2026-11-14")

    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].split("  ")[0] == "handle"
    assert "from 2026-11-10 to 2026-11-14" in lines[0]
    assert lines[1].startswith("alice ")
    assert "active 2026-11-13 to 2026-11-14; idle 2026-11-10, 2026-11-12; not known 2026-11-11" in lines[1]
    assert ALICE in lines[1]
    assert lines[2].startswith("198.51.100.7 ")
    assert "No sightings of nobody" in done.stdout
    assert "Not known: no events of the account arrived on these days" in done.stdout
    assert "Whoever is found by anything else is shown with all days" in done.stdout
    assert "Whoever" not in ask("who", "alice", "--on", "2026-11-13").stdout


def test_of_one_whole_answer_a_word_says_it_all(november):
    done = ask("who", "AKIAEXAMPLEALICE0001", "--on", "2026-11-13")

    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].split("  ")[1].strip() == "active"
    assert "Not known" not in done.stdout
    assert "Whoever" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--on", "yesterday"], "'yesterday' is no day: write it as 2026-10-13", id="no day"),
        pytest.param(["--on", "2026-02-30"], "'2026-02-30' is no day", id="no day of that month"),
        pytest.param(["--on", "2026-11-21"], "2026-11-21 has not come yet", id="tomorrow"),
        pytest.param(["--on", "0001-01-01"], "0001-01-01 is before CloudTrail began", id="long ago"),
        pytest.param(["--between", "2026-11-13", "9999-12-31"], "9999-12-31 has not come yet", id="for ever"),
        pytest.param(["--between", "2026-11-14", "2026-11-13"], "give the first day first", id="the other way"),
        pytest.param(
            ["--on", "2026-11-13", "--between", "2026-11-13", "2026-11-14"], "give one of them", id="both"
        ),
    ],
)
def test_days_that_cannot_be_asked_about_are_named(november, words, said):
    done = ask("who", "alice", *words)

    assert done.exit_code == 2
    assert said in done.stderr


def test_who_was_there_on_the_nights_of_an_incident(november):
    found, code = told("list", "--active-between", "2026-11-12", "2026-11-14")

    assert code == 0
    assert {each["principal"]: (each.get("active_on"), each.get("refused_on")) for each in found} == {
        ALICE: (["2026-11-13", "2026-11-14"], ["2026-11-14"]),
        BOB: (None, ["2026-11-12", "2026-11-13"]),
        NIGHTLY: (["2026-11-12", "2026-11-13", "2026-11-14"], None),
    }


def test_who_was_there_is_told_by_day(november):
    done = ask("list", "--active-between", "2026-11-12", "2026-11-14", "--type", "role")

    assert done.stdout.splitlines()[0].split() == [
        "principal",
        "active",
        "on",
        "last",
        "seen",
        "first",
        "seen",
        "last",
        "event",
    ]
    assert "2026-11-12 to 2026-11-14" in done.stdout
    assert ALICE not in done.stdout


def test_days_on_which_nobody_listened_are_said(november):
    done = ask("list", "--active-between", "2026-11-10", "2026-11-12")

    assert f"No events arrived from account {ACCOUNT} on 2026-11-11: who was active there" in done.stdout
    assert "2026-11-11" not in ask("list", "--active-between", "2026-11-12", "2026-11-14").stdout


def test_who_had_the_name_before_was_there(november, table):
    """An intruder who makes a user, acts, and deletes it, before its owner makes it again."""
    of_old = on(12, 13, facet="ID#AIDAOLD", principal=BOB, account=ACCOUNT)
    table.record(of_old)
    table.record(on(20, facet="ID#AIDABOB", principal=BOB, account=ACCOUNT))

    found, code = told("who", "bob", "--on", "2026-11-13")
    listed, _ = told("list", "--active-between", "2026-11-12", "2026-11-13", "--type", "user")
    assert code == 0
    assert [(each.get("other_holder"), each["days"]["2026-11-13"]) for each in found] == [
        (None, "refused"),
        ("AIDAOLD", "active"),
    ]
    assert {each.get("other_holder") for each in listed if each["principal"] == BOB} == {"AIDAOLD", None}
    assert "user/bob (AIDAOLD)" in ask("who", "bob", "--on", "2026-11-13").stdout


def test_without_days_nobody_is_taken_for_idle(november, table):
    """As with DaysOfPeople=false: the days of the first and the last sighting are known all the same."""
    carol = f"arn:aws:iam::{ACCOUNT}:user/carol"
    table.record(on(6, 19, facet="ID#AIDACAROL", principal=carol, account=ACCOUNT)._replace(days=NONE))
    ((found,), _), ((last,), code) = (told("who", "carol", "--on", f"2026-11-{day}") for day in (13, 19))

    assert (
        "1 principal has no days (DaysOfPeople): whether"
        in ask("list", "--active-between", "2026-11-12", "2026-11-14").stdout
    )
    assert "no days" not in ask("list", "--active-between", "2026-11-20", "2026-11-20").stdout
    assert found["days"] == {"2026-11-13": "not known"}
    assert (last["days"], code) == ({"2026-11-19": "active"}, 0)


@pytest.mark.parametrize(
    ("day", "kept", "there"),
    [
        pytest.param("2026-11-12", "400", "idle", id="within the retention"),
        pytest.param("2026-11-12", "8", "idle", id="on its first day"),
        pytest.param("2026-11-12", "7", "not known", id="before, items may have expired"),
        pytest.param("2026-11-13", "2", "active", id="what is kept all the same is known"),
    ],
)
def test_what_may_have_expired_is_not_idle(november, day, kept, there):
    done = ask("who", "alice", "--on", day, "--json", RETENTION_DAYS=kept)

    assert json.loads(done.stdout)["days"] == {day: there}


def test_before_days_were_kept_nobody_is_taken_for_idle(november, table):
    carol = f"arn:aws:iam::{ACCOUNT}:user/carol"
    seen = on(6, 19, facet="ID#AIDACAROL", principal=carol, account=ACCOUNT)
    table.record(seen._replace(days=Days.of(date(2026, 11, 15), date(2026, 11, 19))))
    (found,), _ = told("who", "carol", "--between", "2026-11-13", "2026-11-16")

    assert list(found["days"].values()) == ["not known", "not known", "active", "idle"]


QUARTERLY = f"arn:aws:iam::{ACCOUNT}:role/quarter-close"


@pytest.fixture
def quarterly(table):
    """A job that ran on the first of each quarter, and a user who comes and goes; events came all the time."""
    heard = activity(0, first=-400 * 86_400, principal=COVERAGE, facet=coverage_facet(ACCOUNT, "eu-west-1"))
    table.record(heard._replace(days=Days.of(*(TODAY - each * A_DAY for each in range(400)))))
    for principal, facet, days in (
        (QUARTERLY, "ID#AROAQUARTER", [(2026, 1, 1), (2026, 4, 1), (2026, 7, 1), (2026, 10, 1)]),
        (ALICE, "ID#AIDAALICE", [(2026, 1, 1), (2026, 1, 19), (2026, 7, 1), (2026, 7, 9)]),
    ):
        those = [date(*each) for each in days]
        last = round((those[-1] - TODAY) / A_DAY) * 86_400
        first = round((those[0] - TODAY) / A_DAY) * 86_400
        seen = activity(last, first=first, facet=facet, principal=principal)
        table.record(seen._replace(days=Days.of(*those)))


def test_who_is_active_in_a_rhythm_is_listed_with_the_day_it_is_expected(quarterly):
    (found,), code = told("list", "--rhythm")

    assert code == 0
    assert (found["principal"], found["rhythm_days"], found["expected_by"]) == (QUARTERLY, 91, "2026-12-31")
    line = ask("list", "--rhythm").stdout.splitlines()[1]
    assert "about every 91 days  2026-12-31" in line


def test_a_job_that_did_not_run_is_overdue(quarterly, table):
    monthly = Days.of(*(date(2026, month, 1) for month in range(3, 11)))
    (seen,) = table.of(QUARTERLY)
    table.record(seen._replace(principal=f"{QUARTERLY}-monthly", days=monthly))
    (line,) = (each for each in ask("list", "--rhythm").stdout.splitlines() if "-monthly" in each)

    assert "about every 31 days  2026-11-01, overdue" in line


def test_a_rhythm_is_none_if_events_did_not_come(quarterly, table):
    role = f"arn:aws:iam::{ACCOUNT}:role/quarter-close"
    other = role.replace(ACCOUNT, "210987654321")
    (seen,) = table.of(role)
    table.record(seen._replace(principal=other))

    assert [each["principal"] for each in told("list", "--rhythm")[0]] == [role]


def test_a_rhythm_is_asked_for_together_with_the_rest(quarterly):
    assert told("list", "--rhythm", "--idle", "40d")[0][0]["principal"] == QUARTERLY
    assert told("list", "--rhythm", "--idle", "60d") == ([], 1)
    assert told("list", "--rhythm", "--type", "user") == ([], 1)


@pytest.mark.parametrize("option", [["--active-between", "2026-11-12", "2026-11-14"], ["--rhythm"]])
def test_days_are_not_kept_by_service(november, option):
    done = ask("list", *option, "--service", "s3")

    assert done.exit_code == 2
    assert f"{option[0]} asks for days" in done.stderr


def test_on_how_many_days_somebody_was_active_stands_in_the_answer(november):
    lines = ask("who", "alice").stdout.splitlines()

    facts = dict(line.split("  ", 1) for line in lines if "  " in line)
    assert facts["active on"].strip() == "4 of the last 30 days, 4 of 90, 4 of 400 (385 not known)"
    assert facts["refused on"].strip() == "2 of the last 30 days, 2 of 90, 2 of 400 (385 not known)"
    assert not [line for line in lines if line.startswith("by week")]


def test_on_a_terminal_there_is_a_strip_of_the_weeks(november):
    lines = ask("who", "alice", FORCE_COLOR="1", COLUMNS="80").stdout.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("by week")]

    assert lines[place] == "by week" + " " * 7 + " " * 50 + "▁▁▂"
    assert lines[place + 1].split() == ["2025-11-15", "2026-11-20"]
    assert max(map(len, lines[place : place + 2])) <= 80
