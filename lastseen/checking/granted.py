"""What template.yaml grants each role, and what of that the role does not really hold."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from lastseen.checking.check import DEPLOY, Check, Unread, number, right, unread, wrong
from lastseen.checking.stack import Stack

_HERE = "{region}:{account}"
_TABLE = f"arn:{{partition}}:dynamodb:{_HERE}:table/{{ActivityTable}}"
_DEFAULT_BUS = f"arn:{{partition}}:events:{_HERE}:event-bus/default"
_OF_USERS = (
    *("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys"),
    *("iam:ListSigningCertificates", "iam:ListSSHPublicKeys"),
)
_USERS = "arn:{partition}:iam::{account}:user/example"
_LOGS = "arn:{{partition}}:logs:{{region}}:{{account}}:log-group:{{{}}}:log-stream:example"
_QUEUE = "arn:{{partition}}:sqs:{{region}}:{{account}}:{{{}}}"
_TAKE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_PRINT = ("logs:CreateLogStream", "logs:PutLogEvents")
_ENCRYPT = ("kms:Decrypt", "kms:GenerateDataKey")
_REPORTER = f"arn:{{partition}}:lambda:{_HERE}:function:{{ReporterFunction}}"
_UNITS = ("organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent")
# What only the report of an organization needs.
_OF_ORGANIZATION = {
    "MemberRole": "arn:{partition}:iam::{account}:role/{MemberRoleName}",
    "Organization": "*",
    "Root": "arn:{partition}:organizations::{account}:root/o-exampleorgid/r-examplerootid",
    "Unit": "arn:{partition}:organizations::{account}:ou/o-exampleorgid/ou-examplerootid-exampleouid",
    "OrganizationsObject": "arn:{partition}:s3:::{ReportBucket}/organization/example/to-review.json",
}
# And, of that, only who tells owners.
_MEMBER = "arn:{partition}:organizations::{account}:account/o-exampleorgid/{account}"
# By role: the actions, and the resource that they are for. A test holds this to the template.
GRANTED: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "IngestRole": (
        (_TAKE, _QUEUE.format("Queue")),
        (("dynamodb:BatchGetItem", "dynamodb:UpdateItem"), _TABLE),
        (_PRINT, _LOGS.format("IngestLogs")),
        (("kms:Decrypt",), "{CustomersKey}"),
    ),
    "AwakenedRole": (
        (("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"), "{Stream}"),
        (("dynamodb:ListStreams",), "*"),
        (("dynamodb:Query", "dynamodb:UpdateItem"), _TABLE),
        (("dynamodb:Query",), f"{_TABLE}/index/by_facet"),
        (("sns:Publish",), "{ReportTopic}"),
        (("sns:Publish",), "{AccountTopic}"),
        (("events:PutEvents",), _DEFAULT_BUS),
        (_ENCRYPT, "{Key}"),
        (("sqs:SendMessage",), _QUEUE.format("AwakenedDeadLetterQueue")),
        (_PRINT, _LOGS.format("AwakenedLogs")),
    ),
    "ReporterRole": (
        (
            (
                "iam:GenerateCredentialReport",
                "iam:GetAccountAuthorizationDetails",
                "iam:GetCredentialReport",
                "iam:ListAccountAliases",
                "iam:ListServiceSpecificCredentials",
                "iam:ListUsers",
                "cloudtrail:DescribeTrails",
            ),
            "*",
        ),
        (_OF_USERS, _USERS),
        (("dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:UpdateItem"), _TABLE),
        (("dynamodb:Query",), f"{_TABLE}/index/by_facet"),
        (("dynamodb:Query",), f"{_TABLE}/index/by_flag"),
        (
            ("cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"),
            f"arn:{{partition}}:cloudtrail:{_HERE}:trail/example",
        ),
        (("account:ListRegions",), "arn:{partition}:account::{account}:account"),
        (("s3:PutObject",), "arn:{partition}:s3:::{ReportBucket}/report.json"),
        (("s3:GetObject",), "arn:{partition}:s3:::{ReportBucket}/{account}/trend.json"),
        (("s3:ListBucket",), "arn:{partition}:s3:::{ReportBucket}"),
        (("sns:Publish",), "{ReportTopic}"),
        (("sns:Publish",), "{OwnerTopic}"),
        (("events:PutEvents",), _DEFAULT_BUS),
        (_ENCRYPT, "{Key}"),
        (_PRINT, _LOGS.format("ReporterLogs")),
        (("sts:AssumeRole",), "{MemberRole}"),
        (("organizations:ListAccounts", "organizations:ListRoots"), "{Organization}"),
        (_UNITS, "{Root}"),
        (_UNITS, "{Unit}"),
        (("organizations:ListTagsForResource",), "{Member}"),
        (("s3:GetObject",), "{OrganizationsObject}"),
        (("sns:Publish",), "{AccountTopic}"),
    ),
    "LogRole": (
        (_TAKE, _QUEUE.format("LogQueue")),
        (("sqs:SendMessage",), _QUEUE.format("LogDeadLetterQueue")),
        (("dynamodb:BatchGetItem", "dynamodb:UpdateItem"), _TABLE),
        (_PRINT, _LOGS.format("LogLogs")),
        (("s3:GetObject",), "{LogFile}"),
        (("sts:AssumeRole",), "{LogReader}"),
        (("kms:Decrypt",), "{LogKey}"),
        (_ENCRYPT, "{CustomersKey}"),
    ),
    "OrganizationMachineRole": (
        (("lambda:InvokeFunction",), _REPORTER),
        (("s3:GetObject",), "{OrganizationsObject}"),
        (("states:StartExecution",), "{OrganizationMachine}"),
    ),
    "ScheduleRole": (
        (("lambda:InvokeFunction",), "{Scheduled}"),
        (("states:StartExecution",), "{OrganizationMachine}"),
    ),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role is to be allowed. `label` names the role for people."""

    label: str
    role: str
    actions: tuple[str, ...]
    resource: str


