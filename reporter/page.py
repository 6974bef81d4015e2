from collections.abc import Mapping
from typing import Any


def page(document: Mapping[str, Any]) -> str:
    return str(document)
