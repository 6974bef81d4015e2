"""The list step keeps the names of accounts in the table, and a table that refuses ends no run."""

import json

import pytest
from botocore.exceptions import ClientError

from activity.accounts import Account
from activity.names import Names
from reporter.organization.run import Organization

GIVEN = "111111111111"
SETTINGS = {
    "ACTIVITY_TABLE": "activity",
    "REPORT_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:reports",
    "ACCOUNT_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:accounts",
    "REPORT_BUCKET": "reports",
    "MEMBER_ROLE_NAME": "last-activity-member",
    "EXTERNAL_ID": "last-activity-123456789012",
}


@pytest.fixture
def directory(aws, dynamodb):
    """An organization of its management account and one more, in a unit."""
    aws("s3").create_bucket(Bucket="reports")
    client = aws("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    unit = client.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    made = client.create_account(AccountName="acme-prod", Email="a@example.com")["CreateAccountStatus"]
    client.move_account(AccountId=made["AccountId"], SourceParentId=root, DestinationParentId=unit)
    return made["AccountId"]


@pytest.fixture
def names(dynamodb):
    return Names(dynamodb, "activity")


def listed(aws, refuse=lambda organization: None, **more):
    """The accounts as the list step left them for the summary, and its notes."""
    organization = Organization.from_env(SETTINGS | more)
    refuse(organization)
    organization.list("run")
    body = aws("s3").get_object(Bucket="reports", Key="organization/run/accounts.json")["Body"].read()
    told = json.loads(body)
    return {each["id"]: each for each in told["accounts"]}, told["notes"]


def refusing(client, call):
    def refusal(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, call)

    client.meta.events.register(f"before-call.{client.meta.service_model.service_name}.{call}", refusal)


def test_an_account_that_left_its_unit_has_none(aws, directory, names):
    listed(aws)
    organizations = aws("organizations")
    (root,) = organizations.list_roots()["Roots"]
    (unit,) = organizations.list_parents(ChildId=directory)["Parents"]
    organizations.move_account(AccountId=directory, SourceParentId=unit["Id"], DestinationParentId=root["Id"])

    assert listed(aws)[0][directory]["path"] == names.all()[directory].path == ""


def test_names_units_and_states_are_kept(aws, directory, names):
    _, notes = listed(aws)

    assert names.all()[directory] == Account(directory, "acme-prod", "Workloads", "ACTIVE")
    assert len(names.all()) == 2
    assert notes == []


def test_a_second_run_writes_nothing(aws, directory, names):
    listed(aws)
    calls = []

    def count(organization):
        events = organization.names._client.meta.events
        events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))

    listed(aws, count)

    assert calls == ["Query"]


@pytest.mark.parametrize("call", ["Query", "UpdateItem"])
def test_a_table_that_refuses_is_a_note_and_the_run_goes_on(aws, directory, names, call):
    accounts, notes = listed(aws, lambda organization: refusing(organization.names._client, call))

    assert accounts[directory]["name"] == "acme-prod"
    (note,) = notes
    assert note.startswith("The table's account names could not be read or written: AccessDenied")
    assert note.endswith(". Look-ups and notices show ids alone, or older names.")
    assert names.all() == {}


def test_units_that_could_not_be_listed_are_those_that_were_known(aws, directory, names):
    listed(aws)
    accounts, notes = listed(aws, lambda organization: refusing(organization.organizations, "ListRoots"))

    assert accounts[directory]["path"] == "Workloads"
    assert names.all()[directory].path == "Workloads"
    assert len(notes) == 1


def test_accounts_that_are_given_have_the_names_that_are_known_and_write_none(aws, directory, names):
    names.keep([Account(GIVEN, "acme-old", "Past", "SUSPENDED")], {})
    accounts, notes = listed(aws, ACCOUNTS=f"{GIVEN},{directory}")

    assert accounts[GIVEN] == {"id": GIVEN, "name": "acme-old", "path": "Past", "state": "ACTIVE"}
    assert accounts[directory]["name"] == ""
    assert names.all().keys() == {GIVEN}
    assert notes == []


def test_what_an_organization_is_set_to(aws, dynamodb):
    made = Organization.from_env(SETTINGS)
    members, asked = made.members, made.organizations.meta.config.retries

    assert (made.name, made.topic, made.store.bucket) == (
        "the organization",
        SETTINGS["REPORT_TOPIC_ARN"],
        "reports",
    )
    assert (made.alone.publisher.topic, asked["total_max_attempts"]) == (SETTINGS["ACCOUNT_TOPIC_ARN"], 10)
    assert (members.role, members.external_id) == (SETTINGS["MEMBER_ROLE_NAME"], SETTINGS["EXTERNAL_ID"])
    assert (members.partition, members.own) == ("aws", "123456789012")
