"""The errors in botocore's service models that have to be judged, and what the models say of each."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore

_REFUSED = (401, 403)
# Many models give their errors no status: these words have one looked at, and decide nothing.
_WORDS = re.compile(
    "denied|unauth|notauth|forbid|permi(t|ss)|privilege|authoriz|authentic|credential", re.IGNORECASE
)
_TAG = re.compile("<[^>]+>")


@dataclass(frozen=True, slots=True)
class Error:
    """`code` as the service answers it; `shape` is what its SDKs call it, and CloudTrail at times."""

    code: str
    shape: str
    service: str
    status: int | None
    says: str

    @property
    def is_to_be_judged(self) -> bool:
        return self.status in _REFUSED or bool(_WORDS.search(self.code))


def errors() -> Iterator[Error]:
    versions = sorted((Path(botocore.__file__).parent / "data").glob("*/*/service-2.json.gz"))
    newest = {path.parts[-3]: path for path in versions}
    for service, path in newest.items():
        shapes: dict[str, dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))["shapes"]
        for name, shape in shapes.items():
            if shape.get("exception") or "error" in shape:
                error = shape.get("error", {})
                says = _TAG.sub("", shape.get("documentation", "")).strip()
                yield Error(error.get("code", name), name, service, error.get("httpStatusCode"), says)
