"""How a command finds its table, and each way in which AWS does not answer: one line, exit status 2."""

import json

import pytest
from answering import answering
from asking import ask
from builders import ALICE, activity

from deployment.settings import STACK
from lastseen.connection import USUAL_STACK

FOUND = """<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>
<Stacks><member><StackName>tracker</StackName><CreationTime>2026-11-01T00:00:00Z</CreationTime>
<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs></member></Stacks>
</DescribeStacksResult></DescribeStacksResponse>"""
NAMED = "<member><OutputKey>ActivityTableName</OutputKey><OutputValue>activity</OutputValue></member>"
NO_STACK = """<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
<Code>ValidationError</Code><Message>Stack with id tracker does not exist</Message></Error></ErrorResponse>"""
LOST = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}


def refused(code, message="no", status=400):
    return status, json.dumps({"__type": f"com.amazonaws#{code}", "message": message})


def complaint(*words, **environment):
    """The one line that a look-up ends with."""
    done = ask("who", ALICE, *words, **environment)
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("lastseen: ").rstrip("\n")


@pytest.mark.parametrize(
    ("words", "environment", "says"),
    [
        pytest.param(["--table", "a", "--stack", "b"], {}, "--table and --stack both name a table: give one of them", id="two tables"),
        pytest.param([], {"AWS_DEFAULT_REGION": ""}, "no AWS region: give --region, or set AWS_DEFAULT_REGION", id="no region"),
        pytest.param([], LOST, "no AWS credentials: log in", id="no credentials"),
        pytest.param(["--profile", "acme"], {}, "The config profile (acme) could not be found: `aws configure", id="no such profile"),
        pytest.param(["--region", "no region"], {}, "Provided region_name 'no region' doesn't match", id="no such region"),
        pytest.param([], {"AWS_ENDPOINT_URL": "nowhere"}, "Invalid endpoint: nowhere", id="no endpoint"),
        pytest.param([], {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS cannot be reached: Could not connect", id="unreachable"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(words, environment, says, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # Before AWS is called again.

    assert complaint(*words, **environment).startswith(says)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param(refused("ExpiredTokenException"), "the AWS credentials have expired: log in again", id="expired"),
        pytest.param(refused("UnrecognizedClientException"), "AWS does not take these credentials (UnrecognizedClientException)", id="not known"),
        pytest.param(refused("ResourceNotFoundException"), "there is no table activity in us-east-1 of this account", id="no table"),
        pytest.param(
            refused("AccessDeniedException", "User: x is not authorized to perform: dynamodb:Query on resource: y"),
            "not allowed to call dynamodb:Query: look-ups need the stack's InvestigatorPolicyArn",
            id="denied",
        ),
        pytest.param(refused("AccessDeniedException"), "not allowed to call Query:", id="denied without a reason"),
        pytest.param(
            refused("ValidationException", "The table does not have the specified index: by_facet"),
            "table activity lacks an index",
            id="an older table",
        ),
        pytest.param(refused("ValidationException", "odd\nindeed"), "AWS refused Query: ValidationException: odd indeed", id="anything else"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(answer, says):
    with answering(*answer) as endpoint:
        assert complaint(AWS_ENDPOINT_URL=endpoint).startswith(says)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param((400, NO_STACK), "there is no stack tracker in us-east-1 of this account", id="no stack"),
        pytest.param(
            (200, FOUND.format(outputs="")), "stack tracker has no output ActivityTableName", id="no output"
        ),
        pytest.param((200, "<html>"), "what answers is not AWS: check AWS_ENDPOINT_URL", id="a proxy's page"),
    ],
)
def test_a_stack_that_names_no_table_is_told(answer, says):
    with answering(*answer) as endpoint:
        assert complaint("--stack", "tracker", AWS_ENDPOINT_URL_CLOUDFORMATION=endpoint).startswith(says)


def test_a_stack_names_the_table_whatever_the_environment_says():
    """Its output is the table that DynamoDB then does not have."""
    with (
        answering(200, FOUND.format(outputs=NAMED)) as stacks,
        answering(*refused("ResourceNotFoundException")) as dynamodb,
    ):
        says = complaint(
            "--stack", "tracker",
            ACTIVITY_TABLE="another",
            AWS_ENDPOINT_URL_CLOUDFORMATION=stacks,
            AWS_ENDPOINT_URL_DYNAMODB=dynamodb,
        )  # fmt: skip

    assert says.startswith("there is no table activity in us-east-1")


def test_where_nothing_names_a_table_look_ups_ask_the_stack_that_make_deploy_makes():
    with answering(400, NO_STACK.replace("tracker", "last-activity")) as stacks:
        says = complaint(ACTIVITY_TABLE=" ", AWS_ENDPOINT_URL_CLOUDFORMATION=stacks)

    assert says.startswith("there is no stack last-activity in us-east-1 of this account")
    assert USUAL_STACK == STACK


def test_the_option_goes_before_the_environment(table):
    table.record(activity())

    assert ask("who", ALICE, "--table", "activity", ACTIVITY_TABLE="another").exit_code == 0


@pytest.fixture
def other(dynamodb):
    """A table of another tool, with an index that is called as one of ours."""
    dynamodb.create_table(
        TableName="other",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("id", "flagged")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_flag",
                "KeySchema": [{"AttributeName": "flagged", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )


@pytest.mark.parametrize(
    "words",
    [
        "who alice",
        "who AKIAEXAMPLEALICE0001",
        "who 10.0.0.0/8",
        "list",
        "list --flagged",
        "list --service s3 --json",
        "coverage",
        "report",
        "replay events/",
    ],
)
def test_a_table_of_another_tool_is_told_in_every_command(other, tmp_path, words):
    done = ask(*words.split(), "--table", "other", XDG_STATE_HOME=str(tmp_path))

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "lastseen: other is not a table of this tool: see --table, --stack and ACTIVITY_TABLE\n"
    )
