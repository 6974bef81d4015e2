"""Exemptions that should be looked at."""

import pytest
from accounts import Key, Password, Refused, alice, days, deploy, review_of, seen
from builders import ACCOUNT, NOON

from reporter.judgement.owners import Lost, Remembered
from reporter.judgement.tidying import lapses as lapses_of

ALICE, DEPLOY = (f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("user/alice", "role/deploy"))
USERS_KEY, ROLES_KEY = (ALICE, "ID#AIDAALICE"), (DEPLOY, "ID#AROADEPLOY")


def lapses(*things, exempt=()):
    """`exempt` were those of the last report."""
    return [(each.arn, each.why) for each in review_of(*things, frozenset(exempt)).lapses]


# The report is made on 2026-11-20.
@pytest.mark.parametrize(
    ("thing", "why"),
    [
        pytest.param(deploy(exempt="audit until=2026-11-20"), None, id="idle, on its last day"),
        pytest.param(deploy(exempt="audit until=2026-11-19"), "ended on 2026-11-19 (audit)", id="idle, and over since yesterday"),
        pytest.param(deploy(exempt="audit until=2026-11-19", used=1), "ended on 2026-11-19 (audit)", id="in use, and over"),
        pytest.param(deploy(exempt="audit", used=3), "in use, last on 2026-11-17 (audit)", id="role in use"),
        pytest.param(deploy(exempt="audit until=soon"), "'audit until=soon' has no valid end such as until=2027-01-31", id="idle, with an end that cannot be read"),
        pytest.param(deploy(exempt="audit", made=10), None, id="never used, and too young to be idle"),
        pytest.param(deploy(exempt="audit", used=100), None, id="idle"),
        pytest.param(deploy(used=3), None, id="in use, and not exempt"),
        pytest.param(alice(Password(used=3), Key(used=3), exempt="CISO"), "in use, last on 2026-11-17 (CISO)", id="user in use with all it holds"),
        pytest.param(alice(Password(used=3), Key(used=300), exempt="CISO"), None, id="user in use, but for a key: the exemption spares that"),
        pytest.param(alice(Password(used=3), Key(used=300), exempt="CISO until=2026-11-19"), "ended on 2026-11-19 (CISO)", id="user over, told once for all it holds"),
    ],
)  # fmt: skip
def test_an_exemption_of_somebody_who_exists(thing, why):
    before = alice(name="anna", id="AIDAANNA")

    assert lapses(before, thing) == ([(thing.arn, why)] if why else [])


UNTAG = "aws iam untag-role --role-name deploy --tag-keys last-activity:exempt"


@pytest.mark.parametrize(
    ("thing", "fix"),
    [
        pytest.param(deploy(exempt="audit until=2026-11-19"), f"set a new end, or: {UNTAG}", id="over"),
        pytest.param(deploy(exempt="audit", used=3), f"if it isn't needed: {UNTAG}", id="in use"),
        pytest.param(
            alice(Password(used=100), exempt="audit until=soon"),
            "aws iam tag-user --user-name alice --tags"
            ' \'[{"Key": "last-activity:exempt", "Value": "REASON until=YYYY-MM-DD"}]\'',
            id="an end that cannot be read",
        ),
    ],
)
def test_an_exemption_is_told_with_the_command_that_mends_it(thing, fix):
    assert [each.fix for each in review_of(thing).lapses] == [fix]


@pytest.mark.parametrize(
    ("key", "things", "is_gone"),
    [
        pytest.param(ROLES_KEY, [], True, id="role deleted"),
        pytest.param(ROLES_KEY, [deploy(id="AROANEW")], True, id="role made anew under the name"),
        pytest.param(ROLES_KEY, [deploy()], False, id="role that is there, and no longer exempt"),
        pytest.param(
            ROLES_KEY, [Refused("GetAccountAuthorizationDetails")], False, id="roles could not be listed"
        ),
        pytest.param(
            ROLES_KEY, [Refused("ListUsers")], True, id="role deleted, while users could not be listed"
        ),
        pytest.param(USERS_KEY, [], True, id="user deleted"),
        pytest.param(USERS_KEY, [alice()], False, id="user that is there, and no longer exempt"),
        pytest.param(USERS_KEY, [Refused("ListUsers")], False, id="users could not be listed"),
    ],
)
def test_an_exemption_of_somebody_who_is_gone_is_told(key, things, is_gone):
    told = lapses(*things, exempt=[key])

    assert told == ([(key[0], "no longer exists")] if is_gone else [])


@pytest.mark.parametrize(
    ("told", "is_told_again"),
    [
        pytest.param({}, True, id="never"),
        pytest.param({ROLES_KEY: days(7)}, False, id="in the last mail"),
        pytest.param({ROLES_KEY: days(14)}, True, id="in one that was not sent"),
    ],
)
def test_who_is_gone_is_told_once(told, is_told_again):
    gone = {ROLES_KEY: Lost.DELETED}
    remembered = Remembered(exempt=frozenset(gone), told=told, previous=days(7), owners=gone)

    found = [(each.arn, each.fix) for each in lapses_of((), remembered, NOON)]
    assert found == ([(DEPLOY, "nothing to do; this is said once")] if is_told_again else [])


def test_those_who_are_exempt_now_are_known_for_the_next_report():
    report = review_of(
        alice(Password(used=3), exempt="CISO"),
        deploy(exempt="audit until=2026-11-20"),
        deploy(name="batch", id="AROABATCH", exempt="audit until=2026-11-19"),
        deploy(name="web", id="AROAWEB"),
    )

    assert report.to_remember.exempt == (USERS_KEY, ROLES_KEY)


def test_who_is_exempt_and_seen_under_another_name_is_in_use():
    """IAM has no use of it on record."""
    report = review_of(alice(Password(), exempt="CISO"), seen(10, "ID#AIDAALICE", "user/maiden"))

    assert [str(subject.kind) for subject, _ in report.exempt] == ["password"]


def test_whoever_may_be_exempt_by_tags_nobody_could_read_is_not_told_of():
    denied = Refused("GetAccountAuthorizationDetails")

    assert lapses(alice(Password(used=3), exempt="CISO"), seen(3, "SIGNIN"), denied, exempt=[USERS_KEY]) == []


@pytest.mark.parametrize(
    ("key", "things", "is_kept"),
    [
        pytest.param(ROLES_KEY, [deploy()], False, id="the tag was taken off"),
        pytest.param(ROLES_KEY, [], False, id="it is gone, and that is told once"),
        pytest.param(ROLES_KEY, [Refused("GetAccountAuthorizationDetails")], True, id="roles could not be listed"),
        pytest.param(USERS_KEY, [Refused("ListUsers")], True, id="users could not be listed"),
        pytest.param(USERS_KEY, [alice(), Refused("GetAccountAuthorizationDetails")], True, id="tags could not be read"),
    ],
)  # fmt: skip
def test_an_exemption_that_could_not_be_looked_at_is_not_forgotten(key, things, is_kept):
    assert (key in review_of(*things, frozenset([key])).to_remember.exempt) is is_kept
