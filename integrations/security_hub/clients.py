"""Clients of Security Hub by account, each kept for as long as its credentials last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Self

import boto3

# Each takes about 300 KB of the function's memory.
MOST_KEPT = 200
_MARGIN = timedelta(minutes=10)  # Longer than an invocation.
_OWN = datetime.max.replace(tzinfo=UTC)


class NoRole(Exception):
    """The finding is of another account, and no role there was named."""


@dataclass(frozen=True, slots=True)
class Clients:
    """`account`: the function's own. `role`: the name of the role that other accounts have, or ""."""

    account: str
    partition: str
    role: str
    external_id: str
    make: Callable[..., Any] = boto3.client
    _kept: dict[str, tuple[Any, datetime]] = field(default_factory=dict)
    # Several threads may use a client, and only one may make some:
    # https://docs.aws.amazon.com/boto3/latest/guide/clients.html#multithreading-or-multiprocessing-with-clients
    _making: Lock = field(default_factory=Lock)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            account=environ["ACCOUNT_ID"],
            partition=environ["PARTITION"],
            role=environ["MEMBER_ROLE_NAME"],
            external_id=environ["EXTERNAL_ID"],
        )

    def of(self, account: str) -> Any:
        """With the default product, findings are taken only from their own account."""
        if account == self.account:
            return self._own("securityhub")
        if not self.role:
            raise NoRole(f"account {account} is not this one, and the stack has no MemberRoleName")
        kept = self._kept.get(account)
        return kept[0] if kept and datetime.now(UTC) < kept[1] else self._of_member(account)

    def _of_member(self, account: str) -> Any:
        given = self._own("sts").assume_role(
            RoleArn=f"arn:{self.partition}:iam::{account}:role/{self.role}",
            RoleSessionName="last-activity",
            ExternalId=self.external_id,
        )["Credentials"]
        with self._making:
            client = self.make(
                "securityhub",
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"],
            )
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[account] = client, given["Expiration"] - _MARGIN
        return client

    def _own(self, service: str) -> Any:
        with self._making:
            if service not in self._kept:
                self._kept[service] = self.make(service), _OWN
            return self._kept[service][0]
