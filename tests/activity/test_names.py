"""The names of accounts in the table, as the organization's report keeps them and all others read them."""

import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT

from activity.accounts import Account
from activity.names import Names

OTHER = "210987654321"
PROD = Account(ACCOUNT, "acme-prod", "Workloads/Prod", "ACTIVE")
DEV = Account(OTHER, "acme-dev", "", "ACTIVE")


@pytest.fixture
def names(dynamodb):
    return Names(dynamodb, "activity")


@pytest.fixture
def written(dynamodb):
    """The ids that were written, in their order."""
    ids = []
    dynamodb.meta.events.register(
        "provide-client-params.dynamodb.UpdateItem",
        lambda params, **_: ids.append(params["Key"]["facet"]["S"]),
    )
    return ids


def test_what_is_kept_is_there_by_id(names):
    names.keep([PROD, DEV], {})

    assert names.all() == {ACCOUNT: PROD, OTHER: DEV}
    assert (names.of(ACCOUNT), names.of("999999999999")) == ("acme-prod", "")


def test_only_what_has_changed_is_written(names, written):
    names.keep([PROD, DEV], {})
    written.clear()
    names.keep([PROD, Account(OTHER, "acme-sandbox", "", "ACTIVE")], names.all())

    assert written == [OTHER]
    assert names.of(OTHER) == "acme-sandbox"
    written.clear()
    names.keep([PROD], names.all())
    assert written == []


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(Account(ACCOUNT, "acme", "Workloads/Prod", "ACTIVE"), id="its name"),
        pytest.param(Account(ACCOUNT, "acme-prod", "Workloads", "ACTIVE"), id="its units"),
        pytest.param(Account(ACCOUNT, "acme-prod", "", "ACTIVE"), id="moved to the root"),
        pytest.param(Account(ACCOUNT, "acme-prod", "Workloads/Prod", "SUSPENDED"), id="its state"),
    ],
)
def test_each_of_what_is_told_of_an_account_is_kept(names, changed):
    names.keep([PROD], {})
    names.keep([changed], names.all())

    assert names.all() == {ACCOUNT: changed}


def test_an_account_that_left_keeps_its_name(names):
    names.keep([PROD, DEV], {})
    names.keep([PROD], names.all())

    assert names.of(OTHER) == "acme-dev"


def test_no_name_expires(names, items):
    names.keep([PROD], {})

    assert items()["accounts", ACCOUNT] == {
        "principal": "accounts",
        "facet": ACCOUNT,
        "name": "acme-prod",
        "path": "Workloads/Prod",
        "state": "ACTIVE",
    }


def test_one_query_reads_all_names_even_hundreds(names, dynamodb):
    names.keep([Account(f"{number:012}", f"acme-{number}", "Workloads/Prod") for number in range(400)], {})
    calls = []
    dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))

    assert len(names.all()) == 400
    assert set(calls) == {"Query"}


def test_what_somebody_edited_is_no_name_until_it_is_written_anew(names, dynamodb):
    names.keep([PROD], {})
    edited = {"principal": {"S": "accounts"}, "facet": {"S": ACCOUNT}, "name": {"N": "1"}}
    dynamodb.put_item(TableName="activity", Item=edited)

    assert names.of(ACCOUNT) == ""
    names.keep([PROD], names.all())
    assert names.all() == {ACCOUNT: PROD}


def test_a_write_that_is_refused_is_raised_and_made_up_for_by_the_next_report(names, dynamodb):
    def refuse(params, **_):
        if OTHER in str(params["body"]):
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "UpdateItem")

    dynamodb.meta.events.register("before-call.dynamodb.UpdateItem", refuse)

    with pytest.raises(ClientError, match="AccessDenied"):
        names.keep([PROD, DEV], {})
    dynamodb.meta.events.unregister("before-call.dynamodb.UpdateItem", refuse)
    names.keep([PROD, DEV], names.all())
    assert names.all() == {ACCOUNT: PROD, OTHER: DEV}
