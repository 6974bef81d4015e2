"""The report as one web page, which holds its data and can load nothing."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from activity.days import Days

_WEB = Path(__file__).with_name("web")
# By page; each script may use those before it.
_SCRIPTS = {
    "page": ("text", "table", "trend", "first", "strip", "findings", "filters", "sections"),
    "organization": ("text", "table", "trend", "organization"),
}
# Lists whose entries may have days.
_WITH_DAYS = "findings", "dormant"
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
# Where a browser reads JSON inside HTML, these could end the script element or begin a comment.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def page(document: Mapping[str, Any], kind: str = "page") -> str:
    """Of an account ("page"), or of an "organization". Any text in `document` may be hostile."""
    # The data last: what stands in it is not a place to fill.
    data = _packed(document) if kind == "page" else document
    return template(kind).replace("{{report}}", _embedded(data))


def template(kind: str = "page") -> str:
    """The page without its data."""
    script = "".join(_read(f"{each}.js") for each in _SCRIPTS[kind])
    # The head has places for what comes after it.
    parts = {"head": _read("head.html"), "style": _read("style.css"), "script": script}
    text = _read(f"{kind}.html")
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part)
    return text.replace("{{policy}}", _policy(text))


def _read(name: str) -> str:
    return (_WEB / name).read_text("utf-8")


def _policy(text: str) -> str:
    """Nothing but the template's own script and style, named by their hashes, and no HTML made from text."""
    allowed = "; ".join(f"{kind}-src '{_hash(part)}'" for kind, part in _INLINE.findall(text))
    closed = "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    return f"default-src 'none'; {allowed}; {closed}"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _packed(document: Mapping[str, Any]) -> dict[str, Any]:
    """With a number for each month in place of its days, of which thousands of findings have hundreds."""
    lists = {name: [_with_months(each) for each in document.get(name, ())] for name in _WITH_DAYS}
    packed = {name: those for name, those in lists.items() if name in document}
    heard = {"heard_days": _months(document["heard_days"])} if "heard_days" in document else {}
    return {**document, **packed, **heard}


def _with_months(listed: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**listed, "days": _months(listed["days"])} if "days" in listed else listed


def _months(days: list[str]) -> dict[str, int]:
    return Days.of(*map(date.fromisoformat, days)).months()


def _embedded(document: Mapping[str, Any]) -> str:
    """ASCII: line separators and halves of characters are escaped by JSON itself."""
    return json.dumps(document, allow_nan=False, separators=(",", ":")).translate(_ESCAPED)
