"""What the local server does not enforce, though AWS does, and the tests that stand for it."""

import re

from builders import ROOT

AS_AWS_ASKS = "tests/test_simulated.py::test_what_aws_asks_in_a_roles_name_is_allowed_by_one_permission_alone"
BY_SERVICES = "tests/test_simulated.py::test_what_a_service_does_is_allowed_or_refused"
IN_ANY_WAY = "tests/reporter/test_five_ways.py::test_what_does_not_answer_is_told_in_the_mail_and_flags_nothing"

# How a loss is told of that nothing showed here.
ELSEWHERE, UNNOTICED = "not enforced here, but in", "NOT NOTICED"

# What Lambda, and those who encrypt, ask in the name of a function's role.
PERMISSIONS = {
    "sqs:ReceiveMessage": AS_AWS_ASKS,
    "sqs:DeleteMessage": AS_AWS_ASKS,
    "sqs:GetQueueAttributes": AS_AWS_ASKS,
    "dynamodb:DescribeStream": AS_AWS_ASKS,
    "dynamodb:GetRecords": AS_AWS_ASKS,
    "dynamodb:GetShardIterator": AS_AWS_ASKS,
    "dynamodb:ListStreams": AS_AWS_ASKS,
    "logs:CreateLogStream": AS_AWS_ASKS,
    "logs:PutLogEvents": AS_AWS_ASKS,
    "kms:Decrypt": AS_AWS_ASKS,
    "kms:GenerateDataKey": AS_AWS_ASKS,
    # The server answers it to whoever asks.
    "account:ListRegions": IN_ANY_WAY,
    # It is asked for users of whom the credential report tells a certificate; the server's tells of none.
    "iam:ListSigningCertificates": IN_ANY_WAY,
}

# What other services do in their own name, or under a role that they assume.
SERVICES = {
    "EventBridge puts a rule's event into a queue, or a dead letter": BY_SERVICES,
    "EventBridge publishes a forwarder's alarm": BY_SERVICES,
    "CloudWatch publishes an alarm": BY_SERVICES,
    "a key's policy, the topic's own and that of docs/customer-key.md": BY_SERVICES,
    "EventBridge Scheduler invokes the reporter": BY_SERVICES,
    "a forwarder's rule puts an event on the hub's bus": BY_SERVICES,
    "Step Functions invokes the reporter, reads its list and starts its map": BY_SERVICES,
}

# What it asks for with resource *, and AWS for the user's ARN:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access-keys_required-permissions.html
ASKED_FOR_ALL = {
    "iam:GetAccessKeyLastUsed": "tests/test_policies.py::test_an_action_exists_and_takes_the_resource_that_it_is_allowed_for"
}


def missing():
    """The tests named here that do not exist."""
    named = {*PERMISSIONS.values(), *SERVICES.values(), *ASKED_FOR_ALL.values()}
    return [each for each in named if not _is_there(*each.split("::"))]


def _is_there(file, name):
    path = ROOT / file
    return path.exists() and bool(re.search(rf"(?m)^def {name}\(", path.read_text()))
