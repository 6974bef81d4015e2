"""Settings from environment variables. A missing or unreadable one stops the program with its name."""

from collections.abc import Mapping


class BadSetting(Exception):
    """An environment variable that is missing or cannot be read; the message names it."""


def text(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise BadSetting(f"{name} is not set")
    return value


def whole_number(environ: Mapping[str, str], name: str, *, default: int, least: int) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise BadSetting(f"{name} must be a whole number from {least}, not {value!r}")
    return int(value)


def is_true(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name, "").strip().lower()
    if value not in ("", "true", "false"):
        raise BadSetting(f"{name} must be true or false, not {value!r}")
    return value == "true" if value else default
