"""Takes findings into Security Hub, each in its own account, and says which it could not take."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from integrations.security_hub.asff import Finding
from integrations.security_hub.clients import Clients, NoRole

# https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
MOST = 100
_AT_ONCE = 8
REFUSED = (BotoCoreError, ClientError)


@dataclass(frozen=True, slots=True)
class SecurityHub:
    clients: Clients

    def take(self, findings: Iterable[Finding]) -> dict[str, str]:
        """Why, by the Id of each that was not taken. Raises nothing that AWS answers."""
        by_account: dict[str, list[Finding]] = {}
        for finding in findings:
            by_account.setdefault(finding["AwsAccountId"], []).append(finding)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            every = list(pool.map(self._take_of, by_account, by_account.values()))
        return {finding: why for left in every for finding, why in left.items()}

    def _take_of(self, account: str, findings: Sequence[Finding]) -> dict[str, str]:
        try:
            client = self.clients.of(account)
        except (*REFUSED, NoRole) as error:
            return {each["Id"]: str(error) for each in findings}
        left: dict[str, str] = {}
        for start in range(0, len(findings), MOST):
            left |= _import(client, findings[start : start + MOST])
        return left


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
