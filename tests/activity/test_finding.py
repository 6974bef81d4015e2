"""A finding's lasting id."""

import pytest

from activity.finding import FindingId, finding_id, parse


def test_an_id_is_parsed_as_it_is_written():
    given = finding_id("123456789012", "access_key", "AKIAEXAMPLE")

    assert given == "123456789012:access_key:AKIAEXAMPLE"
    assert parse(given) == FindingId("123456789012", "access_key", "AKIAEXAMPLE")
    assert str(parse(given)) == given


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AKIAEXAMPLE",
        "12345678901:role:AROA",
        "123456789012:group:AGPA",
        "123456789012:role:",
        "123456789012:role:AROA ",
        "123456789012:role:AROA\n",
        "123456789012:role:AROA:x",
        "arn:aws:iam::123456789012:role/x",
        "\uff11\uff12\uff13456789012:role:AROA",
        f"123456789012:role:{'A' * 129}",
    ],
)
def test_anything_else_is_no_id(text):
    assert parse(text) is None
