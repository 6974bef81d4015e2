"""That the local server enforces policies at all; what it does not enforce is in e2e/unenforced.py."""

import json

import pytest
from botocore.exceptions import ClientError
from e2e.policies import allowing
from e2e.server import ACCOUNT
from e2e.stack import Queue

OTHER_ACCOUNT = "210987654321"
LETTERS = ["DeadLetterQueue", "RuleDeadLetterQueue", "AwakenedDeadLetterQueue"]
ACTS = ["Queue", *LETTERS, "topic", "bucket"]
REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"}


@pytest.fixture(scope="module")
def role(server):
    """Makes a role that may do what is given, and answers clients of its session."""
    iam = server.client("iam")

    def role(name, permissions):
        anybody = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        if permissions:
            document = json.dumps(allowing(permissions))
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
        return by(server, server.session(made))

    yield role
    for name in ("may-nothing", "may-all"):
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)


def by(server, session):
    """Clients of a session; `plain` ones say that they come by HTTP, as a proxy would that ends TLS."""
    names = {name.lower(): value for name, value in session.items()}

    def client(service, *, plain=False):
        made = server.client(service, **names)
        if plain:
            made.meta.events.register("before-sign", lambda request, **_: said_to_be_plain(request))
        return made

    return client


def said_to_be_plain(request):
    request.headers["X-Forwarded-Proto"] = "http"


@pytest.fixture(scope="module")
def may_nothing(role):
    return role("may-nothing", [])


@pytest.fixture(scope="module")
def may_all(role):
    return role("may-all", [("*", "*")])


@pytest.fixture(scope="module")
def acts(stack):
    """What one may do with the stack, given clients."""
    topic, bucket = stack.outputs["ReportTopicArn"], stack.outputs["ReportBucketName"]

    def send(logical):
        return lambda client, **how: client("sqs", **how).send_message(
            QueueUrl=stack.resources[logical], MessageBody="{}"
        )

    def look(client, **how):  # What is sent there comes to ingest.
        client("sqs", **how).get_queue_attributes(QueueUrl=stack.resources["Queue"], AttributeNames=["All"])

    return {
        "Queue": look,
        **{logical: send(logical) for logical in LETTERS},
        "topic": lambda client, **how: client("sns", **how).publish(TopicArn=topic, Message="x"),
        "bucket": lambda client, **how: client("s3", **how).put_object(Bucket=bucket, Key="test", Body=b"x"),
    }


def refusal(act):
    with pytest.raises(ClientError) as refused:
        act()
    return refused.value.response["Error"]["Code"]


@pytest.mark.parametrize("act", ACTS)
def test_who_may_nothing_is_refused(acts, may_nothing, act):
    assert refusal(lambda: acts[act](may_nothing)) in REFUSED


@pytest.mark.parametrize("act", ACTS)
def test_who_may_all_is_let_in_by_tls_and_refused_without(stack, acts, may_all, act):
    acts[act](may_all)

    assert refusal(lambda: acts[act](may_all, plain=True)) in REFUSED
    if act in LETTERS:
        Queue(stack.server.client("sqs"), f"x:{stack.resources[act].rpartition('/')[2]}").take()


def test_another_accounts_root_user_may_not_publish_to_the_topic(server, stack):
    stranger = server.client("sns", aws_access_key_id=OTHER_ACCOUNT)

    said = refusal(lambda: stranger.publish(TopicArn=stack.outputs["ReportTopicArn"], Message="x"))
    assert said in REFUSED