@dataclass(frozen=True, slots=True)
class Denial:
    """`by`: what denies it, in words; "" where nothing allows it."""

    action: str
    resource: str
    by: str = ""


def grants(stack: Stack, stream: str, forwarding: Mapping[str, str]) -> Iterator[Grant]:
    """`stream`: of the table, "" if it is not known. `forwarding`: by region, the role of its rule."""
    names = _names(stack, stream)
    for label, permissions in GRANTED.items():
        for actions, place in permissions if label in names else ():
            with suppress(KeyError):  # A resource that is gone is told by another check.
                resource = place.format_map(names).format_map(names)
                if resource:  # No customer's key, or no stream that is known.
                    yield Grant(label, stack.role(label), actions, resource)
    for region, role in forwarding.items():
        label = f"the forwarder's role in {region}"
        yield Grant(label, role, ("events:PutEvents",), stack.outputs["EventBusArn"])


def _names(stack: Stack, stream: str) -> dict[str, str]:
    where = {"partition": stack.partition, "region": stack.region, "account": stack.account}
    customers = stack.parameters.get("KmsKeyArn", "")
    names = stack.names()
    own = f"arn:{stack.partition}:kms:{stack.region}:{stack.account}:key/{names.get('TopicKey', '')}"
    names |= _of_logs(stack.parameters)
    names |= where | {"CustomersKey": customers, "Key": customers or own, "Stream": stream}
    if "OrganizationMachine" not in names:
        return names | {"Scheduled": _REPORTER}
    names |= {"Member": _MEMBER} if "OwnerTopic" in names else {}
    return names | _OF_ORGANIZATION | {"MemberRoleName": stack.parameters.get("MemberRoleName", "")}


def _of_logs(parameters: Mapping[str, str]) -> dict[str, str]:
    """The files and their key are read by a role of the bucket's account, or by the log function's own."""
    bucket, prefix = parameters.get("LogBucketArn", ""), parameters.get("LogPrefix", "")
    if reader := parameters.get("LogRoleArn", ""):
        return {"LogFile": "", "LogKey": "", "LogReader": reader}
    return {"LogFile": f"{bucket}/{prefix}example", "LogKey": parameters.get("LogKeyArn", ""), "LogReader": ""}


def role_checks(answers: Mapping[Grant, Iterable[Denial] | Unread]) -> Iterator[Check]:
    """One line for all that is held, and one for each role that lacks something."""
    held = 0
    labels: dict[str, list[Denial]] = {}
    unasked: dict[Unread, list[str]] = {}
    for grant, answer in answers.items():
        if isinstance(answer, Unread):
            unasked.setdefault(answer, []).append(grant.label)
            continue
        denials = list(answer)
        labels.setdefault(grant.label, []).extend(denials)
        held += len(grant.actions) - len(denials)
    if held:
        whole = number(sum(not denials for denials in labels.values()), "role")
        yield right("roles", f"{number(held, 'permission')} held, by IAM's simulator: all of {whole}")
    for label, denials in labels.items():
        for by in dict.fromkeys(each.by for each in denials):
            actions = ", ".join(dict.fromkeys(each.action for each in denials if each.by == by))
            yield wrong("roles", f"{label} lacks {actions}: {_WHY.get(by, by)}", _REMEDY.get(by, ""))
    for why, roles in unasked.items():
        yield unread("roles", why, of=dict.fromkeys(roles))


BY_ORGANIZATION, BY_BOUNDARY, BY_DENY = "organization", "boundary", "deny"
_WHY = {
    BY_ORGANIZATION: "denied by a service control policy",
    BY_BOUNDARY: "denied by its permissions boundary",
    BY_DENY: "denied by a policy of its own",
    "": "no policy of its own allows it",
}
_REMEDY = {
    BY_ORGANIZATION: "have whoever administers the organization except this role",
    BY_BOUNDARY: "have the permissions boundary allow it",
    BY_DENY: "remove the statement that denies it",
    "": DEPLOY,
}
