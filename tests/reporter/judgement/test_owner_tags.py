"""Who answers for what, by tags that anybody may have written."""

import pytest
from accounts import Key, Password, alice, deploy, review_of

from reporter.inventory.account import Gap
from reporter.judgement.known import Terms
from reporter.judgement.owner_tags import LONGEST, listed, owner_of

TAGS = ("owner", "team", "contact")


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        (" , ,", ()),
        ("owner", ("owner",)),
        ("owner, team,owner", ("owner", "team")),
        ("Cost Center,a:b/c", ("Cost Center", "a:b/c")),
    ],
)
def test_the_parameter_lists_tags_each_once(text, tags):
    assert listed(text) == tags


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        pytest.param({}, "", id="no tags"),
        pytest.param({"team": "data"}, "data", id="the second tag"),
        pytest.param(
            {"contact": "c", "team": "t", "owner": "o"}, "o", id="the first of them, in the parameter's order"
        ),
        pytest.param({"OWNER": "o"}, "o", id="in capitals"),
        pytest.param({"owner": " ", "team": "t"}, "t", id="a blank one does not count"),
        pytest.param({"owner": "a\r\nSubject: b"}, "a Subject: b", id="on one line"),
        pytest.param({"owner": "a\x00\x1b[2Jb"}, "a??[2Jb", id="no control characters"),
        pytest.param({"owner": "a\u202eb\u2028c"}, "a?b c", id="no text turned around"),
        pytest.param({"owner": "x" * 300}, "x" * LONGEST, id="no longer than a tag may be"),
        pytest.param({"owner": f"{'x' * 255} y"}, "x" * 255, id="cut behind a word"),
        pytest.param({"owner": "\ud800"}, "?", id="half a character"),
        pytest.param({"Name": "x"}, "", id="other tags"),
    ],
)
def test_the_first_tag_that_tells_is_the_owner(tags, owner):
    assert owner_of(tags, TAGS) == owner


def owners(*things, **terms):
    found = review_of(*things, Terms(**{"owner_tags": TAGS} | terms)).findings
    return {(each.subject.kind, each.subject.owner) for each in found}


def test_a_users_password_and_keys_have_its_owner():
    user = alice(Password(used=100), Key(used=100), owner="ann")

    assert owners(user) == {("user", "ann"), ("password", "ann"), ("access_key", "ann")}


def test_what_has_no_owner_has_that_of_the_account():
    things = deploy(used=100), alice(Key(used=100), owner="ann")

    assert owners(*things, account_owner="platform") == {
        ("role", "platform"),
        ("user", "ann"),
        ("access_key", "ann"),
    }


def test_without_owner_tags_nobody_is_the_owner_of_anything():
    report = review_of(deploy(used=100, owner="ann"))

    assert (report.findings[0].subject.owner, report.unowned, report.owner_tags) == ("", 0, ())


def test_what_has_no_owner_is_counted():
    report = review_of(
        deploy(used=100), deploy(name="other", id="AROA2", used=100, owner="ann"), Terms(owner_tags=TAGS)
    )

    assert report.unowned == 1


def test_an_account_whose_owner_could_not_be_asked_for_is_a_gap():
    gap = Gap("the owner of account 1", "denied")
    report = review_of(deploy(used=100), Terms(owner_tags=TAGS, account_owner=gap))

    assert (report.gaps, report.findings[0].subject.owner) == ((gap,), "")
