"""The picture in docs/chat.md: of what the code sends, with all of its fields."""

import html
import json
import re

import pytest
from chat_form import CUSTOM_NOTIFICATION
from chat_picture import flat, marked, page
from jsonschema import Draft202012Validator
from pages import HOSTILE
from screenshot import CHAT_PICTURE, chat_messages, chat_page, digest

FULL = {
    "version": "1.0",
    "source": "custom",
    "id": "id-1",
    "content": {
        "textType": "client-markdown",
        "title": "the title",
        "description": "line one\nline two",
        "nextSteps": ["step one", "step two"],
        "keywords": ["word one", "word two"],
    },
    "metadata": {
        "threadId": "thread-1",
        "summary": "the summary",
        "eventType": "report",
        "relatedResources": ["arn one", "arn two"],
        "additionalContext": {"account": "123456789012"},
    },
}


def text_of(page):
    return html.unescape(re.sub(r"<[^>]+>", "\n", page.partition("<body>")[2]))


def test_every_field_that_a_message_may_have_is_shown():
    parts = {
        name: each["properties"]
        for name, each in CUSTOM_NOTIFICATION["properties"].items()
        if "properties" in each
    }
    shown = text_of(page([("A message", json.dumps(FULL))]))

    assert FULL.keys() == CUSTOM_NOTIFICATION["properties"].keys()
    assert all(FULL[name].keys() == fields.keys() for name, fields in parts.items())
    for name, value in flat(FULL):
        assert all(each in shown for each in re.split(", |\n", value)), name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("user `a_b`: idle", "user <code>a_b</code>: idle", id="code"),
        pytest.param("`*b* <i>`", "<code>*b* &lt;i&gt;</code>", id="nothing within code"),
        pytest.param("*new* and **old**", "<b>new</b> and <b>old</b>", id="bold"),
        pytest.param(
            "see https://a.example/?x=1&y",
            'see <a href="https://a.example/?x=1&amp;y">https://a.example/?x=1&amp;y</a>',
            id="address",
        ),
        pytest.param(
            "[page](https://a.example/x)",
            '<a href="https://a.example/x">page</a> (a.example)',
            id="link, with where it leads",
        ),
        pytest.param(":warning: x :mag:", "\u26a0 x :mag:", id="emoji that fonts have"),
        pytest.param(HOSTILE[:40], html.escape(HOSTILE[:40]), id="HTML is text"),
    ],
)
def test_markdown_is_drawn_and_the_rest_is_text(text, shown):
    assert marked(text) == shown


def test_what_the_picture_shows_is_of_the_form_that_amazon_q_shows():
    messages = [json.loads(text) for _, text in chat_messages()]

    assert [each["metadata"]["eventType"] for each in messages] == ["report", "awakened"]
    for each in messages:
        Draft202012Validator(CUSTOM_NOTIFICATION).validate(each)


def test_the_picture_shows_the_messages_as_they_are():
    assert digest(chat_page()).encode() in CHAT_PICTURE.read_bytes(), (
        "make screenshot, and look at docs/chat.png"
    )
