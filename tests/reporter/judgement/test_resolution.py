"""What became of what earlier reports flagged: the real review finds out, where it can."""

from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import DAY, Key, Password, Refused, alice, days, deploy, review_of, seen, seen_on
from builders import ACCOUNT, NOON, activity

from activity.finding import Kind
from activity.item import Flag
from reporter.inventory.account import Gap, Inventory, User
from reporter.judgement.owners import Remembered
from reporter.judgement.resolution import How
from reporter.judgement.resolution import resolved as all_resolved
from reporter.judgement.seen import Seen
from reporter.judgement.subjects import Limits
from reporter.publishing.wording import outcome

ALICE, DEPLOY = (f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("user/alice", "role/deploy"))
USER, PASSWORD, KEY = (ALICE, "ID#AIDAALICE"), (ALICE, "SIGNIN"), (ALICE, "KEY#AKIA1")
ROLE = DEPLOY, "ID#AROADEPLOY"
RUNS = [114 + 90 * each for each in range(4)]
QUARTERLY, QUARTERLY_KEY = seen_on(RUNS, ROLE[1], "role/deploy"), seen_on(RUNS, KEY[1])
# A report of 14 days ago flagged it, idle for 100 days then.
FLAG = Flag(days(14), idle_since=days(114))
AWAKE = Flag(None, idle_since=days(114), awakened_at=days(3))


def resolved(key, *things, flag=FLAG):
    return [(each.how, each.at) for each in review_of({key: flag}, *things).resolved]


@pytest.mark.parametrize(
    ("key", "things", "how", "at"),
    [
        pytest.param(ROLE, [deploy(used=5)], How.USED, days(5), id="role used, says IAM"),
        pytest.param(ROLE, [deploy(used=200), seen(5, *ROLE[1:], "role/deploy")], How.USED, days(5), id="role used, says CloudTrail"),
        pytest.param(KEY, [alice(Key(used=5))], How.USED, days(5), id="key used, of a user whose keys are listed for its flag alone"),
        pytest.param(PASSWORD, [alice(Password(used=5))], How.USED, days(5), id="signed in again"),
        pytest.param(PASSWORD, [alice(Password(changed=5))], How.RENEWED, None, id="password set anew"),
        pytest.param(ROLE, [deploy(exempt="audit")], How.EXEMPT, None, id="role exempt since"),
        pytest.param(KEY, [alice(Key(used=114), exempt="audit")], How.EXEMPT, None, id="key of a user exempt since"),
        pytest.param(KEY, [alice(Key(used=114, is_active=False))], How.DISABLED, None, id="key disabled"),
        pytest.param(KEY, [alice(Key("AKIA2", used=114))], How.DELETED, None, id="key deleted, another is there"),
        pytest.param(KEY, [alice()], How.DELETED, None, id="key deleted, it was the last"),
        pytest.param(KEY, [], How.DELETED, None, id="key deleted with its user"),
        pytest.param(PASSWORD, [alice(Key(used=114))], How.DELETED, None, id="password removed"),
        pytest.param(USER, [], How.DELETED, None, id="user deleted"),
        pytest.param(USER, [alice(id="AIDANEW")], How.DELETED, None, id="user deleted and made anew under the name"),
        pytest.param(ROLE, [], How.DELETED, None, id="role deleted"),
        pytest.param(ROLE, [deploy(id="AROANEW")], How.DELETED, None, id="role deleted and made anew under the name"),
        pytest.param(ROLE, [deploy(used=114), Limits(role=365)], How.WITHIN_LIMIT, None, id="the threshold is a longer one"),
        pytest.param(ROLE, [deploy(made=114), Limits(role=365)], How.WITHIN_LIMIT, None, id="the threshold is a longer one, of what was never used"),
        pytest.param(ROLE, [deploy(used=5, exempt="audit"), Limits(role=3)], How.EXEMPT, None, id="role exempt, and used, of which no notice was sent"),
        pytest.param(PASSWORD, [alice(Password(used=114)), seen(5, USER[1], "user/bob"), seen(5, "SIGNIN", "user/bob", principal_id="AIDAALICE")], How.USED, days(5), id="signed in under another name"),
        pytest.param(ROLE, [deploy(made=900), QUARTERLY], How.DORMANT, None, id="its days are known by now, and show a rhythm"),
        pytest.param(ROLE, [deploy(made=900, used=100), QUARTERLY], How.USED, days(100), id="it was used, and is dormant"),
        pytest.param(KEY, [alice(Key(used=114)), QUARTERLY_KEY], How.DORMANT, None, id="a key of which the days are known by now"),
        pytest.param(ROLE, [seen(5, "ID#", "role/deploy")], How.USED, days(5), id="role deleted, and seen by its name alone before"),
        pytest.param(ROLE, [deploy(id="AROANEW", made=4), seen(5, "ID#", "role/deploy")], How.USED, days(5), id="role made anew under the name, and the name seen before"),
        pytest.param(ROLE, [deploy(id="AROANEW", made=5), seen(5, "ID#", "role/deploy")], How.DELETED, None, id="role made anew under the name, and the name seen since"),
        pytest.param(ROLE, [deploy(id="AROANEW", made=5), seen(5, *ROLE[1:], "role/deploy")], How.USED, days(5), id="role made anew under the name, and the one before seen by its id"),
    ],
)  # fmt: skip
def test_a_flag_is_resolved(key, things, how, at):
    assert resolved(key, *things) == [(how, at)]


