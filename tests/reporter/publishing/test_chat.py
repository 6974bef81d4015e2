"""A report in a chat channel: one message with what is new, or with the line that nothing is."""

import json
from dataclasses import replace

import pytest
from accounts import Key, Password, Refused, alice, days, deploy, review_of
from builders import ACCOUNT

from activity.item import Flag
from reporter.listening.coverage import Coverage, Trails
from reporter.publishing.chat import chat, still_open
from reporter.publishing.message import message

OPEN = {(f"arn:aws:iam::{ACCOUNT}:role/deploy", "ID#AROADEPLOY"): Flag(days(14), days(200))}
LINK = "https://eu-west-1.console.aws.amazon.com/s3/object/reports?region=eu-west-1&prefix=1%2Freport.html"


def content(report, link=""):
    return json.loads(chat(report, link))["content"]


def test_what_is_new_is_listed_the_most_dangerous_first_and_the_rest_is_a_number():
    told = content(review_of(alice(Password(used=100), Key(used=120)), deploy(used=200), OPEN), LINK)

    assert told["title"] == ":warning: IAM in acme: 3 new, 1 open"
    assert told["description"].splitlines() == [
        "• access key `AKIA1` of user `alice`: idle for 120 days, works from anywhere",
        "• password of user `alice`: idle for 100 days, opens the console",
        "• user `alice`: idle for 100 days",
    ]
    assert told["nextSteps"] == [f"Full report: {LINK}"]


def test_ten_are_listed_and_the_others_counted():
    roles = [deploy(name=f"r{number}", id=f"AROA{number}", used=100) for number in range(12)]
    lines = content(review_of(*roles))["description"].splitlines()

    assert len(lines) == 11
    assert lines[-1] == "and 2 new findings more"
    assert content(review_of(*roles[:11]))["description"].endswith("\nand 1 new finding more")
    assert len(content(review_of(*roles[:10]))["description"].splitlines()) == 10


@pytest.mark.parametrize(
    ("things", "line"),
    [
        pytest.param((deploy(used=100), OPEN), "Nothing is new. 1 finding is still open.", id="one is open"),
        pytest.param((), "Nothing is new. No finding is open.", id="none is"),
        pytest.param(
            (alice(Key(used=100)), Refused("GetCredentialReport")),
            "Nothing is new among what could be checked. No finding is open.",
            id="not all was read",
        ),
        pytest.param(
            (Refused("GetAccountAuthorizationDetails"), Refused("ListUsers")),
            "Nothing could be read: neither users nor roles could be listed.",
            id="nothing was",
        ),
    ],
)
def test_if_nothing_is_new_there_is_a_line_and_no_more(things, line):
    told = content(review_of(*things))

    assert told["description"] == line
    assert told["title"].startswith(":mag: IAM in ")
    assert still_open(2) == "2 findings are still open."


def test_that_events_do_not_arrive_comes_first():
    deaf = replace(review_of(), coverage=Coverage(trails=Trails(("No trail logs *management* events.",))))
    told = content(deaf)

    assert told["title"].startswith(":warning: ")
    assert told["title"].endswith("EVENTS NOT ARRIVING")
    assert "No trail logs ＊management＊ events." in told["description"].splitlines()[0]  # noqa: RUF001


def test_a_name_is_code_in_a_chat_whatever_it_is():
    told = content(review_of(deploy(name="@here", used=100)))

    assert told["description"].startswith("• role `＠here`: ")  # noqa: RUF001


def test_only_https_subscriptions_get_it_and_only_if_it_is_asked_for():
    report = review_of(deploy(used=100))
    with_it, without = (json.loads(message(report, "", LINK, has_chat=each).text) for each in (True, False))

    assert json.loads(with_it.pop("https")) == json.loads(chat(report, LINK))
    assert with_it == without
    assert without.keys() == {"default", "email", "sms"}


def test_reports_are_no_thread():
    """What is new would be hidden below the first report."""
    told = json.loads(chat(review_of()))

    assert "threadId" not in told["metadata"]
    assert told["metadata"]["eventType"] == "report"
    assert "nextSteps" not in told["content"]
