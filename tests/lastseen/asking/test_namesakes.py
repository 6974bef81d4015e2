"""Several who had one name, one after the other: each has what is its own, and who has the name now comes first."""

import json

import pytest
from asking import ask
from builders import ACCOUNT, ALICE, activity, at

from activity.item import Flag

DAY = 86400
OLD, NEW = "AIDAEXAMPLEALICEOLD01", "AIDAEXAMPLEALICENEW01"
OLD_KEY, NEW_KEY = "AKIAEXAMPLEOLD000001", "AKIAEXAMPLENEW000001"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/deploy"


@pytest.fixture
def namesakes(table, flags):
    """The first alice was seen until 200 days ago, with a key from an office, and its password is flagged.

    The second was made three days ago, and signed in from the same office yesterday.
    """
    for facet in (f"ID#{OLD}", f"KEY#{OLD_KEY}", "SERVICE#sqs.amazonaws.com"):
        table.record(activity(-200 * DAY, facet=facet, first=-390 * DAY, principal_id=OLD))
    for facet in ("SIGNIN", "IP#198.51.100.7", "SERVICE#s3.amazonaws.com"):
        table.record(activity(-200 * DAY, facet=facet, first=-390 * DAY, principal_id=OLD))
        table.record(activity(-DAY, facet=facet, principal_id=NEW))
    for facet in (f"ID#{NEW}", f"KEY#{NEW_KEY}"):
        table.record(activity(-DAY, facet=facet, first=-3 * DAY, principal_id=NEW))
    flags.flag((ALICE, "SIGNIN"), ACCOUNT, Flag(at(-7 * DAY), at(-200 * DAY), holder=OLD), now=at(-7 * DAY))


def asked(*words):
    return [json.loads(line) for line in ask(*words, "--json").stdout.splitlines()]


def facts(shown):
    """The lines before the table and after it, by their first words."""
    before, _, after = shown.partition("\nseen with")
    return before, after.partition("have had this name")[2]


@pytest.mark.parametrize("handle", ["alice", ALICE, NEW, NEW_KEY, "198.51.100.7", "s3"])
def test_who_has_the_name_now_has_nothing_of_a_predecessors(namesakes, handle):
    now, before = facts(ask("who", handle).stdout)

    assert f"IAM user of account {ACCOUNT}, unique id {NEW}\n" in now
    assert "\nlast seen   2026-11-19T12:00:00Z, 24 hours ago\n" in now
    assert "\nfirst seen  2026-11-17T12:00:00Z, 3 days ago\n" in now
    assert "flagged" not in now
    assert f"unique id  {OLD}\nseen       from 2025-10-26T12:00:00Z to 2026-05-04T12:00:00Z\n" in before
    assert (
        "flagged    console password: since 2026-11-13T12:00:00Z, idle since 2026-05-04T12:00:00Z\n" in before
    )
    assert f"All that is known of them:\n    lastseen who {ALICE} --all\n" in before


@pytest.mark.parametrize("handle", [OLD, OLD_KEY, "sqs.amazonaws.com"])
def test_what_was_a_predecessors_leads_to_the_predecessor(namesakes, handle):
    then, now = facts(ask("who", handle).stdout)

    assert f"unique id {OLD}\nAnother IAM user has had this name since 2026-11-17T12:00:00Z.\n" in then
    assert "\nlast seen   2026-05-04T12:00:00Z, 200 days ago\n" in then
    assert "\nflagged     console password: since 2026-11-13T12:00:00Z" in then
    assert f"unique id  {NEW}\nseen       from 2026-11-17T12:00:00Z to 2026-11-19T12:00:00Z\n" in now


def test_all_shows_each_of_them_in_full(namesakes):
    shown = ask("who", ALICE, "--all").stdout
    now, before = shown.split(f"{ALICE}\n")[1:]

    assert f"access key {NEW_KEY}  2026-11-19T12:00:00Z" in now
    assert OLD_KEY not in now
    assert f"access key {OLD_KEY}  2026-05-04T12:00:00Z" in before
    assert NEW_KEY not in before
    assert "have had this name" not in shown


def test_what_a_predecessor_was_seen_with_first_tells_only_since_when_at_the_earliest(namesakes):
    (address,) = [line for line in ask("who", ALICE).stdout.splitlines() if line.startswith("address")]

    assert "2026-11-19T12:00:00Z  2026-11-17T12:00:00Z or later" in address


