"""The forms in which samconfig.toml may have the template's parameters, and the one in which they are saved.

SAM takes words, with and without quotes, a list of them, and a table:
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
"""

import re
from collections.abc import Mapping
from typing import Any

from deployment.settings import Unusable

_NAME = r"""["']?([A-Za-z0-9]+)["']?"""
_QUOTED = r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'"
# Without quotes, a value reaches to the next name: for SAM itself it would end at a blank.
_WORD = re.compile(
    rf"(?:ParameterKey={_NAME},ParameterValue=|{_NAME}=)({_QUOTED}|(?:\\.|[^\"\\])*?)(?=\s+{_NAME}=|\s*$)\s*"
)


def read(found: Any) -> dict[str, str]:
    """Raises Unusable for whatever would be lost when the settings are saved."""
    match found:
        case str():
            return _words(found.strip())
        case list():
            return {name: value for each in found for name, value in read(each).items()}
        case dict() if "$include" not in found:
            return {name: _text(value) for name, value in found.items()}
    raise Unusable(f"{found} cannot be kept: give the parameters themselves, as NAME=value")


def written(values: Mapping[str, str]) -> str:
    text = " ".join(f'{name}="{_escaped(value)}"' for name, value in values.items())
    if read(text) != dict(values):
        raise Unusable(f"a value cannot be saved so that SAM reads it: {text}")
    return text


def _words(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    place = 0
    while place < len(text):
        word = _WORD.match(text, place)
        if word is None:
            raise Unusable(f"{text[place:]} is no parameter: write it as NAME=value")
        if word[3]:  # Nothing at all, not even quotes, is no value for SAM either.
            values[word[1] or word[2]] = _plain(word[3])
        place = word.end()
    return values


def _plain(value: str) -> str:
    is_quoted = value[:1] in ('"', "'") and value[:1] == value[-1:]
    return re.sub(r"""\\([ "'])""", r"\1", value[1:-1] if is_quoted else value)


def _escaped(value: str) -> str:
    return value.replace('"', '\\"')


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(str(each).strip() for each in value if each not in (None, ""))
    return str(value)
