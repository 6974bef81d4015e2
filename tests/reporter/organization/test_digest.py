"""What becomes of each account on the list, and what has changed since the last report."""

import pytest

from activity.accounts import Account
from reporter.organization.digest import Before, digest

PROD, LAB, DATA = (
    Account("111111111111", "prod"),
    Account("222222222222", "lab"),
    Account("333333333333", "data"),
)
CLOSED = Account("444444444444", "gone", state="CLOSED")


_NOTHING = Before()


def summary(account, **more):
    empty = {"new": 0, "open": 0, "resolved": 0, "risks": {}, "gaps": [], "warnings": [], "first": []}
    return {"account": account.plain(), "alias": "", "is_empty": False, **empty, **more}


def told(*accounts, before=_NOTHING, **summaries):
    every = {each["account"]["id"]: each for each in summaries.values()}
    return digest("2026-11-20T12:00:00Z", "o-example", accounts, every, before)


def finding(account, risk, idle=100, name="x", **more):
    return {
        "account": account.id,
        "risk": risk,
        "idle_days": idle,
        "arn": name,
        "kind": "role",
        "is_new": False,
    } | more


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(None, "its review left no result: it failed, or ran out of time", id="no result"),
        pytest.param({"not_read": "denied"}, "denied", id="not read"),
        pytest.param({"is_empty": True}, "neither its users nor its roles could be read", id="nothing listed"),
        pytest.param(
            {"is_empty": True, "gaps": [{"what": "users", "reason": "AccessDenied"}]},
            "neither its users nor its roles could be read: AccessDenied",
            id="nothing listed, with the reason",
        ),
    ],
)
def test_an_account_without_a_result_is_not_read_with_its_reason(given, reason):
    summaries = {} if given is None else {"prod": summary(PROD, **given)}
    digest = told(PROD, LAB, lab=summary(LAB), **summaries)

    (unread,) = digest.unread
    assert unread.account == PROD
    assert unread.reason.startswith(reason)
    assert [each["account"]["id"] for each in digest.read] == [LAB.id]


def test_what_is_closed_is_left_out_even_if_it_was_read_before():
    digest = told(PROD, CLOSED, prod=summary(PROD), before=Before(frozenset({CLOSED.id}), {CLOSED.id: "gone"}))

    assert digest.left_out == (CLOSED,)
    assert (digest.unread, digest.lost, digest.left) == ((), (), ())


def test_a_result_of_an_account_that_is_not_listed_is_not_told():
    assert told(PROD, prod=summary(PROD), lab=summary(LAB, new=3)).total("new") == 0


@pytest.mark.parametrize(
    ("before", "lost", "joined", "left"),
    [
        pytest.param(Before(), [], [], (), id="the first report"),
        pytest.param(Before(frozenset({LAB.id}), {LAB.id: "lab", PROD.id: "prod"}), [LAB], [], (), id="lost"),
        pytest.param(Before(frozenset(), {LAB.id: "lab", PROD.id: "prod"}), [], [], (), id="never read"),
        pytest.param(Before(frozenset(), {LAB.id: "lab"}), [], [PROD], (), id="joined"),
        pytest.param(
            Before(frozenset({DATA.id}), {LAB.id: "lab", PROD.id: "prod", DATA.id: "data"}),
            [],
            [],
            ("data (333333333333)",),
            id="left",
        ),
        pytest.param(
            Before(frozenset(), {LAB.id: "", PROD.id: "", DATA.id: ""}),
            [],
            [],
            ("333333333333",),
            id="without a name",
        ),
    ],
)
def test_what_has_changed_since_the_last_report(before, lost, joined, left):
    digest = told(PROD, LAB, prod=summary(PROD), before=before)

    assert (list(digest.lost), list(digest.joined), digest.left) == (lost, joined, left)


def test_the_most_dangerous_of_all_accounts_comes_first():
    administrator = finding(LAB, "administrator", 91)
    old, young = finding(PROD, "access_key", 500), finding(LAB, "access_key", 100)
    role = finding(PROD, "role", 900)
    digest = told(
        PROD, LAB, prod=summary(PROD, first=[old, role]), lab=summary(LAB, first=[administrator, young])
    )

    assert digest.first == [administrator, old, young, role]


def test_accounts_come_by_what_is_most_dangerous_in_them_then_by_how_much():
    digest = told(
        PROD,
        LAB,
        DATA,
        prod=summary(PROD, risks={"role": 300}),
        lab=summary(LAB, risks={"access_key": 1}),
        data=summary(DATA, risks={"access_key": 2}),
    )

    assert [each["account"]["name"] for each in digest.read] == ["data", "lab", "prod"]


def test_gaps_and_silence_are_of_those_that_were_read():
    digest = told(
        PROD,
        LAB,
        prod=summary(PROD, gaps=[{}, {}], warnings=["no trail"]),
        lab=summary(LAB, not_read="denied", gaps=[{}]),
    )

    assert digest.gaps == 2
    assert [each["account"]["name"] for each in digest.silent] == ["prod"]
