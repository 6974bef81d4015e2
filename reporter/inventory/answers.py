"""What AWS answers, or why there is no answer, in words: the one place that turns AWS's errors into reasons."""

import csv
import re
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from activity.item import UnreadableItem
from reporter.inventory.account import Gap
from reporter.inventory.credential_report import UnreadableReport

T = TypeVar("T")

# What calls end in without an answer of AWS's that can be read.
UNANSWERED = (ClientError, BotoCoreError, ResponseParserError, TimeoutError)
_NOT_AS_DOCUMENTED = (LookupError, TypeError, ValueError, AttributeError, csv.Error)
_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "UnauthorizedOperation",
}
_DENIES = "make verify"
_LONGEST_REASON = 500
# How botocore begins: the code and the operation are what tells.
_PREFACE = re.compile(r"^An error occurred \((\w+)\) when calling the (\w+) operation[^:]*: ")
_PAGE = re.compile(r"(?is)b?['\"]?<(?:!doctype|html)\b.*")
# IAM names the action that is missing: a call may need more than its own.
_MISSING = re.compile(r"not authorized to perform: ([\w-]+:\w+)")


class Unanswered(Exception):
    """AWS did not answer, or not as it documents; the message says why.

    `code`: AWS's own, "" if it was not AWS that refused. `action`: the one that is not allowed, if that is why.
    """

    def __init__(self, reason: str, code: str = "", action: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.action = action


def answered(read: Callable[[], T], action: str = "") -> T:
    """What was read. `action`: the permission that it needs, as IAM names it. Raises Unanswered."""
    try:
        return read()
    except ClientError as error:
        denied = action_of(error, action) if is_denied(error) else ""
        raise Unanswered(reason(error), error.response["Error"]["Code"], denied) from error
    except (*UNANSWERED, UnreadableItem, UnreadableReport) as error:
        raise Unanswered(reason(error)) from error
    except _NOT_AS_DOCUMENTED as error:
        # What answers is perhaps not AWS, but something in between.
        kind = f"{type(error).__name__}: {reason(error)}"
        raise Unanswered(f"the answer is not of the form that AWS documents ({kind})") from error


def or_gap(what: str, read: Callable[[], T]) -> T | Gap:
    """What was read; or else that it could not be, and why."""
    try:
        return answered(read)
    except Unanswered as why:
        if isinstance(why.__cause__, UnreadableItem):
            return Gap(what, str(why), "")
        return Gap(what, str(why), _DENIES) if why.action else Gap(what, str(why))


def reason(error: Exception) -> str:
    """What is answered in place of AWS may be a whole page: the mail has to fit into SNS."""
    text = _PAGE.sub("a web page, not AWS's answer", _PREFACE.sub(r"\1 (\2): ", str(error)))
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}..."


def is_denied(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in _DENIED


def action_of(error: ClientError, action: str = "") -> str:
    """The action that is not allowed: as IAM's message names it, or else that of the call."""
    named = _MISSING.search(error.response["Error"].get("Message", ""))
    return named[1] if named else action or error.operation_name
