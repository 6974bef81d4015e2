"""An event about a finding in Security Hub's format, ASFF.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

Finding = dict[str, Any]

SCHEMA_VERSION = "2018-10-08"
TYPE = "Software and Configuration Checks/AWS Security Best Practices"
TITLE, DESCRIPTION, RECOMMENDATION, VALUE = 256, 1024, 512, 1024
NAMES = {"user": "user", "password": "console password", "access_key": "access key", "role": "role"}
# Security Hub advises CRITICAL only for what has to be escalated at once.
SEVERITIES = {
    "administrator": "HIGH",
    "access_key": "MEDIUM",
    "password": "MEDIUM",
    "user": "LOW",
    "role": "LOW",
}
NO_ISSUE = "INFORMATIONAL"
# What must be text wherever it is: one finding of a wrong form has the whole call refused.
IDS = "finding_id", "account", "kind", "name", "arn", "access_key_id", "id", "first_flagged", "console"
PROSE = "reason", "days_in_words", "risk", "how", "at"
LONGEST_ID = 2048  # An ARN; all else is shorter.
HOW = {
    "used": "it was used again",
    "renewed": "it was renewed",
    "exempt": "it is exempt now",
    "disabled": "it was disabled",
    "deleted": "it was deleted",
    "within_limit": "it is within the limit now",
    "not_told": "whether it is still stale cannot be told",
    "dormant": "it is used rarely and regularly",
}


class DetailType(StrEnum):
    OPENED = "Stale Access Opened"
    RESOLVED = "Stale Access Resolved"


class UnreadableEvent(Exception):
    """Not an event of the tracker about a finding that was opened or resolved."""


def finding_of(event: Mapping[str, Any], region: str) -> Finding:
    """`region`: the one whose Security Hub gets it. The same finding has the same Id in each of its events."""
    try:
        return _finding(event, DetailType(event["detail-type"]), region)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise UnreadableEvent(f"{type(error).__name__}: {error}") from error


def _finding(event: Mapping[str, Any], kind: DetailType, region: str) -> Finding:
    detail, at = _checked(event["detail"]), str(event["time"])
    account, since = detail["account"], detail["first_flagged"] or at
    partition = detail["arn"].split(":")[1]
    what = f"{NAMES[detail['kind']]} of {detail['name']}"
    return {
        "SchemaVersion": SCHEMA_VERSION,
        "Id": f"last-activity/{detail['finding_id']}",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "GeneratorId": f"last-activity/{detail['kind']}",
        "AwsAccountId": account,
        "CreatedAt": since,
        "FirstObservedAt": since,
        "UpdatedAt": at,
        "Title": _within(TITLE, f"Stale {what} in account {account}"),
        "Resources": _resources(detail, partition),
        "ProductFields": _fields(detail),
        **(_opened(detail) if kind is DetailType.OPENED else _resolved(detail)),
    }


def _checked(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in (*IDS, *PROSE):
        if not isinstance(detail.get(name), str | None):
            raise TypeError(f"{name} is not text")
    for name in IDS:
        if len(detail.get(name) or "") > LONGEST_ID:
            raise ValueError(f"{name} is too long")
    # It becomes part of a role's ARN.
    if not re.fullmatch("[0-9]{12}", detail["account"]):
        raise ValueError("account is not of 12 digits")
    return detail


def _opened(detail: Mapping[str, Any]) -> Finding:
    risk = detail["risk"]
    told = detail.get("reason"), detail.get("days_in_words")
    return {
        "Description": _within(DESCRIPTION, "; ".join(each for each in told if each) or "It is stale."),
        "FindingProviderFields": _judged(SEVERITIES[risk], risk),
        "RecordState": "ACTIVE",
        "Remediation": {"Recommendation": _recommendation(detail)},
    }


def _resolved(detail: Mapping[str, Any]) -> Finding:
    how = detail["how"]
    became = "it was tried and refused" if detail.get("is_refused") else HOW.get(how, how)
    when = f" ({detail['at']})" if detail.get("at") else ""
    return {
        "Description": _within(DESCRIPTION, f"No longer stale: {became}{when}."),
        "FindingProviderFields": _judged(NO_ISSUE, how),
        "RecordState": "ARCHIVED",
    }


def _judged(label: str, original: str) -> Finding:
    """The provider's own opinion; the fields of the same names are the customer's to change."""
    return {"Severity": {"Label": label, "Original": original}, "Types": [TYPE]}


def _recommendation(detail: Mapping[str, Any]) -> dict[str, str]:
    """Whole commands only: half of one might do something else."""
    commands: Sequence[str] = detail.get("commands", [])
    text = f"Disable it: {'; '.join(commands)}"
    if not commands or len(text) > RECOMMENDATION:
        text = "Disable it. The tracker's report has the commands, and how to undo them."
    console = detail.get("console")
    return {"Text": text, **({"Url": console} if console else {})}


def _resources(detail: Mapping[str, Any], partition: str) -> list[Finding]:
    holder = _holder(detail, partition)
    if detail["kind"] != "access_key":
        return [holder]
    key = {
        "AccessKeyId": detail["access_key_id"],
        "AccountId": detail["account"],
        "PrincipalName": detail["name"],
        "PrincipalType": "User",
    }
    return [
        {
            "Type": "AwsIamAccessKey",
            "Id": f"AWS::IAM::AccessKey:{detail['access_key_id']}",
            "Partition": partition,
            "Details": {"AwsIamAccessKey": key},
        },
        holder,
    ]


def _holder(detail: Mapping[str, Any], partition: str) -> Finding:
    kind = "Role" if detail["kind"] == "role" else "User"
    told = {f"{kind}Name": detail["name"]}
    if detail.get("id"):
        told[f"{kind}Id"] = detail["id"]
    type_ = f"AwsIam{kind}"
    return {"Type": type_, "Id": detail["arn"], "Partition": partition, "Details": {type_: told}}


def _fields(detail: Mapping[str, Any]) -> dict[str, str]:
    """What ASFF has no place for. Its keys may not begin with aws/."""
    names = "finding_id", "owner", "priority", "last_used", "idle_days", "threshold_days", "how"
    return {
        f"last-activity/{name}": _within(VALUE, str(detail[name]))
        for name in names
        if detail.get(name) is not None
    }


def _within(most: int, text: str) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
