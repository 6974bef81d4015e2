"""Addresses in the AWS console."""

import boto3
import pytest

from reporter.publishing import console

# No documented address of the console is known for these.
UNKNOWN = "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"


@pytest.mark.parametrize(
    ("arn", "address"),
    [
        pytest.param(
            "arn:aws:iam::123456789012:user/people/alice",
            "https://console.aws.amazon.com/iam/home#/users/details/alice?section=security_credentials",
            id="a user, whatever its path",
        ),
        pytest.param(
            "arn:aws:iam::123456789012:role/deploy",
            "https://console.aws.amazon.com/iam/home#/roles/details/deploy?section=permissions",
            id="a role",
        ),
        pytest.param(
            "arn:aws-cn:iam::123456789012:user/a+b=c@d",
            "https://console.amazonaws.cn/iam/home#/users/details/a%2Bb%3Dc%40d?section=security_credentials",
            id="China, and a name with signs",
        ),
        pytest.param(
            "arn:aws-us-gov:iam::123456789012:role/x",
            "https://console.amazonaws-us-gov.com/iam/home#/roles/details/x?section=permissions",
            id="GovCloud",
        ),
        *(
            pytest.param(f"arn:{partition}:iam::123456789012:role/x", "", id=f"{partition}: not known")
            for partition in UNKNOWN
        ),
    ],
)
def test_a_principal_has_its_page(arn, address):
    assert console.principal(arn) == address


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
    ],
)
def test_a_stored_object_has_its_page(partition, host):
    address = console.stored("reports", "1/2 3.html", "eu-west-1", partition)

    assert address == f"https://{host}/s3/object/reports?region=eu-west-1&prefix=1%2F2%203.html"


@pytest.mark.parametrize("partition", UNKNOWN)
def test_in_another_partition_a_stored_object_has_none(partition):
    assert console.stored("reports", "key", "region", partition) == ""


def test_every_partition_that_the_sdk_knows_is_one_of_these():
    assert {"aws", "aws-cn", "aws-us-gov", *UNKNOWN} == {*boto3.Session().get_available_partitions()}
