"""AWS's errors in words: as a gap, and as what is missing."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from activity.item import UnreadableItem
from reporter.inventory.account import Gap
from reporter.inventory.answers import Unanswered, answered, or_gap


def refused(code, message="", operation="GetUser"):
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def raising(error):
    def read():
        raise error

    return read


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(
            refused("NoSuchBucket", "it is\n gone", "PutObject"),
            "NoSuchBucket (PutObject): it is gone",
            id="of AWS",
        ),
        pytest.param(
            EndpointConnectionError(endpoint_url="https://iam"),
            'Could not connect to the endpoint URL: "https://iam"',
            id="of the network",
        ),
    ],
)
def test_of_an_error_of_aws_the_gap_has_code_operation_and_message(error, reason):
    assert or_gap("users", raising(error)) == Gap("users", reason)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused("404", "\n<!DOCTYPE html>\n<p>Sign in"), "404 (GetUser): a web page, not AWS's answer"),
        (ResponseParserError("invalid XML: b'<html><body>"), "invalid XML: a web page, not AWS's answer"),
    ],
)
def test_a_web_page_is_called_one(error, reason):
    assert or_gap("users", raising(error)).reason == reason


def test_a_page_in_place_of_an_answer_does_not_fill_the_mail():
    read = raising(ResponseParserError("x" * 200_000))

    assert or_gap("users", read) == Gap("users", "x" * 500 + "...")
    assert or_gap("users", lambda: {}["x" * 600]).reason.endswith("xxx...)")


@pytest.mark.parametrize(
    ("error", "code", "action"),
    [
        pytest.param(
            refused("AccessDenied", "x is not authorized to perform: kms:Decrypt, because no policy allows it"),
            "AccessDenied",
            "kms:Decrypt",
            id="IAM names another action than that of the call",
        ),
        pytest.param(
            refused("AccessDeniedException", "no"), "AccessDeniedException", "iam:GetUser", id="or none"
        ),
        pytest.param(refused("NoSuchEntity", "no"), "NoSuchEntity", "", id="another error"),
        pytest.param(EndpointConnectionError(endpoint_url="https://iam"), "", "", id="not AWS's"),
        pytest.param(KeyError("User"), "", "", id="an answer of another form"),
    ],
)
def test_what_is_missing_is_named_if_that_is_why(error, code, action):
    with pytest.raises(Unanswered) as raised:
        answered(raising(error), "iam:GetUser")

    assert (raised.value.code, raised.value.action) == (code, action)


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        pytest.param(refused("AccessDenied", "no"), "make verify", id="denied"),
        pytest.param(
            refused("Throttling", "no"), "nothing, if the next report has it; otherwise make verify", id="busy"
        ),
        pytest.param(UnreadableItem("the item ...; correct it"), "", id="an item that says itself what to do"),
    ],
)
def test_a_gap_says_what_to_do(error, fix):
    assert or_gap("users", raising(error)).fix == fix


def test_a_fault_of_our_own_is_no_answer_of_aws():
    with pytest.raises(ZeroDivisionError):
        answered(lambda: 1 // 0)
