"""The errors in botocore's service models that have to be judged, and what the models say of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import botocore.session

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
    loader = botocore.session.get_session().get_component("data_loader")
    for service in loader.list_available_services("service-2"):
        shapes: dict[str, dict[str, Any]] = loader.load_service_model(service, "service-2")["shapes"]
        for name, shape in shapes.items():
            if shape.get("exception") or "error" in shape:
                error = shape.get("error", {})
                says = _TAG.sub("", shape.get("documentation", "")).strip()
                yield Error(error.get("code", name), name, service, error.get("httpStatusCode"), says)
