"""The report as one web page, which holds its data and can load nothing."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

_WEB = Path(__file__).with_name("web")
_SCRIPTS = ("text", "table", "first", "findings", "filters", "sections")  # Each may use those before it.
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
# Where a browser reads JSON inside HTML, these could end the script element or begin a comment.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def page(document: Mapping[str, Any]) -> str:
    """Any text in `document` may be hostile."""
    # The data last: what stands in it is not a place to fill.
    return template().replace("{{report}}", _embedded(document))


def template() -> str:
    """The page without its data."""
    parts = {"style": _read("style.css"), "script": "".join(_read(f"{each}.js") for each in _SCRIPTS)}
    text = _read("page.html")
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
