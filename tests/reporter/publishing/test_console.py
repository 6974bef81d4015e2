"""Addresses in the AWS console."""

import pytest

from reporter.publishing import console


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
        pytest.param("arn:aws-iso:iam::123456789012:role/x", "", id="a partition of which it is not known"),
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


def test_in_another_partition_a_stored_object_has_none():
    assert console.stored("reports", "key", "us-iso-east-1", "aws-iso") == ""
