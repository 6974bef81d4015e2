"""`lastseen who` of what the table knows nothing of: IAM is asked, as far as the caller may."""

import json
import re

import boto3
import botocore.handlers
import pytest
from asking import ask
from botocore.exceptions import ClientError, ConnectTimeoutError
from builders import ACCOUNT, ALICE, activity


@pytest.fixture
def key(aws, table):
    """Of a user that was never seen; there is a role, too."""
    iam = aws("iam")
    iam.create_user(UserName="zoe", Path="/people/")
    iam.create_role(RoleName="nightly", AssumeRolePolicyDocument="{}")
    return iam.create_access_key(UserName="zoe")["AccessKey"]["AccessKeyId"]


@pytest.fixture
def failing(monkeypatch):
    """Makes calls of AWS fail: those of which the name begins so."""

    def fail(begins, error):
        def before(model, **_):
            if f"{model.service_model.service_name}.{model.name}".startswith(begins):
                raise error(model.name)

        hooked = [*botocore.handlers.BUILTIN_HANDLERS, ("before-call", before)]
        monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)

    return fail


def denied(name):
    return ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, name)


def test_a_key_that_was_never_seen_is_told_as_iam_knows_it(key):
    done = ask("who", key)

    assert done.exit_code == 1
    assert done.stdout.startswith(f"No sightings of {key} (an access key id) since tracking began.\n")
    told = rf"\nIAM: access key of user zoe in account {ACCOUNT}, made on \d{{4}}-\d\d-\d\d, active, no use on record\.\n"
    assert re.search(told, done.stdout)


@pytest.mark.parametrize(
    ("handle", "said"),
    [
        ("zoe", f"IAM: user arn:aws:iam::{ACCOUNT}:user/people/zoe, made on "),
        (f"arn:aws:iam::{ACCOUNT}:user/people/zoe", f"IAM: user arn:aws:iam::{ACCOUNT}:user/people/zoe, made on "),
        ("nightly", f"IAM: role arn:aws:iam::{ACCOUNT}:role/nightly, made on "),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly/x", f"IAM: role arn:aws:iam::{ACCOUNT}:role/nightly, made"),
        ("nobody", f"IAM has no user or role named nobody in account {ACCOUNT}."),
        ("user/nightly", f"IAM has no user named nightly in account {ACCOUNT}."),
        ("arn:aws:iam::210987654321:user/zoe", f"IAM was not asked: these credentials are of account {ACCOUNT}"),
        ("AKIAEXAMPLEMALLORY01", f"IAM: an access key of account {ACCOUNT} that no user has"),
    ],
)  # fmt: skip
def test_a_name_that_was_never_seen_is_told_as_iam_knows_it(key, handle, said):
    done = ask("who", handle)

    assert done.exit_code == 1
    assert f"\n{said}" in done.stdout


def test_of_what_can_be_no_keys_id_that_is_said(key, failing):
    failing("sts.GetAccessKeyInfo", lambda name: ClientError({"Error": {"Code": "ValidationError"}}, name))
    done = ask("who", "AKIAEXAMPLEALICE00O1")

    assert "\nAWS says that this can be no access key's id: compare it letter by letter.\n" in done.stdout


@pytest.mark.parametrize("handle", ["AROAEXAMPLEDEPLOY0001", "198.51.100.7", "kms.amazonaws.com"])
def test_of_what_iam_cannot_be_asked_for_nothing_is_said(key, handle):
    assert "IAM" not in ask("who", handle).stdout


@pytest.mark.parametrize(
    ("call", "handle", "said"),
    [
        ("iam.GetUser", "zoe", "IAM could not be asked: not allowed to call iam:GetUser."),
        ("iam.GetRole", "role/nightly", "IAM could not be asked: not allowed to call iam:GetRole."),
        ("sts.GetAccessKeyInfo", "KEY", "IAM could not be asked: not allowed to call sts:GetAccessKeyInfo."),
        ("iam.GetAccessKey", "KEY", "IAM could not be asked: not allowed to call iam:GetAccessKeyLastUsed."),
        (
            "iam.ListAccessKeys",
            "KEY",
            f"IAM: access key of user zoe in account {ACCOUNT}, no use on record; when it was made could not",
        ),
    ],
)
def test_what_may_not_be_asked_is_said_and_fails_nothing(key, failing, call, handle, said):
    failing(call, denied)
    done = ask("who", handle.replace("KEY", key))

    assert (done.exit_code, done.stderr) == (1, "")
    assert said in done.stdout


def test_an_iam_that_cannot_be_reached_is_said_and_fails_nothing(key, failing):
    failing("iam", lambda _: ConnectTimeoutError(endpoint_url="https://iam.amazonaws.com/"))
    done = ask("who", "zoe")

    assert done.exit_code == 1
    assert (
        'IAM could not be asked: Connect timeout on endpoint URL: "https://iam.amazonaws.com/".' in done.stdout
    )


def test_who_was_seen_is_not_asked_for(key, failing, table):
    failing("iam", denied)
    table.record(activity())

    assert ask("who", ALICE).exit_code == 0


def test_as_json_of_several_it_is_a_value_beside_the_handle(key):
    (line,) = map(json.loads, ask("who", key, key, "--json").stdout.splitlines())

    assert line.pop("iam") | {"created": ""} == {
        "account": ACCOUNT,
        "user": "zoe",
        "created": "",
        "status": "Active",
    }
    assert line == {"handle": key, "principal": None}
    assert boto3.client("iam").list_access_keys(UserName="zoe")["AccessKeyMetadata"]