def test_that_it_is_dormant_is_told_once_and_its_flag_is_over():
    report = review_of({ROLE: FLAG}, deploy(made=900), QUARTERLY)
    again = review_of({ROLE: replace(FLAG, told_at=days(7))}, deploy(made=900), QUARTERLY)

    assert report.to_remember.told == report.to_remember.over == ((ROLE, ""),)
    assert [each.how for each in again.resolved] == []
    assert again.to_remember.over == ((ROLE, ""),)


@pytest.mark.parametrize(
    ("key", "things"),
    [
        pytest.param(ROLE, [deploy(used=114)], id="it is still stale"),
        pytest.param(ROLE, [deploy(used=114), Refused("table")], id="the table could not be read"),
        pytest.param(ROLE, [deploy(used=114), Refused("index")], id="the index could not be read"),
        pytest.param(ROLE, [Refused("GetAccountAuthorizationDetails")], id="roles could not be listed"),
        pytest.param((f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/deploy", ROLE[1]), [deploy(path="/aws-reserved/")], id="a role that is left out"),
        pytest.param(USER, [Refused("ListUsers")], id="users could not be listed"),
        pytest.param(KEY, [Refused("ListUsers")], id="the users of keys could not be listed"),
        pytest.param(KEY, [alice(Key(used=114)), Refused("ListAccessKeys")], id="keys could not be listed"),
        pytest.param(KEY, [alice(Key(used=114)), Refused("GetCredentialReport")], id="no credential report: the key is active, and its use not known"),
        pytest.param(PASSWORD, [alice(), Refused("GetCredentialReport")], id="no credential report: the password may be there"),
        pytest.param(USER, [alice(Password(used=114)), Refused("GetAccountAuthorizationDetails")], id="tags could not be read: it may be exempt"),
        pytest.param(KEY, [alice(Key(used=114, toggled=3)), Refused("GetAccessKeyLastUsed")], id="the key could not be asked for"),
    ],
)  # fmt: skip
def test_a_flag_stays(key, things):
    assert resolved(key, *things) == []


@pytest.mark.parametrize(
    ("key", "things"),
    [
        pytest.param(ROLE, [deploy(used=3)], id="and is there"),
        pytest.param(ROLE, [], id="and was deleted after that"),
        pytest.param(
            ROLE,
            [deploy(name="web", id="AROAWEB", made=10)],
            id="and was deleted after that, and another is there",
        ),
        pytest.param(KEY, [alice(Key(used=3, is_active=False))], id="and was disabled after that"),
        pytest.param(ROLE, [deploy(used=114, exempt="audit")], id="and is exempt now"),
    ],
)
def test_what_was_seen_awake_since_was_used(key, things):
    assert resolved(key, *things, flag=AWAKE) == [(How.USED, days(3))]


def test_who_was_seen_awake_since_the_name_was_given_again_is_somebody_else():
    assert resolved(ROLE, deploy(id="AROANEW", made=3), flag=AWAKE) == [(How.DELETED, None)]


@pytest.mark.parametrize("keys", [{"AIDAALICE": ()}, {}], ids=["has no keys", "has keys that were not listed"])
def test_a_user_who_exists_and_was_not_judged_is_not_told_as_deleted(keys):
    user = User("alice", ALICE, "AIDAALICE", days(500), None, Gap("its credentials", "denied"), {})
    flagged = [USER, PASSWORD, *([] if keys else [KEY])]
    before = Remembered(dict.fromkeys(flagged, FLAG), owners=dict.fromkeys(flagged, ALICE))

    assert list(all_resolved(before, {}, Inventory(ACCOUNT, "", (user,)), keys, Seen())) == []


@pytest.mark.parametrize(
    ("key", "kind", "name", "access_key_id"),
    [
        (USER, Kind.USER, "alice", ""),
        (PASSWORD, Kind.PASSWORD, "alice", ""),
        (KEY, Kind.ACCESS_KEY, "alice", "AKIA1"),
        (ROLE, Kind.ROLE, "deploy", ""),
    ],
)
def test_what_no_longer_exists_is_named_by_its_key(key, kind, name, access_key_id):
    (each,) = review_of({key: FLAG}).resolved

    assert (each.kind, each.name, each.access_key_id) == (kind, name, access_key_id)


def test_a_role_with_a_path_is_named_without_it():
    (each,) = review_of({(f"arn:aws:iam::{ACCOUNT}:role/ci/deploy", "ID#AROADEPLOY"): FLAG}).resolved

    assert each.name == "deploy"


def test_a_use_from_before_the_flag_is_no_resolution():
    """IAM's word may come late; that it was idle since then was known."""
    late = Flag(days(14), idle_since=days(60))

    assert resolved(ROLE, deploy(used=60), flag=late) == [(How.WITHIN_LIMIT, None)]
    assert resolved(ROLE, deploy(used=59), flag=late) == [(How.USED, NOON - timedelta(days=59))]


def test_a_renamed_user_keeps_its_flags_under_its_new_name():
    alicia = alice(Key(used=200), name="alicia")
    report = review_of({USER: FLAG, KEY: FLAG}, alicia)

    assert report.resolved == ()
    assert [(each.is_new, each.first_flagged) for each in report.findings] == [(False, days(14))] * 2
    assert {key for key, _ in report.to_remember.over} == {USER, KEY}


@pytest.mark.parametrize(
    ("flagged", "things", "how"),
    [
        pytest.param(USER, [alice(Key(used=5), name="alicia")], How.USED, id="user used"),
        pytest.param(KEY, [alice(Key(used=5), Key("AKIA2", used=200), name="alicia")], How.USED, id="key used, known by its id"),
        pytest.param(KEY, [alice(Password(used=5), Key(used=3), name="alicia"), seen(200, USER[1])], How.USED, id="key used, and nothing is idle: known by who was seen under the old name"),
        pytest.param(PASSWORD, [alice(Password(used=5), name="alicia"), seen(200, USER[1])], How.USED, id="password used, known by who was seen under the old name"),
        pytest.param(KEY, [alice(Key(used=114, is_active=False), name="alicia")], How.DISABLED, id="key disabled"),
        pytest.param(USER, [alice(name="alicia", exempt="CISO")], How.EXEMPT, id="user exempt"),
        pytest.param(PASSWORD, [], How.DELETED, id="nobody is there under any name"),
    ],
)  # fmt: skip
def test_what_became_of_a_renamed_users_flag_is_told_under_its_new_name(flagged, things, how):
    (told,) = review_of({flagged: FLAG}, *things).resolved

    assert (told.how, told.name) == (how, things[0].name if things else "alice")


@pytest.mark.parametrize(
    "gap", [{"is_in_report": False}, {"exempt": "CISO"}], ids=["not in the credential report", "tags"]
)
def test_a_renamed_user_who_could_not_be_judged_loses_neither_flag_nor_exemption(gap):
    alicia = alice(Password(used=200), name="alicia", **gap)
    denied = [Refused("GetAccountAuthorizationDetails")] if "exempt" in gap else []
    known = frozenset([USER]) if denied else {USER: FLAG, PASSWORD: FLAG}
    report = review_of(alicia, known, *denied)

    assert report.findings == ()
    assert {key for key, _ in report.to_remember.over} == ({USER} if denied else set())
    assert report.to_remember.exempt == (((f"{ALICE.removesuffix('alice')}alicia", USER[1]),) if denied else ())


def test_a_password_goes_along_with_what_else_was_flagged_under_the_name():
    alicia = alice(Password(used=200), name="alicia")
    assert {each.is_new for each in review_of({USER: FLAG, PASSWORD: FLAG}, alicia).findings} == {False}

    heir_of_the_name = alice(Password(used=200), id="AIDANEW")
    report = review_of({USER: FLAG, PASSWORD: FLAG}, alicia, heir_of_the_name)
    assert {(each.subject.name, str(each.subject.kind)) for each in report.findings if each.is_new} == {
        ("alice", "password"),
        ("alice", "user"),
    }


def test_a_password_goes_along_with_a_key_that_was_flagged_under_the_name():
    alicia = alice(Password(used=200), Key(used=200), Key("AKIA2", used=1), name="alicia")
    report = review_of({PASSWORD: FLAG, KEY: FLAG}, alicia)

    assert (report.resolved, [each.is_new for each in report.findings]) == ((), [False, False])


@pytest.mark.parametrize("before", [{USER: FLAG}, frozenset([USER])], ids=["flagged", "exempt"])
def test_who_was_deleted_is_told_by_the_name_it_had_not_by_that_of_who_had_it_next(before):
    heir = alice(Password(used=1), name="bob", id="AIDANEXT")
    report = review_of(before, heir, seen(50, "ID#AIDANEXT"))

    assert [each.arn for each in (*report.resolved, *report.lapses)] == [ALICE]


def test_whose_a_flag_was_is_not_told_as_deleted_where_it_cannot_be_looked_up():
    report = review_of({PASSWORD: FLAG}, alice(Password(used=200), name="alicia"), Refused("ids"))

    assert report.resolved == ()
    assert "the ids of flagged users" in {gap.what for gap in report.gaps}


@pytest.mark.parametrize(
    "before",
    [frozenset([USER]), {USER: FLAG}, {PASSWORD: replace(FLAG, holder="AIDAALICE")}],
    ids=["exempt", "flagged", "password, by its flag"],
)
def test_whose_it_was_needs_no_look_up_where_an_id_tells(before):
    report = review_of(before, alice(Password(used=200), name="alicia"), Refused("ids"))

    assert (report.resolved, report.lapses, report.gaps) == ((), (), ())


def test_of_a_password_that_several_living_users_may_have_had_it_is_said_that_this_cannot_be_told():
    both = alice(Password(used=1), name="alicia"), alice(Password(used=1), name="bob", id="AIDABOB")
    before = seen(200, USER[1]), seen(150, "ID#AIDABOB"), seen(1, "SIGNIN")
    (told,) = review_of({PASSWORD: FLAG}, *both, *before).resolved

    assert told.how is How.NOT_TOLD
    assert outcome(told) == "unclear whose it was: several users had that name"
    (known,) = review_of({PASSWORD: replace(FLAG, holder="AIDABOB")}, *both, *before).resolved
    assert (known.how, known.name) == (How.USED, "bob")


def test_a_password_of_somebody_who_was_made_anew_under_the_name_is_not_told_as_used_again():
    new = alice(Password(used=3, changed=4), made=4, id="AIDANEW")
    signed_in = seen(3, "SIGNIN", principal_id="AIDANEW")

    for flags in (
        {USER: FLAG, PASSWORD: FLAG},
        {PASSWORD: FLAG},
        {PASSWORD: replace(FLAG, holder="AIDAALICE")},
    ):
        told = {each.key: each.how for each in review_of(new, signed_in, flags).resolved}
        assert told[PASSWORD] is How.DELETED


def test_what_became_of_flags_is_told_in_the_order_in_which_they_are_listed():
    flagged = [USER, ROLE, KEY]

    assert [each.key for each in review_of(dict.fromkeys(flagged, FLAG)).resolved] == flagged


def test_a_user_whose_path_looks_like_a_roles_arn_is_a_user():
    key = f"arn:aws:iam::{ACCOUNT}:user/x:role/alice", "ID#AIDAALICE"

    assert [(each.kind, each.how) for each in review_of({key: FLAG}).resolved] == [(Kind.USER, How.DELETED)]
    assert review_of({key: FLAG}, Refused("ListUsers")).resolved == ()


@pytest.mark.parametrize(
    ("things", "said"),
    [
        pytest.param([Key(used=6), seen(6, "KEY#AKIA1"), seen(1, "DENIED#AKIA1")], "attempted again, and refused, on 2026-11-19 after being used again on 2026-11-14", id="used, and refused since"),
        pytest.param([Key(used=6), seen(1, "KEY#AKIA1"), seen(6, "DENIED#AKIA1")], "used again on 2026-11-19", id="refused, and used since"),
        pytest.param([Key(used=6), seen(6, "KEY#AKIA1"), seen(6, "DENIED#AKIA1")], "used again on 2026-11-14", id="used and refused in the same second"),
        pytest.param([Key(used=6), seen(6 + 20 / 1440, "DENIED#AKIA1")], "attempted again, and refused, on 2026-11-14", id="refused alone, which IAM counts as a use"),
        pytest.param([Key(used=2), seen(6, "DENIED#AKIA1")], "used again on 2026-11-18", id="refused, and used since by IAM's word"),
        pytest.param([Key(used=6, is_active=False), seen(6, "DENIED#AKIA1")], "attempted again, and refused, on 2026-11-14, and disabled since", id="refused, and disabled since"),
        pytest.param([seen(6, "KEY#AKIA1"), seen(5, "DENIED#AKIA1")], "attempted again, and refused, on 2026-11-15 after being used again on 2026-11-14, and deleted since", id="used, refused, and deleted since"),
        pytest.param([Key(used=114), seen(120, "DENIED#AKIA1")], None, id="refused before it was flagged"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "flag", [FLAG, Flag(None, days(114), awakened_at=days(6))], ids=["flagged", "told at once"]
)
def test_what_was_used_and_what_was_refused_are_told_apart(things, said, flag):
    user = alice(*(each for each in things if isinstance(each, Key)))
    told = review_of(user, {KEY: flag}, *(each for each in things if not isinstance(each, Key))).resolved

    expected = said or ("used again on 2026-11-14" if flag.awakened_at else None)
    if said is None and flag.awakened_at:
        assert told == ()  # It is idle, whatever the notice said.
    else:
        assert [outcome(each) for each in told] == ([expected] if expected else [])


def test_a_key_that_was_enabled_again_does_not_read_like_another_threshold():
    user = alice(Password(used=200), Key(made=20))
    (told,) = review_of(user, {USER: Flag(days(7), days(200))}).resolved

    assert told.how is How.RENEWED
    assert outcome(told) == "set anew, or has a newer credential that is not used yet"


@pytest.mark.parametrize(
    ("told_at", "is_told"),
    [
        pytest.param(days(7), False, id="in a mail that went out"),
        pytest.param(days(1), True, id="in none that did"),
    ],
)
def test_what_became_of_a_flag_is_told_once(told_at, is_told):
    """The report that was mailed last is seven days old."""
    report = review_of({ROLE: replace(FLAG, told_at=told_at)})

    assert bool(report.resolved) is is_told
    assert [key for key, _ in report.to_remember.over] == [ROLE]


def test_what_is_stale_once_more_after_it_was_told_of_is_new():
    report = review_of({ROLE: replace(FLAG, told_at=days(7))}, deploy(used=114))

    assert [(each.is_new, each.first_flagged) for each in report.findings] == [(True, NOON)]
    assert report.to_remember.over == ()


def test_what_was_flagged_by_a_report_that_was_never_mailed_is_new_and_keeps_its_date():
    report = review_of({ROLE: Flag(days(1), days(114))}, deploy(used=114))

    assert [(each.is_new, each.first_flagged) for each in report.findings] == [(True, days(1))]


def test_an_exemption_of_a_renamed_user_is_not_of_somebody_who_is_gone():
    alicia = alice(Password(used=200), name="alicia", exempt="CISO")
    report = review_of(alicia, frozenset([USER]))

    assert report.lapses == ()
    assert report.to_remember.exempt == ((f"{ALICE.removesuffix('alice')}alicia", USER[1]),)


def test_what_was_done_about_a_use_is_told_with_it():
    (told,) = review_of({KEY: AWAKE}, alice(Key(used=200, is_active=False))).resolved

    assert (told.how, told.at, told.then) == (How.USED, days(3), How.DISABLED)
    assert outcome(told) == "used again on 2026-11-17, and disabled since"


def test_what_was_only_attempted_again_is_told_as_that():
    attempt = seen(5, "DENIED#AKIA1", error_code="AccessDenied")
    (key,) = [
        each for each in review_of(alice(Key(used=200)), attempt, {KEY: FLAG}).resolved if each.key == KEY
    ]

    assert key.is_refused
    assert outcome(key) == "attempted again, and refused, on 2026-11-15"


@pytest.mark.parametrize(
    ("flag", "things"),
    [
        pytest.param(FLAG, [seen(3, "ID#", "role/deploy")], id="seen without an id"),
        pytest.param(AWAKE, [], id="announced as a use of the flagged one"),
    ],
)
def test_a_use_of_who_was_made_anew_under_the_name_is_none_of_who_is_gone(flag, things):
    """A service assumed the role three days ago: such events do not tell the role's id."""
    (told,) = review_of({ROLE: flag}, deploy(id="AROANEW", made=4), *things).resolved

    assert (told.how, told.at, told.then) == (How.DELETED, None, None)


def test_a_user_that_was_moved_while_a_report_half_failed_and_is_gone_is_told_as_deleted_once():
    """Its flag is under both of its names still."""
    new = ALICE.replace("alice", "alicia")
    flag = replace(FLAG, holder="AIDAALICE")
    report = review_of({USER: flag, (new, USER[1]): flag})

    assert [each.how for each in report.resolved] == [How.DELETED]
    assert {key for key, _ in report.to_remember.over} == {USER, (new, USER[1])}


def test_what_was_told_by_a_report_whose_mail_was_refused_is_told_after_a_mail_that_could_not_tell_it():
    """Two days ago a mail went out that could not tell of the role: it could not be listed then."""
    report = review_of(
        {ROLE: replace(FLAG, told_at=days(3))}, activity(-2 * DAY, principal="report", facet=ACCOUNT)
    )

    assert [each.how for each in report.resolved] == [How.DELETED]


def test_what_is_stale_again_after_a_resolution_that_was_never_mailed_is_known():
    """It was exempt for a day, and the mail that would have said so was refused."""
    report = review_of({ROLE: replace(FLAG, told_at=days(1))}, deploy(used=114))

    assert [(each.is_new, each.first_flagged) for each in report.findings] == [(False, FLAG.first_flagged)]


def test_a_flag_of_a_namesake_who_is_gone_is_not_the_one_that_is_kept():
    """Bob was renamed to alice; the alice who was flagged before was deleted, after she had signed in."""
    bobs = PASSWORD[0].replace("alice", "bob"), "SIGNIN"
    flags = {PASSWORD: replace(AWAKE, holder="AIDAGONE"), bobs: replace(FLAG, holder="AIDABOB")}
    report = review_of(flags, alice(Password(used=200), id="AIDABOB"))

    (password,) = (each for each in report.findings if each.key == PASSWORD)
    assert (password.is_new, password.is_renewed) == (False, False)
    assert report.to_remember.told == ((PASSWORD, "AIDAGONE"),)


def test_who_took_the_name_of_somebody_who_is_gone_keeps_its_flags_until_it_can_be_judged():
    """Bob was renamed to alice, whom the credential report does not have yet; the alice before was deleted."""
    bobs = PASSWORD[0].replace("alice", "bob"), "SIGNIN"
    flags = {PASSWORD: replace(FLAG, holder="AIDAGONE"), bobs: replace(FLAG, holder="AIDABOB")}
    report = review_of(flags, alice(Password(used=200), id="AIDABOB", is_in_report=False))

    assert [each.how for each in report.resolved] == [How.DELETED]
    assert report.to_remember.over == ((PASSWORD, "AIDAGONE"),)
