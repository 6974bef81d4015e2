from datetime import UTC, datetime

import pytest
from builders import CREDENTIAL_COLUMNS as COLUMNS
from builders import credential_report

from reporter.inventory.account import Certificate, Use
from reporter.inventory.credential_report import ROOT, UnreadableReport, read

MAY = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)


def rows(*changes, columns=COLUMNS):
    return read(credential_report(*changes, columns=columns))


def test_a_user_without_credentials_has_none():
    alice = rows({})["alice"]

    assert not alice.has_password
    assert not any(slot.exists for slot in alice.slots)
    assert not alice.has_more_keys


@pytest.mark.parametrize("nothing", ["N/A", "no_information", "not_supported", ""])
def test_every_word_for_nothing_is_nothing(nothing):
    alice = rows({"password_last_used": nothing, "access_key_1_last_used_date": nothing})["alice"]

    assert alice.password_last_used is None
    assert alice.slots[0].last_used == Use()


@pytest.mark.parametrize("yes", ["true", "TRUE", "True"])
def test_a_password_is_there_however_true_is_spelled(yes):
    alice = rows({"password_enabled": yes, "password_last_used": "2026-05-01T10:00:00+00:00"})["alice"]

    assert (alice.has_password, alice.password_last_used) == (True, MAY)


def test_a_key_that_was_used_in_no_region_has_none():
    used = {
        "access_key_2_active": "true",
        "access_key_2_last_rotated": "2026-05-01T10:00:00Z",
        "access_key_2_last_used_date": "2026-05-01T10:00:00+00:00",
        "access_key_2_last_used_service": "s3",
    }
    slot = rows(used)["alice"].slots[1]

    assert (slot.is_active, slot.rotated, slot.last_used) == (True, MAY, Use(MAY, "", "s3"))


def test_a_disabled_key_is_there_if_it_was_ever_used():
    slot = rows({"access_key_1_last_used_date": "2026-05-01T10:00:00+00:00"})["alice"].slots[0]

    assert (slot.exists, slot.is_active) == (True, False)


def test_root_is_a_row_whose_password_is_not_told():
    root = rows({"user": ROOT, "password_enabled": "not_supported", "access_key_1_active": "true"})[ROOT]

    assert (root.has_password, root.slots[0].is_active) == (False, True)


def test_columns_are_found_by_name():
    swapped = ["additional_credentials_info", *COLUMNS[:-1]]

    assert rows({"password_enabled": "true"}, columns=swapped)["alice"].has_password


def test_the_report_may_lack_the_newest_column():
    assert not rows({}, columns=COLUMNS[:-1])["alice"].has_more_keys


def test_more_than_two_keys_are_announced():
    assert rows({"additional_credentials_info": "3 access keys"})["alice"].has_more_keys


def test_a_missing_column_is_named():
    with pytest.raises(UnreadableReport, match="has no password_last_used for alice"):
        rows({}, columns=[column for column in COLUMNS if column != "password_last_used"])


def test_a_report_without_users_is_none():
    with pytest.raises(UnreadableReport, match=r"^the credential report has no column 'user'$"):
        read(b"<html>")


@pytest.mark.parametrize(
    ("column", "value"),
    [("password_last_used", "last week"), ("password_enabled", "perhaps")],
)
def test_a_cell_that_cannot_be_read_is_named(column, value):
    with pytest.raises(UnreadableReport, match=f"{column} = '{value}' for alice"):
        rows({column: value})


def test_certificates_come_with_when_they_were_uploaded():
    certificates = {
        "cert_1_active": "false",
        "cert_1_last_rotated": "2025-05-01T10:00:00+00:00",
        "cert_2_active": "true",
        "cert_2_last_rotated": "2026-05-01T10:00:00+00:00",
    }
    alice = rows(certificates)["alice"]

    assert (alice.user, alice.certificates) == ("alice", (Certificate(MAY),))


@pytest.mark.parametrize(
    "text",
    ["2026-05-01T10:00:00+00:00", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00", "2026-05-01T12:00:00+02:00"],
)
def test_times_are_of_utc_where_they_do_not_say(in_tokyo, text):
    assert rows({"user_creation_time": text})["alice"].created == MAY
