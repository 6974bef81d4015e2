"""The report as one web page, which holds its data and can load nothing."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

_WEB = Path(__file__).with_name("web")
# By page; each script may use those before it.
_SCRIPTS = {
    "page": ("text", "table", "trend", "first", "findings", "filters", "sections"),
    "organization": ("text", "table", "trend", "organization"),
}
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
# Where a browser reads JSON inside HTML, these could end the script element or begin a comment.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def page(document: Mapping[str, Any], kind: str = "page") -> str:
    """Of an account ("page"), or of an "organization". Any text in `document` may be hostile."""
    # The data last: what stands in it is not a place to fill.
    return template(kind).replace("{{report}}", _embedded(document))


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


def _embedded(document: Mapping[str, Any]) -> str:
    """ASCII: line separators and halves of characters are escaped by JSON itself."""
    return json.dumps(document, allow_nan=False, separators=(",", ":")).translate(_ESCAPED)
