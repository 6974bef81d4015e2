"""How a command finds the table, and one clear line for each way in which AWS may not answer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore import exceptions as failures
from botocore.config import Config
from botocore.parsers import ResponseParserError

from activity.item import typed
from activity.model import COVERAGE
from activity.table import WRITERS
from lastseen.terminal import misused
from reporter.inventory.answers import action_of, is_denied

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE_OUTPUT = "ActivityTableName"
_PATIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    max_pool_connections=WRITERS,
    connect_timeout=5,
    read_timeout=30,
)
# For what is asked besides the table: no answer depends on it.
BRISK = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=5)

_LOG_IN = "log in (`aws sso login`, `aws login`), or name a profile (--profile, or AWS_PROFILE)"
_ANEW = _LOG_IN.replace("log in", "log in again").replace("a profile", "another profile")
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_NOT_TAKEN = {
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
# What make deploy calls the stack, if it is told no other name.
USUAL_STACK = "last-activity"
# What DynamoDB says of a table whose keys are other ones.
_OTHER_KEYS = "missed key schema element", "does not match the schema", "does not match schema type"
_TOO_BUSY = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
}
_LOGGED_OUT = (
    failures.LoginError,
    failures.SSOError,
    failures.TokenRetrievalError,
)


_MAKING = Lock()  # Clients may be used by several threads, but not made.


class NotConnected(Exception):
    """There is no way to the table; the message says what to do."""


@dataclass(frozen=True)
class Connection:
    """Makes clients of one account and region; `table` is the activity table's name, "" if none is asked."""

    session: boto3.Session
    table: str

    def dynamodb(self) -> "DynamoDBClient":
        client: DynamoDBClient = self.client("dynamodb")
        return client

    def client(self, service: str, region: str = "", config: Config = _PATIENT) -> Any:
        return _client(self.session, service, region, config)

    def make(self, service: str, *, region_name: str | None = None, **settings: Any) -> Any:
        """As boto3.client does, also with the credentials of another account."""
        return _client(self.session, service, region_name or "", **settings)

    @cached_property
    def beside(self) -> Callable[[str], Any]:
        """Makes a client for what is asked besides the table, once each."""
        return cache(partial(self.client, config=BRISK))

    def check_table(self) -> None:
        """A table of another tool is told before all of it is read. Raises what the client does."""
        self.dynamodb().query(
            TableName=self.table,
            KeyConditionExpression="principal = :principal",
            ExpressionAttributeValues={":principal": typed(COVERAGE)},
            Limit=1,
        )


@contextmanager
def connected(
    environ: Mapping[str, str],
    *,
    table: str | None = None,
    stack: str | None = None,
    region: str | None = None,
    profile: str | None = None,
    usual: str | None = None,
    is_optional: bool = False,
    usual_region: str | None = None,
) -> Iterator[Connection]:
    """What is given goes before ACTIVITY_TABLE. `usual`: the stack to take if neither names a table.

    `is_optional`: without a table is all right, too. `usual_region`: where none is set, for what is global.

    Where AWS cannot be asked or refuses, within the `with` too, the command ends: one line, exit status 2.
    """
    if not (table or stack or environ.get("ACTIVITY_TABLE", "").strip()):
        stack = usual
    name, session = table or stack or "", None
    try:
        _check(environ, table, stack, is_optional=is_optional)
        session = _session(region, profile, usual_region)
        name = _output(session, stack) if stack else table or environ.get("ACTIVITY_TABLE", "").strip()
        yield Connection(session, name)
    except NotConnected as error:
        misused(str(error))
    except failures.ClientError as error:
        misused(_refusal(error, name, session.region_name if session else None))
    except failures.BotoCoreError as error:
        misused(failure(error))
    except TimeoutError as error:
        misused(f"{error}: try again in a minute")
    except ResponseParserError:
        misused("what answers is not AWS: check AWS_ENDPOINT_URL and the proxy")


def _session(region: str | None, profile: str | None, usual: str | None) -> boto3.Session:
    session = boto3.Session(region_name=region, profile_name=profile)
    if session.region_name:
        return session
    if not usual:  # Also if it is set to nothing, of which botocore would make an odd address.
        raise failures.NoRegionError
    return boto3.Session(region_name=usual, profile_name=profile)


def _check(environ: Mapping[str, str], table: str | None, stack: str | None, *, is_optional: bool) -> None:
    if table and stack:
        raise NotConnected("--table and --stack both name a table: give one of them")
    if not (is_optional or table or stack or environ.get("ACTIVITY_TABLE", "").strip()):
        raise NotConnected("no table is named: give --table, --stack or --db, or set ACTIVITY_TABLE")


def _output(session: boto3.Session, stack: str) -> str:
    stacks = _client(session, "cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {each["OutputKey"]: str(each["OutputValue"]) for each in stacks[0].get("Outputs", [])}
    if TABLE_OUTPUT not in outputs:
        raise NotConnected(f"stack {stack} has no output {TABLE_OUTPUT}: name the tracker's stack")
    return outputs[TABLE_OUTPUT]


def _client(
    session: boto3.Session, service: Any, region: str = "", config: Config = _PATIENT, **credentials: Any
) -> Any:
    try:
        with _MAKING:
            return session.client(service, region_name=region or None, config=config, **credentials)
    except failures.BotoCoreError:
        raise
    except ValueError as error:  # An endpoint that is no address.
        raise NotConnected(str(error)) from error


def _refusal(error: failures.ClientError, name: str, region: str | None) -> str:
    code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if why := wrong_with_credentials(error):
        return why
    if is_denied(error):
        return f"not allowed to call {action_of(error)}: look-ups need the stack's InvestigatorPolicyArn"
    if code == "ResourceNotFoundException":
        return f"there is no table {name} in {region} of this account: see --table, --region and --profile"
    if error.operation_name == "DescribeStacks" and "does not exist" in said:
        return f"there is no stack {name} in {region} of this account: see --stack, --region and --profile"
    if any(each in said for each in _OTHER_KEYS):
        return not_ours(name)
    if "specified index" in said:
        return f"table {name} lacks an index ({said}): deploy the stack again"
    if code in _TOO_BUSY:
        return f"AWS is too busy for {error.operation_name} ({code}): try again in a minute"
    return _line(f"AWS refused {error.operation_name}: {code}: {said}")


def wrong_with_credentials(error: failures.ClientError) -> str:
    """And what to do about it; "" if AWS refuses for another reason."""
    code = error.response["Error"]["Code"]
    if code in _EXPIRED:
        return f"the AWS credentials have expired: {_ANEW}"
    return f"AWS does not take these credentials ({code}): {_ANEW}" if code in _NOT_TAKEN else ""


def not_ours(name: str) -> str:
    return f"{name} is not a table of this tool: see --table, --stack and ACTIVITY_TABLE"


def failure(error: failures.BotoCoreError) -> str:
    match error:
        case failures.NoRegionError():
            return "no AWS region: give --region, or set AWS_DEFAULT_REGION or the profile's region"
        case failures.NoCredentialsError():
            return f"no AWS credentials: {_LOG_IN}"
        case failures.ProfileNotFound():
            return f"{_line(error)}: `aws configure list-profiles` lists those that there are"
        case failures.ConnectionError() | failures.HTTPClientError():
            return f"AWS cannot be reached: {_line(error)}: check the network, the proxy and --region"
    if isinstance(error, _LOGGED_OUT):
        return f"the AWS login has ended ({_line(error)}): {_ANEW}"
    return _line(error)


def _line(error: object) -> str:
    return " ".join(str(error).split())
