"""The newest credential report: IAM is asked to make one; if it makes none, the last that it made has to do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from reporter.inventory import credential_report
from reporter.inventory.account import OldReport
from reporter.inventory.answers import UNANSWERED, reason
from reporter.inventory.listed import Rows

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_PATIENCE = 600.0
_PAUSES = (5.0, 7.0, 9.0, 11.0, 13.0)
_LONGEST_PAUSE = 15.0
_NOT_THERE = {"ReportNotPresent", "ReportExpired", "ReportInProgress"}
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
_TOO_BUSY = {"LimitExceeded", "ServiceFailure", "Throttling", "ThrottlingException", "RequestLimitExceeded"}


def newest_report(
    client: "IAMClient", ask: Callable[..., Any], pause: Callable[[float], None], clock: Callable[[], float]
) -> tuple[Rows, OldReport | None]:
    """Its rows, and when and why it is an old one if it is.

    A report up to 4 hours old is what IAM answers with; only the first of all has to be waited for, by `pause`
    and `clock`, for ten minutes at most. Raises UNANSWERED, or UnreadableReport.
    """
    try:
        return credential_report.read(_new(client, ask, pause, clock)["Content"]), None
    except UNANSWERED as error:
        why = reason(error)
    try:
        answer = ask(client.get_credential_report)
    except UNANSWERED as error:
        raise TimeoutError(f"{why}; and of an earlier one: {reason(error)}") from error
    return credential_report.read(answer["Content"]), OldReport(answer.get("GeneratedTime"), why)


def _new(
    client: "IAMClient", ask: Callable[..., Any], pause: Callable[[float], None], clock: Callable[[], float]
) -> Any:
    pauses, until, why = iter(_PAUSES), clock() + _PATIENCE, "it was still being made"
    while clock() < until:
        try:
            if ask(client.generate_credential_report, ())["State"] == "COMPLETE":
                return ask(client.get_credential_report)
        except ClientError as error:
            if not _may_pass(error):
                raise
            why = reason(error)
        pause(next(pauses, _LONGEST_PAUSE))
    raise TimeoutError(f"{why}, for {_PATIENCE / 60:.0f} minutes")


def _may_pass(error: ClientError) -> bool:
    """Whether the report may be there, or made, a while later."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error.response["Error"]["Code"] in _NOT_THERE | _TOO_BUSY or status >= 500
