"""What keeps something in the activity table, connected by a function's settings."""

import pytest
from builders import ACCOUNT

from activity.flags import Flags
from activity.names import Names
from activity.quarantine.ledger import Ledger
from activity.settings import BadSetting
from activity.snoozes import Snoozes
from activity.table import ActivityTable, connect

KEEPERS = {
    "activities": (ActivityTable, lambda table: table.items_of(ACCOUNT)),
    "flags": (Flags, lambda flags: flags.of(ACCOUNT)),
    "names": (Names, lambda names: names.all()),
    "quarantine": (Ledger, lambda ledger: ledger.of(ACCOUNT)),
    "snoozes": (Snoozes, lambda snoozes: dict.fromkeys(snoozes.of(ACCOUNT).snoozes)),
}


@pytest.mark.parametrize(("kind", "read"), KEEPERS.values(), ids=KEEPERS)
def test_it_reads_the_table_that_is_named(dynamodb, kind, read):
    assert read(kind(*connect({"ACTIVITY_TABLE": "activity"}))) == {}


def test_without_the_tables_name_it_says_so(aws):
    with pytest.raises(BadSetting, match="ACTIVITY_TABLE"):
        connect({})


@pytest.mark.parametrize("kind", ["quarantine", "snoozes"])
def test_what_was_asked_a_moment_ago_is_read(dynamodb, kind):
    """DynamoDB may answer other reads with what was there before; moto never does."""
    kind, read = KEEPERS[kind]
    asked = []
    keeper = kind(dynamodb, "activity")
    dynamodb.meta.events.register(
        "provide-client-params.dynamodb.Query", lambda params, **_: asked.append(params)
    )
    read(keeper)

    assert [each["ConsistentRead"] for each in asked] == [True]
