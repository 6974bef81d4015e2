"""Which errors refuse a caller; that AWS's models are judged is in tests/error_codes/."""

import json

import pytest
from builders import record

from ingest import wire
from ingest.refusals import lacks_permission
from ingest.wire import UnreadableRecord


def parsed(**more):
    return wire.record(json.dumps(record(**more)))


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("AccessDenied", True),
        ("accessdenied", True),
        ("Client.UnauthorizedOperation", True),
        ("Server.UnauthorizedOperation", True),
        ("AuthFailure", True),
        ("Other.UnauthorizedOperation", False),
        ("ThrottlingException", False),
        (None, False),
    ],
)
def test_an_error_refuses_whoevers_fault_it_was(code, is_one):
    assert lacks_permission(parsed(errorCode=code)) is is_one


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "Input data was truncated"),
        (b"{}", "Object missing required field `eventTime`"),
        (b'{"eventTime": "noon"}', r"Invalid RFC3339 encoded datetime - at `\$.eventTime`"),
    ],
)
def test_of_what_cannot_be_read_it_is_said_what_is_wrong(body, why):
    with pytest.raises(UnreadableRecord, match=f"^not a record that can be read: {why}$"):
        wire.record(body)
