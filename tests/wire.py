"""An AWS that answers boto3 for a crowd: quick, slow or throttled as is wished; it counts what is asked."""

# ruff: noqa: ARG002, N802  # The methods are named for the operations that they answer, and all are asked alike.

import base64
import json
import re
import time
from collections import Counter
from threading import Lock
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import boto3
from botocore.awsrequest import AWSResponse
from botocore.handlers import disable_signing
from builders import ACCOUNT

ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/reporter/reporter"
PAGE_OF_FLAGS = 3000  # About 1 MB, which is what a Query answers.
TRAIL = {"TrailARN": "all", "HomeRegion": "eu-west-1", "IsMultiRegionTrail": True}


class Wire:
    """`page`: as many users and roles as GetAccountAuthorizationDetails answers at most, whatever is asked for.

    Each call of IAM takes `seconds` more. `fails` is asked with its operation and how often this very request has
    come by now, and may answer an error's code.
    """

    def __init__(self, crowd, *, page=1000, seconds=0.0, fails=lambda operation, count: None):
        self.crowd, self.page, self.seconds, self.fails = crowd, page, seconds, fails
        self.calls = Counter()
        self.mails = []
        self._items = {}
        self._requests = Counter()
        self._lock = Lock()

    def of(self, service):
        """The calls of one service, by operation."""
        return {name: count for (each, name), count in self.calls.items() if each == service}

    def answer(self, service, operation, asked):
        """The HTTP status and the body."""
        with self._lock:
            self.calls[service, operation] += 1
        code = self._trouble(operation, asked) if service == "iam" else None
        if code:
            return 400, f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()
        said = getattr(self, f"_{service}_{operation}")(asked)
        if service in ("iam", "sts", "sns"):
            result = f"<{operation}Result>{xml(said)}</{operation}Result>"
            return 200, f"<{operation}Response>{result}</{operation}Response>".encode()
        if service == "s3":
            return 200, (said or "").encode()
        return 200, json.dumps(said).encode() if said else b""

    def _trouble(self, operation, asked):
        time.sleep(self.seconds)
        request = operation, *asked.values()
        with self._lock:
            self._requests[request] += 1
            return self.fails(operation, self._requests[request])

    def _iam_GenerateCredentialReport(self, asked):
        return {"State": "COMPLETE"}

    def _iam_GetCredentialReport(self, asked):
        return {
            "Content": base64.b64encode(self.crowd.credential_report()).decode(),
            "ReportFormat": "text/csv",
        }

    def _iam_ListAccountAliases(self, asked):
        return {"AccountAliases": ["crowded"]}

    def _iam_ListServiceSpecificCredentials(self, asked):
        assert asked["AllUsers"] == "true"
        return {"ServiceSpecificCredentials": []}

    def _iam_ListSSHPublicKeys(self, asked):
        return {"SSHPublicKeys": []}

    def _iam_ListUsers(self, asked):
        numbers, more = self._page(asked, self.crowd.users)
        return {"Users": [self.crowd.user(number) for number in numbers]} | more

    def _iam_ListRoles(self, asked):
        numbers, more = self._page(asked, self.crowd.roles)
        return {"Roles": [self.crowd.role(number) for number in numbers]} | more

    def _iam_GetAccountAuthorizationDetails(self, asked):
        users = self.crowd.users
        numbers, more = self._page(asked, users + self.crowd.roles, self.page)
        return {
            "UserDetailList": [self.crowd.user_detail(each) for each in numbers if each < users],
            "RoleDetailList": [self.crowd.role_detail(each - users) for each in numbers if each >= users],
        } | more

    def _iam_ListAccessKeys(self, asked):
        return {"AccessKeyMetadata": self.crowd.keys(int(asked["UserName"][-5:]))}

    def _iam_GetAccessKeyLastUsed(self, asked):
        return {"AccessKeyLastUsed": self.crowd.key_last_used(int(asked["AccessKeyId"][4:]))}

    def _iam_GenerateServiceLastAccessedDetails(self, asked):
        return {"JobId": f"{asked['Arn'][-5:]:0>36}"}

    def _iam_GetServiceLastAccessedDetails(self, asked):
        used = {
            "ServiceName": "Amazon S3",
            "ServiceNamespace": "s3",
            "LastAuthenticated": self.crowd.used(int(asked["JobId"])),
        }
        dates = {"JobCreationDate": self.crowd.ago(0), "JobCompletionDate": self.crowd.ago(0)}
        return {"JobStatus": "COMPLETED", "ServicesLastAccessed": [used]} | dates

    def _page(self, asked, total, most=1000):
        begin = int(asked.get("Marker", 0))
        end = min(begin + min(int(asked.get("MaxItems", 100)), most), total)
        return range(begin, end), {"IsTruncated": "true", "Marker": str(end)} if end < total else {}

    def _sts_GetCallerIdentity(self, asked):
        return {"Account": ACCOUNT, "Arn": ROLE, "UserId": "AROAREPORTER:reporter"}

    def _sns_Publish(self, asked):
        self.mails.append((asked["Subject"], json.loads(asked["Message"])["email"]))
        return {"MessageId": "1"}

    def _eventbridge_PutEvents(self, asked):
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in asked["Entries"]]}

    def _s3_ListObjectsV2(self, asked):
        return "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"

    def _s3_PutObject(self, asked):
        return None

    def _cloudtrail_DescribeTrails(self, asked):
        return {"trailList": [TRAIL]}

    def _cloudtrail_GetTrailStatus(self, asked):
        return {"IsLogging": True}

    def _cloudtrail_GetEventSelectors(self, asked):
        return {}

    def _account_ListRegions(self, asked):
        return {"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]}

    def _dynamodb_BatchGetItem(self, asked):
        ((table, keys),) = asked["RequestItems"].items()
        items = [self._item(*(key[name]["S"] for name in ("principal", "facet"))) for key in keys["Keys"]]
        return {"Responses": {table: [typed(item) for item in items if item]}, "UnprocessedKeys": {}}

    def _dynamodb_Query(self, asked):
        value, *begins = asked["ExpressionAttributeValues"].values()
        if asked.get("IndexName") == "by_flag":
            keys = sorted(key for key, item in self._items.items() if item.get("flagged") == value["S"])
        elif asked.get("IndexName") == "by_facet":
            keys = []  # Nobody was renamed.
        elif value["S"] == "coverage":
            keys = [(value["S"], f"{ACCOUNT}#eu-west-1")]
        elif begins and begins[0]["S"].startswith(f"{ACCOUNT}#"):
            keys = sorted(key for key in self._items if key[0] == value["S"])
        elif begins:
            numbers = [2 * int(value["S"][-5:]) + each for each in (0, 1)] if begins[0]["S"] == "KEY#" else []
            keys = [(value["S"], f"KEY#AKIA{number:016}") for number in numbers]
        else:
            keys = []
        after = asked.get("ExclusiveStartKey")
        begin = keys.index((after["principal"]["S"], after["facet"]["S"])) + 1 if after else 0
        page = [typed(self._item(*key)) for key in keys[begin : begin + PAGE_OF_FLAGS]]
        answer = {"Items": page}
        if len(keys) > begin + PAGE_OF_FLAGS:
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in ("principal", "facet")}
        return answer

    def _dynamodb_UpdateItem(self, asked):
        """Keeps what it is told to; conditions hold."""
        key = asked["Key"]["principal"]["S"], asked["Key"]["facet"]["S"]
        update = re.sub(r"if_not_exists\([^,]*, (:\w+)\)", r"\1", asked["UpdateExpression"]).replace("#", "")
        sets, _, removes = update.partition("REMOVE ")
        values = {
            name: next(iter(each.values())) for name, each in asked.get("ExpressionAttributeValues", {}).items()
        }
        with self._lock:
            item = self._items.setdefault(key, {})
            item |= {name: values[mark] for name, mark in re.findall(r"(\w+) = (:\w+)", sets)}
            for name in re.findall(r"\w+", removes):
                item.pop(name, None)
        return {"Attributes": typed(self._item(*key))} if "ReturnValues" in asked else {}

    def _item(self, principal, facet):
        item = (self.crowd.activity(principal, facet) or {}) | self._items.get((principal, facet), {})
        return {"principal": principal, "facet": facet} | item if item else None


def typed(item):
    return {name: {"N" if name == "expires_at" else "S": value} for name, value in item.items()}


def xml(value):
    """As the Query protocol has it: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html"""
    if isinstance(value, dict):
        return "".join(f"<{name}>{xml(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{xml(each)}</member>" for each in value)
    return escape(value)


def plugged(wire):
    """A session of boto3 whose clients' requests go to `wire` in place of the network."""

    def before_send(request, event_name, **_):
        _, service, operation = event_name.split(".")
        status, body = wire.answer(service, operation, asked_of(request.body))
        response = AWSResponse(request.url, status, {}, None)
        response._content = body
        return response

    session = boto3.Session()
    session.events.register("before-send", before_send)
    session.events.register("choose-signer", disable_signing)  # Nobody looks at signatures, which take time.
    return session


def asked_of(body):
    """What a request asks for, of either protocol; files are looked at by nobody."""
    if isinstance(body, bytes) and body.startswith(b"{"):
        return json.loads(body)
    return (
        dict(parse_qsl(body.decode() if isinstance(body, bytes) else body))
        if isinstance(body, str | bytes)
        else {}
    )
