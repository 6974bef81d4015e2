"""A message for Slack or Teams, as Amazon Q Developer in chat applications shows it.

The form is its custom notification: https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

import json
import re
from collections.abc import Iterable, Mapping

from activity.plain import line

# The page above names no limits. A section of a Slack message takes 3,000 characters, and a title has one line:
# https://docs.slack.dev/reference/block-kit/blocks/section-block/
LONGEST_TITLE = 250
LONGEST_DESCRIPTION = 2_900
LONGEST_STEP = 350
MOST_STEPS = 5
_LONGEST_VALUE = 200

# What Slack or Teams would take for a link, a mention, an entity or the end of code, also within code.
_IN_CODE = str.maketrans({"<": "‹", ">": "›", "&": "＆", "`": "'"})  # noqa: RUF001  # look-alikes on purpose
# And what they would take for formatting elsewhere.
_IN_TEXT = str.maketrans({"*": "＊", "~": "～", "[": "［", "]": "］", "|": "｜", "#": "＃", "\\": "＼"})  # noqa: RUF001
_MENTION = re.compile(r"(?<![\w.+-])@")  # Not that of an email address.
_LINK = re.compile(r"(?i)://|\bwww\.|\bmailto:")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # Not within a word, where it formats nothing.


def code(text: str) -> str:
    """Other people's words, as code: not formatted, no link and no mention. A long one is cut."""
    plain = _harmless(text)
    return f"`{plain if len(plain) <= _LONGEST_VALUE else f'{plain[: _LONGEST_VALUE - 3]}...'}`"


def text(words: str) -> str:
    """The same within a sentence, such as a title, where there is no code."""
    return _UNDERSCORE.sub("＿", _harmless(words).translate(_IN_TEXT))  # noqa: RUF001


def command(line_of_shell: str) -> str:
    """A command to copy; "" for one that could only be shown with other characters, or cut."""
    shown = f"`{line_of_shell}`"
    is_whole = _harmless(line_of_shell) == line_of_shell and len(shown) <= LONGEST_STEP
    return shown if is_whole else ""


def notification(
    title: str,
    lines: Iterable[str],
    steps: Iterable[str] = (),
    *,
    event: str,
    thread: str = "",
    context: Mapping[str, str] | None = None,
) -> str:
    """`lines` and `steps`: as many as there is room for. `thread`: what belongs to the same has the same.

    `context`: for Amazon Q's custom actions; it is not shown.
    """
    shown = [each for each in steps if each and len(each) <= LONGEST_STEP][:MOST_STEPS]
    return json.dumps(
        {
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": title[:LONGEST_TITLE],
                "description": _fitting(lines),
                **({"nextSteps": shown} if shown else {}),
            },
            "metadata": {
                **({"threadId": thread} if thread else {}),
                "summary": title[:LONGEST_TITLE],
                "eventType": event,
                **({"additionalContext": dict(context)} if context else {}),
            },
        }
    )


def _harmless(words: str) -> str:
    plain = _MENTION.sub("＠", line(words).translate(_IN_CODE))  # noqa: RUF001
    return _LINK.sub(lambda found: " ".join(re.split(r"(?<=[:.])", found[0])), plain)


def _fitting(lines: Iterable[str]) -> str:
    kept, room = list[str](), LONGEST_DESCRIPTION
    for each in lines:
        room -= len(each) + 1
        if room < 0:
            kept.append("...")
            break
        kept.append(each)
    return "\n".join(kept)
