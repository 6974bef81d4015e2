"""What tests of a web page look at it with: its elements, hostile text, and the rules of axe-core."""

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

from builders import ROOT

AXE = ROOT / "tests" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = "</script><script>document.title='owned'</script><!--<img src=x onerror=alert(1)>\"'&\x00\u202e\u2066\u2028\ud800"
SHOWN = HOSTILE[: HOSTILE.index("\x00")] + "".join(
    f"\u2039U+{number}\u203a" for number in ("0000", "202E", "2066", "2028", "D800")
)


class Parsed(HTMLParser):
    """The elements of a page in order, their attributes, and the texts of scripts and styles."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts = [], {"script": [], "style": []}
        self._raw = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._raw = self.texts.get(tag)
        if self._raw is not None:
            self._raw.append("")

    def handle_endtag(self, _):
        self._raw = None

    def handle_data(self, data):
        if self._raw is not None:
            self._raw[-1] += data


def hashed(text):
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
