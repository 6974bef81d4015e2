"""Acts in a member account, as its read-only role: reporter/member.yaml."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from reporter.inventory.account import Gap
from reporter.run import Clients

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

# A role that was assumed by a role may be so for an hour at most; a review takes a quarter of that.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
_SECONDS = 3600
_AT_ONCE = 16
# One session for all: each of its own takes 96 ms, and memory. It makes one client at a time.
# https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html
_MAKING = Lock()
_REFUSED = (
    "the role {} is not there, does not trust the reporter, or is denied by a policy of the organization."
    " Fix: deploy reporter/member.yaml to the account"
)


@dataclass(frozen=True, slots=True)
class Members:
    """`role`: the name of the role that each account has. `external_id`: what it is asked for with, if not "".

    `own`: the account of the reporter itself, which needs no such role. `make`: makes clients that act there.
    `refused`: what is told of an account that does not give its role, with {} for the name of that.
    """

    sts: "STSClient"
    role: str
    external_id: str
    partition: str
    own: str
    make: Clients = boto3.client
    refused: str = _REFUSED

    def clients(self, account: str) -> Clients | Gap:
        """What makes clients that act in it, as boto3.client does.

        A gap where the account does not give its role. Raises botocore's other errors: to be tried again.
        """
        if account == self.own:
            return self._client
        arn = f"arn:{self.partition}:iam::{account}:role/{self.role}"
        by: dict[str, Any] = {"ExternalId": self.external_id} if self.external_id else {}
        try:
            given = self.sts.assume_role(
                RoleArn=arn, RoleSessionName="last-activity", DurationSeconds=_SECONDS, **by
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return Gap(f"account {account}", self.refused.format(self.role))
        credentials: dict[str, Any] = {
            "aws_access_key_id": given["Credentials"]["AccessKeyId"],
            "aws_secret_access_key": given["Credentials"]["SecretAccessKey"],
            "aws_session_token": given["Credentials"]["SessionToken"],
        }
        return partial(self._client, **credentials)

    def begin_credential_reports(self, accounts: Iterable[str]) -> None:
        """IAM takes seconds to make one; so it is there when the review asks, which tells what fails here."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._begin, accounts))

    def _begin(self, account: str) -> None:
        with suppress(ClientError, BotoCoreError):
            clients = self.clients(account)
            if not isinstance(clients, Gap):
                clients("iam").generate_credential_report()

    def _client(self, *service: Any, **settings: Any) -> Any:
        with _MAKING:
            return self.make(*service, **settings)
