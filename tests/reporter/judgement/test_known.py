"""What is known of an account, and what it says that something was not read."""

import pytest
from accounts import days
from builders import ACCOUNT, NOON, activity

from activity.item import Item
from reporter.inventory.account import AccessKey, Gap, Inventory, User
from reporter.judgement.candidates import subjects
from reporter.judgement.gaps import all_gaps
from reporter.judgement.known import Known, Root

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
USER = User("alice", ALICE, "AIDAALICE", days(500), None, Gap("credentials", "denied"), {})
ACCOUNT_OF_ALICE = Inventory(ACCOUNT, "", (USER,))
DENIED = Gap("the table", "AccessDenied")
EDITED = Item(None, problem="somebody edited it")


@pytest.mark.parametrize(
    ("items", "elsewhere", "unread"),
    [
        pytest.param({}, {}, None, id="all was read"),
        pytest.param({(ALICE, "ID#AIDAALICE"): Item(activity())}, {}, None, id="its item among it"),
        pytest.param(DENIED, {}, DENIED, id="the table was not"),
        pytest.param({}, DENIED, DENIED, id="what it has under other names was not"),
        pytest.param({(ALICE, "ID#AIDAALICE"): EDITED}, {}, Gap("the activity table", EDITED.problem), id="its item was edited"),
        pytest.param({(ALICE, "DENIED#AIDAALICE"): EDITED}, DENIED, Gap("the activity table", EDITED.problem), id="that of its refused calls was"),
        pytest.param({(ALICE, "ID#AIDABOB"): EDITED}, {}, None, id="an item of somebody else was"),
    ],
)  # fmt: skip
def test_why_more_may_have_been_seen_of_somebody(items, elsewhere, unread):
    (subject,) = subjects(ACCOUNT_OF_ALICE, {}, tag="exempt")
    known = Known(ACCOUNT_OF_ALICE, NOON, items=items, elsewhere=elsewhere)

    assert known.unread_of(subject) == unread


@pytest.mark.parametrize(
    ("root", "is_known"),
    [
        (Root(None, None, active_keys=0), True),
        (Root(None, None, active_keys=None), False),
        (Root(None, None, active_keys=0, unread=DENIED), False),
    ],
)
def test_the_root_users_last_use_is_known_if_both_could_be_asked(root, is_known):
    assert root.is_known is is_known


def test_gaps_of_users_old_enough_to_be_stale_and_of_their_keys_are_told():
    key = AccessKey("AKIA1", days(500), is_active=True, last_used=Gap("the use of AKIA1", "Throttling"))
    made = {days(number): Gap(f"made {number} days ago", "denied") for number in (89, 90, 91)}
    users = tuple(User(gap.what, ALICE, gap.what, at, None, gap, {}) for at, gap in made.items())
    known = Known(Inventory(ACCOUNT, "", users), NOON, keys_of={"AIDAALICE": (key,), "AIDABOB": DENIED})

    assert [each.what for each in all_gaps(known, ())] == [
        "the use of AKIA1",
        "the table",
        "made 90 days ago",
        "made 91 days ago",
    ]
