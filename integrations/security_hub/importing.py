"""Takes findings into Security Hub, each in its own account, and says which it could not take."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from integrations.security_hub.asff import Finding

# https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
MOST = 100
REFUSED = (BotoCoreError, ClientError)

Clients = Callable[..., Any]


class NoRole(Exception):
    """The finding is of another account, and no role there was named."""


@dataclass(frozen=True, slots=True)
class SecurityHub:
    """`account`: the function's own. `role`: the name of the role that other accounts have, or ""."""

    account: str
    partition: str
    role: str
    external_id: str
    make: Clients = boto3.client

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            account=environ["ACCOUNT_ID"],
            partition=environ["PARTITION"],
            role=environ["MEMBER_ROLE_NAME"],
            external_id=environ["EXTERNAL_ID"],
        )

    def take(self, findings: Iterable[Finding]) -> dict[str, str]:
        """Why, by the Id of each that was not taken. Raises nothing that AWS answers."""
        by_account: dict[str, list[Finding]] = {}
        for finding in findings:
            by_account.setdefault(finding["AwsAccountId"], []).append(finding)
        left: dict[str, str] = {}
        for account, those in by_account.items():
            try:
                client = self._client(account)
            except (*REFUSED, NoRole) as error:
                left |= {each["Id"]: str(error) for each in those}
                continue
            for start in range(0, len(those), MOST):
                left |= _import(client, those[start : start + MOST])
        return left

    def _client(self, account: str) -> Any:
        """With the default product, findings are taken only from their own account."""
        if account == self.account:
            return self.make("securityhub")
        if not self.role:
            raise NoRole(f"account {account} is not this one, and the stack has no MemberRoleName")
        given = self.make("sts").assume_role(
            RoleArn=f"arn:{self.partition}:iam::{account}:role/{self.role}",
            RoleSessionName="last-activity",
            ExternalId=self.external_id,
        )["Credentials"]
        return self.make(
            "securityhub",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )


def _import(client: Any, findings: Sequence[Finding]) -> dict[str, str]:
    try:
        answer = client.batch_import_findings(Findings=findings)
    except REFUSED as error:
        if _is_for_its_form(error) and len(findings) > 1:
            half = len(findings) // 2
            return _import(client, findings[:half]) | _import(client, findings[half:])
        return {each["Id"]: str(error) for each in findings}
    return {
        each["Id"]: f"{each['ErrorCode']}: {each['ErrorMessage']}" for each in answer.get("FailedFindings", [])
    }


def _is_for_its_form(error: Exception) -> bool:
    """Then the call is refused for one finding, and the others are to be taken."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] == "InvalidInputException"
    return isinstance(error, ParamValidationError)
