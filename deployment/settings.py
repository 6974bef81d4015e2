"""What a stack is deployed with: given by name, saved, asked for, or the template's own default."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Self

SHORT = {
    "EMAIL": "NotificationEmail",
    "SCHEDULE": "ReportSchedule",
    "TIMEZONE": "ReportTimezone",
    "USER_DAYS": "StaleUserDays",
    "KEY_DAYS": "StaleKeyDays",
    "ROLE_DAYS": "StaleRoleDays",
    "RETENTION_DAYS": "RetentionDays",
    "ORGANIZATION": "OrganizationId",
    "ARCH": "Architecture",
}
ASKED = ("EMAIL", "SCHEDULE", "TIMEZONE", "USER_DAYS", "KEY_DAYS", "ROLE_DAYS")
ACTIONS = ("CONFIG", "FORWARD", "LOGS", "OU", "SECURITY_HUB", "TABLE", "WAIT", "YES")
OF_MAKE = ("PYTHON",)
STACK = "last-activity"

Parameters = Mapping[str, Mapping[str, Any]]  # As the template declares them.


class Unusable(Exception):
    """A setting that cannot be used, or is missing; the message says what to give."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`bucket` is empty where SAM is to make one; `values` has the parameters that were given."""

    stack: str = STACK
    region: str = ""
    bucket: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def with_values(self, values: Mapping[str, str]) -> Self:
        return replace(self, values=tuple(sorted((dict(self.values) | dict(values)).items())))


def given(words: Iterable[str], parameters: Parameters) -> dict[str, str]:
    """NAME=value by NAME. Refuses what it does not know: a setting that is misspelt would be lost."""
    found = {}
    known = {*SHORT, *parameters, *ACTIONS, "STACK", "REGION", "BUCKET"}
    for word in words:
        name, _, value = word.partition("=")
        if name not in known | set(OF_MAKE):
            raise Unusable(f"{_meant(name, known)}{name} is no setting: there are {', '.join(sorted(known))}")
        found[name] = value.strip()
    return found


def _meant(name: str, known: Iterable[str]) -> str:
    """The question whether it was another one, whatever the case; "" if none is like it."""
    names = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), names, n=1)
    return f"Did you mean {names[near[0]]}? " if near else ""


def merged(saved: Settings, given: Mapping[str, str], parameters: Parameters) -> Settings:
    """Refuses another stack than the saved one, whose settings would be overwritten."""
    stack, region = given.get("STACK") or saved.stack, given.get("REGION") or saved.region
    if saved.region and (stack, region) != (saved.stack, saved.region):
        raise Unusable(
            f"the saved settings are those of stack {saved.stack} in {saved.region}: "
            "for another stack, name another file, such as CONFIG=second.toml"
        )
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,56}", stack):
        raise Unusable(f"STACK={stack}: letters, digits and hyphens, a letter first, 57 at most")
    values = {
        SHORT.get(name, name): value for name, value in given.items() if SHORT.get(name, name) in parameters
    }
    for name, value in values.items():
        check(name, value, parameters[name])
    bucket = given.get("BUCKET", saved.bucket)
    return replace(saved, stack=stack, region=region, bucket=bucket).with_values(values)


def asked(settings: Settings, parameters: Parameters, ask: Callable[[str, str], str]) -> Settings:
    """`ask` gets a question and a default. What cannot be used is asked for again."""
    answers = {}
    for short in ASKED:
        name = SHORT[short]
        declared, default = parameters[name], _default(settings, name, parameters)
        question = f"{short}: {declared['Description']}"
        while name not in answers:
            said = ask(question, default).strip() or default
            try:
                check(name, said, declared)
                answers[name] = said
            except Unusable as error:
                question = f"{error}. Again"
    bucket = ask("BUCKET: An S3 bucket for what is built; if empty, SAM makes one", settings.bucket).strip()
    return replace(settings, bucket=bucket or settings.bucket).with_values(answers)


def check(name: str, value: str, declared: Mapping[str, Any]) -> None:
    """As CloudFormation would, before anything is built."""
    if '"' in value or "\\" in value:
        raise Unusable(f"{name}={value}: no quotes and no backslashes")
    if declared["Type"] == "Number":
        least, most = declared.get("MinValue", 0), declared.get("MaxValue", 10**6)
        if not value.isdecimal() or not least <= int(value) <= most:
            raise Unusable(f"{name}={value}: a number is needed, {least} at least and {most} at most")
    allowed = declared.get("AllowedValues", [value])
    if value not in allowed:
        raise Unusable(f"{name}={value}: one of {', '.join(allowed)} is needed")
    if not re.fullmatch(declared.get("AllowedPattern", ".*"), value):
        raise Unusable(f"{name}={value}: {declared.get('ConstraintDescription', declared['AllowedPattern'])}")


def complete(settings: Settings, parameters: Parameters) -> Settings:
    """Raises Unusable if something is missing that has no default."""
    if not settings.region:
        raise Unusable("no AWS region: give REGION=..., or set AWS_DEFAULT_REGION or the profile's region")
    short = {name: each for each, name in SHORT.items()}
    for name, declared in parameters.items():
        if "Default" not in declared and not dict(settings.values).get(name):
            raise Unusable(f"{short.get(name, name)} is not set: make deploy {short.get(name, name)}=...")
    return settings


def _default(settings: Settings, name: str, parameters: Parameters) -> str:
    return dict(settings.values).get(name) or str(parameters[name].get("Default", ""))
