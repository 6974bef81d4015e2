"""A message for chat channels as a picture shows it: each of its fields, in a plain card of our own."""

import json
import re
from html import escape
from urllib.parse import urlsplit

EMOJI = {":warning:": "\u26a0"}
# The little Markdown that may be in a message: code, a link with words, an address, bold.
MARKED = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\[(?P<words>[^\]\n]+)\]\((?P<to>https://[^)\s]+)\)"
    r"|(?P<address>https://\S+)"
    r"|\*{1,2}(?P<bold>[^*\n]+)\*{1,2}"
)
STYLE = """
body { margin: 0; padding: 20px 24px 24px; width: 772px; font: 15px/1.5 sans-serif; color: #1d1c1d; background: #fff }
h2 { margin: 0 0 8px; font-size: 13px; font-weight: normal; color: #616061 }
article { margin-bottom: 22px; border: 1px solid #ddd; border-left: 4px solid #8a6d00; border-radius: 4px; padding: 12px 16px }
article:last-child { margin-bottom: 0 }
h3 { margin: 0 0 6px; font-size: 16px }
p { margin: 0; overflow-wrap: anywhere }
h4 { margin: 10px 0 2px; font-size: 15px }
ul { margin: 0; padding-left: 20px }
li { margin-bottom: 3px; overflow-wrap: anywhere }
code { padding: 1px 4px; border: 1px solid #e0e0e0; border-radius: 3px; font: 13px monospace; color: #a3144b; background: #f7f7f8 }
a { color: #1264a3; text-decoration: none }
dl { display: flex; flex-wrap: wrap; gap: 0 16px; margin: 12px 0 0; border-top: 1px solid #ddd; padding-top: 8px;
     font-size: 12px; color: #616061 }
dt, dd { display: inline; margin: 0; overflow-wrap: anywhere }
dt::after { content: ": " }
"""


def page(messages):
    """`messages`: pairs of what to call it and its JSON."""
    cards = "".join(f"<h2>{escape(name)}</h2>{card(json.loads(text))}" for name, text in messages)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Messages for chat channels</title>"
        f"<style>{STYLE}</style></head><body>{cards}</body></html>"
    )


def card(message):
    """All fields: first what people read, then the rest by name. Raises KeyError if there is no content."""
    content = dict(message["content"])
    title, description = content.pop("title", ""), content.pop("description")
    lists = [
        ("Next steps", content.pop("nextSteps", [])),
        ("Keywords", content.pop("keywords", [])),
    ]
    rest = {**message.get("metadata", {}), **content}
    rest |= {name: value for name, value in message.items() if name not in ("content", "metadata")}
    return (
        f"<article><h3>{marked(title)}</h3>"
        + "".join(f"<p>{marked(line)}</p>" for line in description.splitlines())
        + "".join(_list(heading, items) for heading, items in lists if items)
        + f"<dl>{''.join(_named(name, value) for name, value in flat(rest))}</dl></article>"
    )


def marked(text):
    """Its Markdown as HTML; everything else as it is."""
    parts, end = [], 0
    for found in MARKED.finditer(text):
        parts += escape(_with_emoji(text[end : found.start()])), _element(found)
        end = found.end()
    return "".join((*parts, escape(_with_emoji(text[end:]))))


def flat(fields, of=""):
    """(name, text) of each; of what has fields of its own, each of those."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from flat(value, f"{of}{name}.")
        else:
            yield f"{of}{name}", ", ".join(value) if isinstance(value, list) else str(value)


def _element(found):
    kind, text = found.lastgroup, escape(found[found.lastgroup])
    if kind == "to":
        return f'<a href="{text}">{escape(found["words"])}</a> ({escape(urlsplit(found["to"]).netloc)})'
    if kind == "address":
        return f'<a href="{text}">{text}</a>'
    return f"<code>{text}</code>" if kind == "code" else f"<b>{text}</b>"


def _list(heading, items):
    return f"<h4>{heading}</h4><ul>{''.join(f'<li>{marked(each)}</li>' for each in items)}</ul>"


def _named(name, value):
    return f"<div><dt>{escape(name)}</dt><dd>{escape(_with_emoji(value))}</dd></div>"


def _with_emoji(text):
    return re.sub("|".join(EMOJI), lambda found: EMOJI[found[0]], text)
