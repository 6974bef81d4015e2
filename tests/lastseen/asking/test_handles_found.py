"""`lastseen who`, by every handle, of all that the samples bring."""

import json

import pytest
from asking import ask, record_samples
from builders import ACCOUNT, at

from activity.item import attributes
from activity.table import ActivityTable
from lastseen.demo.embedded import EmbeddedTable
from lastseen.demo.local_aws import local_aws, make_table

ME = f"arn:aws:iam::{ACCOUNT}"
ALICE_OF_SAMPLES = f"{ME}:user/people/alice"
SSO = "AWSReservedSSO_Admin_0123456789abcdef"
SSO_WITH_PATH = f"{ME}:role/aws-reserved/sso.amazonaws.com/eu-west-1/{SSO}"
JUDY = "arn:aws:identitystore:::user/b4c8d418-20a1-70ee-9f3d-1234567890ab"


@pytest.fixture(scope="module", autouse=True)
def samples():
    """All of events/ in a table that no test of this file writes to."""
    with local_aws("us-east-1") as client:
        make_table(client("dynamodb"), "activity")
        record_samples(ActivityTable(client("dynamodb"), "activity"))
        yield


@pytest.mark.parametrize(
    ("handle", "principal"),
    [
        (ALICE_OF_SAMPLES, ALICE_OF_SAMPLES),
        ("AKIAEXAMPLEALICE0001", ALICE_OF_SAMPLES),
        ("AIDAEXAMPLEALICE00001", ALICE_OF_SAMPLES),
        ("10.0.3.17", ALICE_OF_SAMPLES),
        ("10.0.3.16/30", ALICE_OF_SAMPLES),
        ("kms.amazonaws.com", ALICE_OF_SAMPLES),
        (f"{ME}:root", f"{ME}:root"),
        (ACCOUNT, f"{ME}:root"),
        (SSO_WITH_PATH, SSO_WITH_PATH),
        (f"{ME}:role/some/path/auditor", f"{ME}:role/auditor"),
        ("AROAEXAMPLEDEPLOY0001:build-42", f"{ME}:role/ci/deploy"),
        ("b4c8d418-20a1-70ee-9f3d-1234567890ab", JUDY),
        (JUDY, JUDY),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/x", f"{ME}:role/auditor"),
    ],
)
def test_a_handle_that_a_key_answers_finds_its_principal_without_a_scan(handle, principal):
    done = ask("who", handle)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == principal


@pytest.mark.parametrize(
    ("handle", "principal"),
    [
        ("alice", ALICE_OF_SAMPLES),
        ("kms", ALICE_OF_SAMPLES),
        ("thumbnails-lambda", f"{ME}:role/service-role/thumbnails-lambda"),
        ("role/ci/deploy", f"{ME}:role/ci/deploy"),
        ("10.0.0.0/16", ALICE_OF_SAMPLES),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build-42", f"{ME}:role/ci/deploy"),
        ("arn:aws-us-gov:sts::111122223333:assumed-role/ops/x", "arn:aws-us-gov:iam::111122223333:role/team/ops"),
        ("mei", "arn:aws-cn:iam::444455556666:user/mei"),
    ],
)  # fmt: skip
def test_a_handle_that_no_key_answers_finds_its_principal_without_a_word_about_it(handle, principal):
    done = ask("who", handle)

    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == principal
    assert done.stderr == ""


def test_one_screen_tells_all_of_a_principal():
    done = ask("who", "AKIAEXAMPLEALICE0001", now=at(3 * 86400))

    assert [" ".join(line.split()) for line in done.stdout.splitlines()[:7]] == [
        ALICE_OF_SAMPLES,
        f"IAM user of account {ACCOUNT}",
        "",
        "last seen 2026-11-22T17:42:10Z, 18 hours ago",
        "first seen 2026-11-20T09:31:44Z, 3 days ago",
        "last event s3.amazonaws.com ListBuckets, eu-west-1, 198.51.100.7",
        "user agent aws-cli/2.31.9 md/awscrt#0.27.6 ua/2.1 os/linux#6.1.0 md/arch#x86_64"
        " lang/python#3.13.7 md/pyimpl#CPython cfg/retry-mode#standard",
    ]
    for each in ("AKIAEXAMPLEALICE0001 (asked for)", "address 10.0.3.17", "service kms.amazonaws.com"):
        assert each in done.stdout
    assert done.stdout.endswith(
        "    aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes"
        " AttributeKey=EventId,AttributeValue=46e4fc9d-c4e5-4322-8f30-f6f7b5986477\n"
    )


def test_a_refused_call_is_no_use_and_its_address_is_not_either():
    done = ask("who", "bob")

    assert "last seen     by no call that was allowed since tracking began on 2026-06-02\n" in done.stdout
    assert "last denied   2026-11-22T03:00:04Z" in done.stdout
    assert f"The last denied event, from the Event History of account {ACCOUNT}:" in done.stdout


