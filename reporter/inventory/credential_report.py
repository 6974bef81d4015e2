"""IAM's credential report, read by the names of its columns.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime

from reporter.inventory.account import Certificate, Credentials, KeySlot, Use

ROOT = "<root_account>"

# For no such credential; never used, or not since IAM keeps track; not regional.
_NOTHING = {"", "N/A", "no_information", "not_supported"}


class UnreadableReport(Exception):
    """The report lacks a column, or a cell cannot be read; the message names user and column."""


def read(content: bytes) -> dict[str, Credentials]:
    """A row for each user by name, and one for `<root_account>`."""
    rows = csv.DictReader(io.StringIO(content.decode()))
    if "user" not in (rows.fieldnames or ()):
        raise UnreadableReport("the credential report has no column 'user'")
    return {row["user"]: _credentials(row) for row in rows}


def _credentials(row: Mapping[str, str]) -> Credentials:
    return Credentials(
        user=row["user"],
        created=_time(row, "user_creation_time"),
        has_password=_is_true(row, "password_enabled"),
        password_last_used=_time(row, "password_last_used"),
        password_changed=_time(row, "password_last_changed"),
        slots=(_slot(row, 1), _slot(row, 2)),
        has_more_keys=(row.get("additional_credentials_info") or "") not in _NOTHING,
        certificates=tuple(
            Certificate(_time(row, f"cert_{number}_last_rotated"))
            for number in (1, 2)
            if _is_true(row, f"cert_{number}_active")
        ),
    )


def _slot(row: Mapping[str, str], number: int) -> KeySlot:
    name = f"access_key_{number}"
    return KeySlot(
        is_active=_is_true(row, f"{name}_active"),
        rotated=_time(row, f"{name}_last_rotated"),
        last_used=Use(
            _time(row, f"{name}_last_used_date"),
            _text(row, f"{name}_last_used_region"),
            _text(row, f"{name}_last_used_service"),
        ),
    )


def _cell(row: Mapping[str, str], column: str) -> str:
    value = row.get(column)
    if value is None:
        raise UnreadableReport(f"the credential report has no {column} for {row['user']}")
    return value


def _text(row: Mapping[str, str], column: str) -> str:
    value = _cell(row, column)
    return "" if value in _NOTHING else value


def _is_true(row: Mapping[str, str], column: str) -> bool:
    value = _text(row, column).lower()
    if value not in ("", "true", "false"):
        raise UnreadableReport(f"the credential report says {column} = {value!r} for {row['user']}")
    return value == "true"


def _time(row: Mapping[str, str], column: str) -> datetime | None:
    value = _text(row, column)
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise UnreadableReport(f"the credential report says {column} = {value!r} for {row['user']}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