def test_as_json_a_line_in_short_tells_of_each_of_the_others(namesakes):
    *own, other = asked("who", ALICE)

    assert {each["facet"]: each.get("first_seen") for each in own} == {
        f"ID#{NEW}": "2026-11-17T12:00:00Z",
        f"KEY#{NEW_KEY}": "2026-11-17T12:00:00Z",
        "SIGNIN": None,
        "IP#198.51.100.7": None,
        "SERVICE#s3.amazonaws.com": None,
    }
    assert not any({"first_flagged", "idle_since", "other_holder"} & each.keys() for each in own)
    assert other == {
        "handle": ALICE,
        "principal": ALICE,
        "type": "user",
        "name": "alice",
        "account": ACCOUNT,
        "other_holder": OLD,
        "first_seen": "2025-10-26T12:00:00Z",
        "last_seen": "2026-05-04T12:00:00Z",
        "first_flagged": "2026-11-13T12:00:00Z",
        "flagged": ["SIGNIN"],
    }


def test_as_json_all_has_each_thing_of_the_others(namesakes):
    everything = asked("who", ALICE, "--all")

    assert {each["facet"] for each in everything if each.get("other_holder") == OLD} == {
        f"ID#{OLD}",
        f"KEY#{OLD_KEY}",
        "SERVICE#sqs.amazonaws.com",
        "SIGNIN",
    }
    assert [
        (each.get("other_holder"), "last_seen" in each) for each in everything if each["facet"] == "SIGNIN"
    ] == [(None, True), (OLD, False)]


def test_as_json_what_was_a_predecessors_leads_to_the_predecessor(namesakes):
    *own, other = asked("who", OLD_KEY)

    assert {each["facet"] for each in own} == {
        f"ID#{OLD}",
        f"KEY#{OLD_KEY}",
        "SERVICE#sqs.amazonaws.com",
        "SIGNIN",
    }
    assert other["other_holder"] == NEW


def test_a_list_has_a_row_of_who_has_the_name_now(namesakes):
    (row,) = asked("list")

    assert (row["facet"], row["first_seen"]) == (f"ID#{NEW}", "2026-11-17T12:00:00Z")
    assert row["other_holders"] == [OLD]
    assert "flagged" not in row
    assert "flagged" not in ask("list").stdout
    assert asked("list", "--new", "4d") == [row]
    assert asked("list", "--idle", "90d") == []


def test_what_is_flagged_of_a_predecessor_is_listed_as_the_predecessors(namesakes):
    (row,) = asked("list", "--flagged")

    assert (row["other_holder"], row["flagged"], row["last_seen"]) == (OLD, ["SIGNIN"], "2026-05-04T12:00:00Z")
    assert f"\n{ALICE} ({OLD})  2026-05-04T12:00:00Z" in ask("list", "--flagged").stdout


def test_the_flag_of_who_has_the_name_now_is_listed_as_its_own(namesakes, flags):
    flags.flag((ALICE, f"KEY#{NEW_KEY}"), ACCOUNT, Flag(at(-60), at(-DAY), holder=NEW), now=at(-60))
    now, before = asked("list", "--flagged")

    assert ("other_holder" in now, now["flagged"]) == (False, [f"KEY#{NEW_KEY}"])
    assert before["other_holder"] == OLD


def test_a_service_that_a_predecessor_called_is_new_to_who_has_the_name_now(namesakes):
    (row,) = asked("list", "--service", "s3", "--new", "4d")

    assert row["first_seen"] == "2026-11-17T12:00:00Z"
    assert "flagged" not in row
    assert asked("list", "--service", "s3", "--new", "2d") == []


def test_a_session_that_tells_no_id_is_of_who_had_the_name_then(table):
    for unique_id, first, last in (("AROAEXAMPLEDEPLOY0001", -300, -200), ("AROAEXAMPLEDEPLOY0002", -3, -1)):
        table.record(
            activity(
                last * DAY, facet=f"ID#{unique_id}", first=first * DAY, principal=DEPLOY, principal_id=unique_id
            )
        )
    table.record(activity(0, facet="ID#", first=-250 * DAY, principal=DEPLOY))
    (row,) = asked("list")

    assert (row["last_seen"], row["first_seen"]) == ("2026-11-20T12:00:00Z", "2026-11-17T12:00:00Z")
    assert "first seen  2026-11-17T12:00:00Z" in ask("who", DEPLOY).stdout


def test_the_sessions_of_a_role_found_by_its_last_event_are_whose_that_was(table):
    old, new = "AROAEXAMPLEDEPLOY0001", "AROAEXAMPLEDEPLOY0002"
    table.record(
        activity(-9 * DAY, facet=f"ID#{old}", principal=DEPLOY, principal_id=old, source_ip="198.18.0.7")
    )
    table.record(activity(-DAY, facet=f"ID#{new}", principal=DEPLOY, principal_id=new, source_ip="198.18.0.8"))

    assert f"role of account {ACCOUNT}, unique id {old}\n" in ask("who", "198.18.0.7").stdout
    assert f"role of account {ACCOUNT}, unique id {new}\n" in ask("who", "198.18.0.8").stdout
