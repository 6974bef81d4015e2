"""What chat channels are sent: within their limits, and none of it other people's formatting."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.chat import (
    LONGEST_DESCRIPTION,
    LONGEST_STEP,
    LONGEST_TITLE,
    MOST_STEPS,
    code,
    command,
    notification,
    text,
)

HOSTILE = [
    "<!here>",
    "<!channel|all>",
    "<@U012AB3CD>",
    "<https://evil.example|the report>",
    "https://evil.example/x",
    "www.evil.example",
    "mailto:x@evil.example",
    "[the report](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "@channel",
    "@here now",
    "a @everyone",
    "`*bold*` _it_ ~gone~",
    "*bold*",
    "_italic_",
    "~gone~",
    "&lt;!here&gt;",
    "# heading",
    "| a | b |",
    "one\n# two\r\n> three",
    "\u202eevil",
    "\\*x\\*",
]
# What Slack and Teams make something of, wherever it stands.
ALIVE = re.compile(r"[<>&\n\r\u202e]|://|www\.\w|mailto:\w|(?<![\w.+-])@")


@pytest.mark.parametrize("words", HOSTILE)
def test_other_peoples_words_are_code_and_nothing_else(words):
    shown = code(words)

    assert shown[0] == shown[-1] == "`"
    assert "`" not in shown[1:-1]
    assert not ALIVE.search(shown)


@pytest.mark.parametrize("words", HOSTILE)
def test_in_a_title_they_format_nothing(words):
    shown = text(words)

    assert not ALIVE.search(shown)
    assert not re.search(r"[*~`\[\]|#\\]|(?<!\w)_|_(?!\w)", shown)


def test_what_would_format_a_title_is_a_character_that_looks_like_it():
    assert text("_a_ *b* c_d") == "＿a＿ ＊b＊ c_d"  # noqa: RUF001


@given(st.text(max_size=300))
def test_no_text_at_all_comes_alive(words):
    shown = code(words)

    assert not ALIVE.search(shown)
    assert shown.count("`") == 2
    assert not ALIVE.search(text(words))


@pytest.mark.parametrize(
    "words", ["alice", "alice@example.com", "my_role_2", "AKIAEXAMPLE1", "svc+ci=x,y.z-1", "s3.amazonaws.com"]
)
def test_what_is_harmless_stays_as_it_is(words):
    assert code(words) == f"`{words}`"
    assert text(words) == words


def test_a_link_and_a_mention_can_be_read_still():
    assert code("https://evil.example") == "`https: //evil.example`"
    assert code("www.evil.example, @here") == "`www. evil.example, ＠here`"  # noqa: RUF001


def test_a_long_value_is_cut():
    assert code("x" * 201) == f"`{'x' * 197}...`"
    assert code("x" * 200) == f"`{'x' * 200}`"


@pytest.mark.parametrize("shell", ["aws iam x --user-name @here", "aws iam x --user-name '<x>'", "x" * 400])
def test_a_command_is_shown_as_it_is_or_not_at_all(shell):
    assert command(shell) == ""
    assert command("aws iam x --user-name a_b@c.de") == "`aws iam x --user-name a_b@c.de`"


def test_a_message_has_no_more_than_fits():
    told = json.loads(
        notification("t" * 999, ["x" * 100] * 99, ["s" * 351, *["s" * 350] * 9, ""], event="report")
    )
    content, metadata = told["content"], told["metadata"]

    assert len(content["title"]) == len(metadata["summary"]) == LONGEST_TITLE
    assert len(content["description"]) <= LONGEST_DESCRIPTION + 4
    assert content["description"].endswith(f"{'x' * 100}\n...")
    assert content["nextSteps"] == ["s" * LONGEST_STEP] * MOST_STEPS


def test_lines_that_just_fit_are_all_there():
    lines = ["x" * 99] * (LONGEST_DESCRIPTION // 100)

    assert json.loads(notification("t", lines, event="report"))["content"]["description"] == "\n".join(lines)


def test_a_short_message_is_whole_and_has_nothing_empty():
    told = json.loads(notification("title", ["one", "two"], event="report"))

    assert told == {
        "version": "1.0",
        "source": "custom",
        "content": {"textType": "client-markdown", "title": "title", "description": "one\ntwo"},
        "metadata": {"summary": "title", "eventType": "report"},
    }


def test_what_belongs_together_is_a_thread_and_custom_actions_have_their_context():
    told = json.loads(notification("t", [], event="report", thread="acme", context={"user": "alice"}))

    assert told["metadata"] == {
        "threadId": "acme",
        "summary": "t",
        "eventType": "report",
        "additionalContext": {"user": "alice"},
    }
