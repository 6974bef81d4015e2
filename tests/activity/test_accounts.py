"""An account as AWS Organizations lists it."""

import pytest

from activity.accounts import Account

ID = "111111111111"


@pytest.mark.parametrize(
    ("listed", "path", "account"),
    [
        pytest.param({"Name": "prod", "State": "ACTIVE"}, ["Workloads"], Account(ID, "prod", "Workloads"), id="named"),
        pytest.param({}, [], Account(ID), id="by its id alone"),
        pytest.param({"State": "CLOSED", "Status": "ACTIVE"}, [], Account(ID, state="CLOSED"), id="its state"),
        pytest.param({"Status": "SUSPENDED"}, [], Account(ID, state="SUSPENDED"), id="its status alone"),
    ],
)  # fmt: skip
def test_an_account_is_known_as_far_as_it_is_told(listed, path, account):
    assert Account.of({"Id": ID, **listed}, *path) == account
