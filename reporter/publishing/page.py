"""The report as one web page, which holds its data and can load nothing."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
# Where a browser reads JSON inside HTML, these could end the script element or begin a comment.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def page(document: Mapping[str, Any]) -> str:
    """Any text in `document` may be hostile."""
    template = Path(__file__).with_suffix(".html").read_text("utf-8")
    # The data last: what stands in it is not a place to fill.
    return template.replace("{{policy}}", _policy(template)).replace("{{report}}", _embedded(document))


def _policy(template: str) -> str:
    """Nothing but the template's own script and style, named by their hashes, and no HTML made from text."""
    allowed = "; ".join(f"{kind}-src '{_hash(text)}'" for kind, text in _INLINE.findall(template))
    closed = "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    return f"default-src 'none'; {allowed}; {closed}"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _embedded(document: Mapping[str, Any]) -> str:
    """ASCII: line separators and halves of characters are escaped by JSON itself."""
    return json.dumps(document, allow_nan=False, separators=(",", ":")).translate(_ESCAPED)
