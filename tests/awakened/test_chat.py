"""A notice in a chat channel."""

import json

import pytest
from awakened_changes import BATCH, CAROL, DAY, DENIED_KEY, FLAG, KEY, ROOT_USER, seen
from builders import ACCOUNT

from awakened.chat import chat
from awakened.flagged import Notice
from awakened.message import message
from awakened.subject import Kind, Subject, subject_of
from awakened.waking import Use

USER = Subject(Kind.USER, CAROL)


def use(facet=KEY, *, flag=FLAG.first_flagged, since=FLAG.idle_since, **evidence):
    activity = seen(facet, 14 * DAY, **evidence)
    return Use(subject_of(activity.key), activity, since, flag)


def told(notice):
    return json.loads(chat(notice))


def test_it_says_what_was_used_how_and_what_to_do():
    said = told(Notice(use(), (USER,), account_name="acme-prod"))

    assert said == {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": ":warning: access key AKIACAROL of user carol used after 214 days",
            "description": (
                f"Account `acme-prod ({ACCOUNT})`, `carol`, 2026-12-04 12:00 UTC\n"
                "`s3.amazonaws.com ListBuckets`, in `eu-west-1`, from `203.0.113.24`, agent `aws-cli/2.17`\n"
                "First flagged on 2026-11-20.\n"
                "The same goes for user `carol`."
            ),
            "nextSteps": [
                "`aws iam update-access-key --user-name carol --access-key-id AKIACAROL --status Inactive`",
                "`aws cloudtrail lookup-events --region eu-west-1"
                " --lookup-attributes AttributeKey=EventId,AttributeValue=event-1`",
                "`lastseen who AKIACAROL`",
            ],
        },
        "metadata": {
            "threadId": f"{ACCOUNT}/user/carol",
            "summary": ":warning: access key AKIACAROL of user carol used after 214 days",
            "eventType": "awakened",
            "additionalContext": {
                "finding_id": f"{ACCOUNT}:access_key:AKIACAROL",
                "account": ACCOUNT,
                "event_id": "event-1",
            },
        },
    }


@pytest.mark.parametrize(
    ("facets", "thread"),
    [
        pytest.param([use(KEY), use("SIGNIN"), use(DENIED_KEY)], f"{ACCOUNT}/user/carol", id="a user's"),
        pytest.param([use("ID#", principal=BATCH)], f"{ACCOUNT}/role/batch", id="a role's"),
        pytest.param([use("SIGNIN", principal=ROOT_USER)], f"{ACCOUNT}/root", id="the root user's"),
    ],
)
def test_all_of_one_user_or_role_is_one_thread(facets, thread):
    assert {told(Notice(each))["metadata"]["threadId"] for each in facets} == {thread}


def test_the_root_user_has_no_finding_and_no_command_to_disable_its_password():
    said = told(Notice(use("SIGNIN", principal=ROOT_USER, flag=None, since=None)))

    assert said["content"]["title"] == ":warning: the root user signed in"
    assert "finding_id" not in said["metadata"]["additionalContext"]
    assert not any("iam" in each for each in said["content"]["nextSteps"][:1])


HOSTILE = "<!here> [x](https://evil.example) `*b*`\n@channel <https://evil.example|click>"


def test_what_the_caller_chose_is_no_link_no_mention_and_no_formatting():
    said = told(
        Notice(
            use(
                "ID#",
                principal=BATCH,
                user_agent=HOSTILE,
                session_name=HOSTILE,
                source_ip=HOSTILE,
                event_name=HOSTILE,
                region=HOSTILE,
            ),
            account_name=HOSTILE,
        )
    )
    text = said["content"]["description"]

    assert len(text.splitlines()) == 3
    assert not any(bad in text for bad in ("<", ">", "://", " @", "`@"))
    outside = "".join(text.split("`")[::2])
    assert not any(bad in outside for bad in ("[", "*", "evil"))


def test_a_command_that_a_channel_would_change_is_left_to_the_mail():
    principal = CAROL.replace("carol", "@here")
    said = told(Notice(use("ID#AIDACAROL", principal=principal)))

    assert "of" not in said["content"]["title"].split()
    assert "＠here" in said["content"]["title"]  # noqa: RUF001
    assert said["content"]["nextSteps"][0].startswith("The command that disables it is in the mail: ")


def test_only_https_subscriptions_get_it_and_only_if_it_is_asked_for():
    notice = Notice(use())
    with_it, without = (json.loads(message(notice, has_chat=each)["Message"]) for each in (True, False))

    assert json.loads(with_it.pop("https")) == told(notice)
    assert with_it == without
    assert without.keys() == {"default", "email", "sms"}


def test_what_is_not_known_leaves_no_gap():
    nothing = {"event_source": "", "event_name": "", "user_agent": "", "session_name": ""}
    lines = told(Notice(use(**nothing), ()))["content"]["description"].splitlines()

    assert lines[1] == "in `eu-west-1`, from `203.0.113.24`"


def test_an_address_and_a_region_that_are_not_known_leave_no_gap():
    lines = told(Notice(use(source_ip="", region=""), ()))["content"]["description"].splitlines()

    assert lines[1] == "`s3.amazonaws.com ListBuckets`, agent `aws-cli/2.17`"