def test_several_matches_are_a_choice_and_each_command_leads_to_one():
    done = ask("who", "198.51.100.7", "--region", "us-east-1")
    rows = done.stdout.splitlines()[3:5]
    commands = [row.split("lastseen who ")[1] for row in rows]

    assert [row.split()[0] for row in rows] == ["2026-11-22T17:42:10Z", "2026-11-18T05:49:21Z"]
    assert commands == [f"{ALICE_OF_SAMPLES} --region us-east-1", f"{ME}:root --region us-east-1"]
    for command in commands:
        assert ask("who", *command.split()).stdout.startswith(command.split()[0])


@pytest.mark.parametrize("handle", ["judy@example.com", "judy"])
def test_a_session_is_found_by_its_name_and_by_how_it_begins(handle):
    done = ask("who", handle)

    assert done.stdout.splitlines()[0] == SSO_WITH_PATH
    assert done.stdout.count("session judy@example.com (asked for)") == 1


@pytest.mark.parametrize("handle", [SSO_WITH_PATH, f"{ME}:role/{SSO}", SSO, "AWSReservedSSO_Admin", "Admin"])
def test_a_role_is_one_with_its_path_and_without_and_a_permission_set_needs_no_hash(handle):
    shown = ask("who", handle).stdout

    assert shown.splitlines()[0] == SSO_WITH_PATH
    assert shown.count("AROAEXAMPLESSOADMIN01") == 1
    assert "service aws-marketplace.amazonaws.com " in shown  # Seen without the path alone.
    assert "under other names" not in shown


@pytest.mark.parametrize(
    ("handle", "principal", "how"),
    [
        pytest.param("ALICE", ALICE_OF_SAMPLES, "in another case", id="in capitals"),
        pytest.param("user/Alice", ALICE_OF_SAMPLES, "in another case", id="with its type"),
        pytest.param(ALICE_OF_SAMPLES.replace("alice", "ALICE"), ALICE_OF_SAMPLES, "in another case", id="ARN"),
        pytest.param("alic", ALICE_OF_SAMPLES, "by how it begins", id="its beginning"),
        pytest.param("ADMI", SSO_WITH_PATH, "by how it begins", id="a permission set's beginning, in capitals"),
    ],
)
def test_a_name_is_found_in_another_case_or_by_how_it_begins_and_that_is_said(handle, principal, how):
    shown = ask("who", handle).stdout

    assert shown.splitlines()[0] == principal
    assert shown.endswith(f" as it is written: this was found {how}.\n")


@pytest.mark.parametrize(("handle", "name"), [("alcie", "alice"), ("aliec", "alice"), ("depoly", "deploy")])
def test_a_name_that_is_like_others_leads_to_them(handle, name):
    done = ask("who", handle)

    assert done.exit_code == 1
    assert f"Did you mean {name}?\n    lastseen who {name}\n" in done.stdout


def test_a_name_that_is_like_no_other_leads_nowhere():
    assert "Did you mean" not in ask("who", "somebody-else-entirely").stdout


@pytest.mark.parametrize("handle", ["root", "ROOT"])
def test_root_lists_the_root_users(handle):
    assert ask("who", handle).stdout.splitlines()[0] == f"{ME}:root"


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build-42", True),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/{SSO}/judy@example.com", False),
    ],
)
def test_a_session_that_is_not_kept_is_said_to_be(handle, shown):
    assert ("build-42: not kept" in ask("who", handle).stdout) is shown


def test_nothing_found_says_what_was_searched_and_since_when_it_listens():
    done = ask("who", "AKIAEXAMPLEMALLORY01")

    assert done.exit_code == 1
    assert " since tracking began on 2026-06-02.\n" in done.stdout
    assert "searched for access key AKIAEXAMPLEMALLORY01\n" in done.stdout
    assert "searched for refused calls of access key AKIAEXAMPLEMALLORY01\n" in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("Events come from 5 regions of 3 accounts, since 2026-06-02, the last ")
    assert last.endswith(" ago: lastseen coverage")


def test_as_json_one_principal_is_all_of_its_items():
    done = ask("who", "AKIAEXAMPLEALICE0001", "--json")

    table = EmbeddedTable()
    record_samples(table)
    of_event = {"handle": "AKIAEXAMPLEALICE0001", "name": "alice", "type": "user", "identity_type": "IAMUser"}
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        attributes(each) | of_event | ({"identity_type": "FederatedUser"} if "sqs" in each.facet else {})
        for each in table.of(ALICE_OF_SAMPLES)
    ]


def test_as_json_several_matches_are_what_each_was_found_by():
    found = [json.loads(line) for line in ask("who", "198.51.100.7", "--json").stdout.splitlines()]

    assert [(each["principal"], each["facet"]) for each in found] == [
        (ALICE_OF_SAMPLES, "IP#198.51.100.7"),
        (f"{ME}:root", "IP#198.51.100.7"),
    ]


def test_as_json_nothing_found_leaves_standard_output_empty():
    done = ask("who", "AKIAEXAMPLEMALLORY01", "--json")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "No sightings of" in done.stderr
