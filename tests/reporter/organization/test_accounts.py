"""Which accounts there are, by Organizations or by a parameter, and which are left out."""

import boto3
import pytest
from builders import ACCOUNT

from activity.accounts import Account
from reporter.organization.accounts import BadAccounts, given
from reporter.organization.directory import account_owner, list_accounts


@pytest.mark.parametrize(
    ("listed", "is_active"),
    [
        pytest.param({"State": "ACTIVE"}, True, id="active"),
        pytest.param({"State": "SUSPENDED"}, False, id="suspended"),
        pytest.param({"State": "PENDING_CLOSURE"}, False, id="being closed"),
        pytest.param({"State": "CLOSED"}, False, id="closed"),
        pytest.param({"State": "PENDING_ACTIVATION"}, False, id="not there yet"),
        pytest.param({"Status": "ACTIVE"}, True, id="of before State was there"),
        pytest.param({"Status": "SUSPENDED"}, False, id="suspended, of before State was there"),
        pytest.param({"State": "CLOSED", "Status": "ACTIVE"}, False, id="State counts"),
        pytest.param({}, True, id="neither: the review will tell"),
    ],
)
def test_only_what_is_active_is_reviewed(listed, is_active):
    assert Account.of({"Id": "111111111111", **listed}).is_active is is_active


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        (" , ", []),
        ("111111111111", ["111111111111"]),
        ("111111111111,222222222222", ["111111111111", "222222222222"]),
        ("111111111111 222222222222\n111111111111", ["111111111111", "222222222222"]),
    ],
)
def test_accounts_are_given_by_commas_or_spaces_each_once(text, ids):
    assert [each.id for each in given(text)] == ids


@pytest.mark.parametrize("wrong", ["1234", "1234567890123", "12345678901a", "acme-prod"])
def test_what_is_no_account_is_named(wrong):
    with pytest.raises(BadAccounts, match=f"Accounts has '{wrong}', which is no account id of 12 digits"):
        given(f"111111111111,{wrong}")


def test_an_account_goes_by_its_name_if_it_has_one():
    assert Account("111111111111", "prod").title == "prod (111111111111)"
    assert Account("111111111111").title == "111111111111"


def test_all_pages_of_accounts_and_of_units_are_read(aws):
    organizations = aws("organizations")
    organizations.create_organization(FeatureSet="ALL")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Labs")["OrganizationalUnit"]
    for number in range(25):
        made = organizations.create_account(AccountName=f"lab-{number:02}", Email=f"{number}@example.com")
        of = made["CreateAccountStatus"]["AccountId"]
        organizations.move_account(AccountId=of, SourceParentId=root["Id"], DestinationParentId=unit["Id"])

    accounts, gap = list_accounts(boto3.client("organizations"))

    assert gap is None
    assert [each.id for each in accounts] == sorted(each.id for each in accounts)
    assert {each.name: each.path for each in accounts} == {
        "master": "",
        **{f"lab-{number:02}": "Labs" for number in range(25)},
    }


def test_an_accounts_owner_is_who_its_tags_name_and_a_gap_where_they_cannot_be_listed(aws):
    organizations = aws("organizations")
    organizations.create_organization(FeatureSet="ALL")
    organizations.tag_resource(ResourceId=ACCOUNT, Tags=[{"Key": "Team", "Value": "platform"}])

    assert account_owner(organizations, ACCOUNT, ("owner", "team")) == "platform"
    assert account_owner(organizations, ACCOUNT, ("owner",)) == ""
    assert account_owner(organizations, "222222222222", ("owner",)).what == "the owner of account 222222222222"
