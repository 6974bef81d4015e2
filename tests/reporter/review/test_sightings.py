"""What the table knows of an account; what is made of it is in tests/reporter/judgement."""

import pytest
from accounts import Key, Password, Refused, Table, alice, days, deploy, review_of, seen
from builders import ACCOUNT, activity

from reporter.inventory.account import Credentials, Gap, Inventory, KeySlot, Use
from reporter.judgement.known import Root
from reporter.review.sightings import (
    Earlier,
    earlier,
    ids_seen,
    keys_seen,
    remembered_items,
    root,
    under_other_names,
)

ARN = f"arn:aws:iam::{ACCOUNT}"
ALICE, ROOT = f"{ARN}:user/alice", f"{ARN}:root"
DAY = 86_400


@pytest.mark.parametrize(
    ("told", "gap"),
    [
        pytest.param(Earlier(None, None), None, id="there was none"),
        pytest.param(Earlier(days(7), days(7)), None, id="it was mailed"),
        pytest.param(Earlier(days(7), days(14)), None, id="another was begun before"),
        pytest.param(Earlier(days(7), None), None, id="nobody noted that it was begun"),
        pytest.param(Earlier(None, days(7)), "2026-11-13 12:00 UTC", id="the first was begun, and perhaps not mailed"),
        pytest.param(Earlier(days(14), days(7)), "2026-11-13 12:00 UTC", id="the last was begun, and perhaps not mailed"),
    ],
)  # fmt: skip
def test_a_report_of_which_nobody_noted_that_it_was_mailed_is_a_gap(told, gap):
    why = "the note that it was mailed could not be saved, so this report repeats what it said"

    found = told.gap
    assert (found and found.reason) == (why if gap else None)
    assert gap is None or found.what == f"the last report, begun on {gap}"


def test_when_the_last_report_was_begun_and_mailed_is_of_one_account(table):
    for facet, number in ((ACCOUNT, 7), (f"{ACCOUNT}#begun", 8), ("999999999999", 1)):
        table.record(activity(-number * DAY, principal="report", facet=facet))

    found = earlier(table, ACCOUNT)
    assert found == Earlier(days(7), days(8))
    assert earlier(table, "999999999999") == Earlier(days(1), None)


def credentials(*used, password=None):
    slots = tuple(KeySlot(number is not None, None, Use(number and days(number))) for number in used)
    return Credentials("<root_account>", None, False, password and days(password), None, slots)


@pytest.mark.parametrize(
    ("sightings", "row", "told"),
    [
        pytest.param([], None, Root(None, None, None), id="of whom nothing is known"),
        pytest.param([], credentials(None, None), Root(None, None, 0), id="who has no keys and was never used"),
        pytest.param([], credentials(5, 9, password=7), Root(None, days(5), 2), id="whose newest use is a key's"),
        pytest.param([], credentials(9, None, password=7), Root(None, days(7), 1), id="whose newest use is a sign-in"),
        pytest.param([seen(3, f"ID#{ACCOUNT}", "root")], credentials(5, None), Root(days(3), days(5), 1), id="who was seen later than IAM says"),
        pytest.param([seen(3, f"ID#{ACCOUNT}", "root"), seen(2, "SIGNIN", "root")], None, Root(days(2), None, None), id="who was seen to sign in"),
        pytest.param([seen(3, f"ID#{ACCOUNT}", "root"), seen(1, f"DENIED#{ACCOUNT}", "root")], None, Root(days(3), None, None, days(1)), id="who was refused after that"),
    ],
)  # fmt: skip
def test_the_root_user_is_known_by_the_table_and_the_credential_report(sightings, row, told):
    assert root(Table(sightings), Inventory(ACCOUNT, "", root=row), "aws") == told


def test_the_root_user_is_of_its_partition():
    china = activity(-3 * DAY, principal=ROOT.replace("aws", "aws-cn"), facet=f"ID#{ACCOUNT}")
    inventory = Inventory(ACCOUNT, "")

    assert root(Table([china]), inventory, "aws-cn").seen == days(3)
    assert root(Table([china]), inventory, "aws").seen is None


def test_what_could_not_be_read_of_the_root_user_is_told():
    found = root(Table([], {Refused("table").call}), Inventory(ACCOUNT, ""), "aws")

    assert isinstance(found.unread, Gap)
    assert found.unread.what == "what CloudTrail saw of the root user"


def test_each_key_of_a_user_was_seen_when_it_was_last_used_or_refused():
    sightings = [
        seen(9, "KEY#AKIA1"),
        seen(5, "DENIED#AKIA1"),
        seen(3, "KEY#AKIA2"),
        seen(4, "DENIED#AKIA2"),
        seen(1, "DENIED#AIDAALICE"),
    ]
    of_bob = seen(2, "KEY#AKIA3", "user/bob")

    assert keys_seen(Table([*sightings, of_bob]), ALICE) == [days(5), days(3)]


def test_the_ids_that_were_seen_under_names():
    sightings = [
        seen(9, "ID#AIDAALICE"),
        seen(5, "DENIED#AIDANEW"),
        seen(5, "ID#"),
        seen(5, "ID#AIDABOB", "user/bob"),
    ]

    assert ids_seen(Table(sightings), [ALICE, f"{ARN}:user/carol"]) == {
        ALICE: {"AIDAALICE", "AIDANEW"},
        f"{ARN}:user/carol": set(),
    }


def test_suspects_are_looked_for_under_other_names_with_all_that_they_hold():
    old, older, moved = f"{ARN}:user/old", f"{ARN}:user/older", f"{ARN}:role/ci/deploy"
    suspects = [each.subject for each in review_of(alice(Password(used=100), Key(used=100)), deploy()).findings]
    sightings = [
        seen(9, "ID#AIDAALICE"),
        *(seen(9, facet, "user/old") for facet in ("ID#AIDAALICE", "KEY#AKIA1", "KEY#AKIA2", "DENIED#AKIA1")),
        *(seen(9, facet, "user/older") for facet in ("DENIED#AIDAALICE", "SIGNIN", "IP#192.0.2.1")),
        seen(9, "ID#AROADEPLOY", "role/ci/deploy"),
        seen(9, "KEY#AKIA1", "user/thief"),
    ]

    assert set(under_other_names(Table(sightings), suspects)) == {
        (old, "ID#AIDAALICE"),
        (old, "KEY#AKIA1"),
        (old, "DENIED#AKIA1"),
        (older, "DENIED#AIDAALICE"),
        (older, "SIGNIN"),
        (moved, "ID#AROADEPLOY"),
    }


def test_of_what_is_flagged_all_places_are_read_and_of_the_exempt_their_own():
    sightings = [seen(9, facet) for facet in ("ID#AIDAALICE", "DENIED#AIDAALICE", "ID#", "KEY#AKIA1")]
    sightings += [seen(9, facet, "user/bob") for facet in ("ID#AIDABOB", "DENIED#AIDABOB")]
    found = remembered_items(Table(sightings), [(ALICE, "ID#AIDAALICE")], [(f"{ARN}:user/bob", "ID#AIDABOB")])

    assert set(found) == {
        (ALICE, "ID#AIDAALICE"),
        (ALICE, "DENIED#AIDAALICE"),
        (ALICE, "ID#"),
        (f"{ARN}:user/bob", "ID#AIDABOB"),
    }
