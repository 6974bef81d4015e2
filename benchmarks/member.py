"""An account of an organization, as a server on loopback answers for it, as late as AWS is taken to answer."""

# ruff: noqa: N802  # The methods are named for the operations that they answer.

import time
from typing import Any

from crowd import Crowd
from wire import Wire

REPORT = 6.0  # Seconds that IAM takes to make a credential report.
# Seconds that a call takes, besides the server's own time. Those of STS go to other regions, all at once.
TAKES = {"iam": 0.05, "dynamodb": 0.005, "sns": 0.03, "sts": 0.2, "cloudtrail": 0.05, "account": 0.05}
# Those that every account has: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
REGIONS = """
    us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2
    eu-west-3 ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2
""".split()


class Account(Crowd):
    """Every second user has one of the two keys: 200 users have 300."""

    def keys(self, user: int) -> list[dict[str, str]]:
        return super().keys(user)[: 1 + (user + 1) % 2]

    def _row(self, number: int) -> dict[str, str]:
        row = super()._row(number)
        return row if number % 2 == 0 else {name: row[name] for name in row if "key_2" not in name}


class Member(Wire):
    """`report`: seconds from the call that asks for a credential report to it being there, each time anew."""

    def __init__(self, crowd: Crowd, *, report: float = 0.0) -> None:
        super().__init__(crowd, page=400)  # As in figure 9.
        self.report = report
        self.read_units = 0.0
        self._asked_at: float | None = None

    def answer(self, service: str, operation: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        time.sleep(TAKES.get(service, 0))
        return super().answer(service, operation, asked)

    def count(self) -> dict[str, float]:
        """What was asked by now."""
        return {
            "iam": sum(self.of("iam").values()),
            "others": sum(self.calls.values()) - sum(self.of("iam").values()),
            "reads": self.read_units,
            "writes": self.of("dynamodb").get("UpdateItem", 0),
        }

    def _iam_GenerateCredentialReport(self, _: dict[str, Any]) -> dict[str, str]:
        self._asked_at = self._asked_at or time.monotonic()
        is_there = time.monotonic() - self._asked_at >= self.report
        return {"State": "COMPLETE" if is_there else "INPROGRESS"}

    def _iam_GetCredentialReport(self, asked: dict[str, Any]) -> Any:
        self._asked_at = None
        return super()._iam_GetCredentialReport(asked)

    def _account_ListRegions(self, _: dict[str, Any]) -> dict[str, Any]:
        enabled = {"RegionOptStatus": "ENABLED_BY_DEFAULT"}
        return {"Regions": [{"RegionName": each} | enabled for each in REGIONS]}

    def _sts_AssumeRole(self, asked: dict[str, Any]) -> dict[str, Any]:
        given = {"AccessKeyId": "ASIAMEMBER", "SecretAccessKey": "secret", "SessionToken": "token"}
        who = {"AssumedRoleId": "AROAMEMBER:last-activity", "Arn": asked["RoleArn"]}
        return {"Credentials": given | {"Expiration": self.crowd.ago(-1)}, "AssumedRoleUser": who}

    def _dynamodb_BatchGetItem(self, asked: dict[str, Any]) -> Any:
        ((_, keys),) = asked["RequestItems"].items()
        self._read(0.5 * len(keys["Keys"]))  # Of items up to 4 KB, and of those that are not there.
        return super()._dynamodb_BatchGetItem(asked)

    def _dynamodb_Query(self, asked: dict[str, Any]) -> Any:
        answer = super()._dynamodb_Query(asked)
        self._read(max(0.5, 0.5 * len(answer["Items"]) / 7))  # Some seven items are 4 KB.
        return answer

    def _read(self, units: float) -> None:
        with self._lock:
            self.read_units += units
