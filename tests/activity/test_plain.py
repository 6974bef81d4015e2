"""What others wrote, as it is printed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.plain import ascii_line, day, line, minute


@given(st.text())
def test_a_line_is_one_line_that_can_be_printed(text):
    plain = line(text)

    assert plain.isprintable()
    assert len(plain.splitlines()) <= 1
    assert len(plain) == len(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("break-glass, Zoë's; 監査", "break-glass, Zoë's; 監査"),
        ("a\nb\r\nc\u0085d\u2028e\u2029f\x0bg\x0ch\x1ci", "a?b??c?d?e?f?g?h?i"),
        ("\x1b[2J\u202eevil\u2066", "?[2J?evil?"),
        ("a\u00a0b\u3000c", "a b c"),
    ],
)
def test_what_breaks_a_line_or_moves_a_cursor_is_a_question_mark(text, plain):
    assert line(text) == plain


def test_a_subject_is_ascii():
    assert ascii_line("Zoë\n\u2028x") == "Zo???x"


def test_days_and_minutes_are_utcs():
    tokyo = datetime(2026, 11, 20, 8, 30, tzinfo=UTC).astimezone(timezone(timedelta(hours=17)))

    assert day(tokyo) == "2026-11-20"
    assert minute(tokyo) == "2026-11-20 08:30 UTC"


def test_days_and_minutes_are_those_of_utc_wherever_the_clock_is(in_tokyo):
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    assert (day(late), minute(late)) == ("2026-11-20", "2026-11-20 23:30 UTC")
