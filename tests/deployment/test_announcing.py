"""What `make deploy` says before it asks or changes anything."""

import pytest
from builders import ACCOUNT

from deployment.__main__ import _announce
from deployment.settings import Settings

WARNING = "Warning: this account has no CloudTrail trail, so no events will arrive.\n"


@pytest.mark.parametrize("has_trail", [True, False])
def test_it_says_where_to_and_as_whom_and_that_there_is_no_trail(aws, capsys, request, has_trail):
    if has_trail:
        request.getfixturevalue("trail")
    _announce(Settings("mine", "us-east-1"))
    first, *more = capsys.readouterr().out.splitlines(keepends=True)

    assert first.startswith(f"Stack mine in account {ACCOUNT}, region us-east-1, by arn:aws:")
    assert more == ([] if has_trail else [WARNING])
