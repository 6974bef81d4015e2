"""What the table of the mail has room for, and what it says of the rest."""

import re

import pytest
from accounts import DAY, Key, Password, alice, days, deploy, review_of
from builders import ACCOUNT, activity

from activity.item import Flag
from reporter.publishing.mail import body

PREVIOUS = activity(-7 * DAY, principal="report", facet=ACCOUNT)


def used(number):
    return [deploy(name=f"used-{each:02}", id=f"AROAUSED{each:02}", used=100 + each) for each in range(number)]


def unused(number):
    return [deploy(name=f"never-{each:02}", id=f"AROANEVER{each:02}", made=200) for each in range(number)]


def flagged(*roles):
    return {(each.arn, f"ID#{each.id}"): Flag(days(14), days(114)) for each in roles}


def beyond(text):
    """What is said of roles without a recorded use."""
    return re.findall(r"(?m)^\d+ roles? ha.*$", text)


def test_where_all_have_room_a_role_without_a_recorded_use_has_a_row():
    text = body(review_of(*used(19), *unused(1)))

    assert re.search(r"(?m)^\d+\* +role +never-00 +200 +no recorded use$", text)
    assert beyond(text) == []


def test_one_role_without_a_recorded_use_is_told_in_the_singular():
    text = body(review_of(*used(20), *unused(1)))

    assert beyond(text) == ["1 role has no recorded use: never-00*."]
    assert "more finding" not in text


@pytest.mark.parametrize(("number", "rest"), [(10, ""), (11, " and 1 more")])
def test_ten_roles_without_a_recorded_use_are_named_and_the_rest_is_counted(number, rest):
    names = ", ".join(f"never-{each:02}*" for each in range(10))
    text = body(review_of(*used(11), *unused(number)))

    assert beyond(text) == [f"{number} roles have no recorded use: {names}{rest}."]


def test_the_commands_begin_after_an_empty_line():
    assert "\n\nCommands, by number; the first error stops them:\n\n( set -e\n" in body(review_of(*used(1)))


def test_of_the_roles_without_a_recorded_use_the_new_ones_are_named_first():
    known, new = unused(2)
    told = beyond(body(review_of(*used(20), known, new, flagged(known), PREVIOUS)))

    assert told == ["2 roles have no recorded use: never-01*, never-00."]


def test_a_star_means_new_only_where_something_was_reported_before():
    (known,) = used(1)

    assert "(* is new)" not in body(review_of(known, flagged(known), PREVIOUS))
    assert "(* is new)" not in body(review_of(known))
    assert "(* is new)" in body(review_of(*used(2), flagged(known), PREVIOUS))


def test_a_user_that_is_idle_altogether_is_denied_once_for_its_password_and_itself():
    text = body(review_of(alice(Password(used=100), Key(used=100))))

    assert re.findall(r"(?m)^echo '(.*)'\naws iam ([\w-]+)", text) == [
        ("1, 3", "update-access-key"),
        ("2, 3", "put-user-policy"),
    ]
    assert "cannot be undone" not in text.partition("Or delete the password")[0]
