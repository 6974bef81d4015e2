"""What the owner of a bucket with log files has to add, ready to paste, with the names of the stack."""

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from deployment.logs import PREFIX, ROLE, Plan, Way
from lastseen.checking.notifications import Bucket

Step = tuple[str, str]


def steps(plan: Plan, stack: str, reader: str, queue: str, make: str = "make deploy") -> Iterator[Step]:
    """Only what is missing, as far as that is known. `reader` and `queue`: outputs of the stack."""
    if not plan.is_own:
        yield from _reading(plan, reader, make)
    principal = plan.values[ROLE] or reader
    for key in plan.keys:
        if key.split(":")[4] != principal.split(":")[4]:
            yield _key_policy(key, principal)
    yield from _telling(plan, stack, queue)
    if plan.is_own and plan.keys and plan.found.has_bucket_key is False:
        yield _bucket_key(plan)


def _reading(plan: Plan, reader: str, make: str) -> Iterator[Step]:
    bucket, role = plan.address.bucket, plan.values[ROLE]
    if role:
        yield (
            f"Have account {role.split(':')[4]} make the role that reads bucket {bucket}:",
            _role(plan, reader),
        )
        return
    what = f"Have account {plan.owner} add this statement to the policy of bucket {bucket}:"
    yield what, _statement(reader, "s3:GetObject", plan.objects)
    instead = f"arn:{plan.found.partition}:iam::{plan.owner}:role/last-activity-logs"
    yield (
        "If that policy must not be changed, as under Control Tower, read by a role; this says how to make it:",
        f"{make} LOGS={shlex.quote(str(plan.address))} {ROLE}={instead}",
    )


def _role(plan: Plan, reader: str) -> str:
    *path, name = plan.values[ROLE].partition(":role/")[2].split("/")
    place = f" --path /{'/'.join(path)}/" if path else ""
    trust = [{"Effect": "Allow", "Principal": {"AWS": reader}, "Action": "sts:AssumeRole"}]
    may: list[dict[str, Any]] = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": plan.objects}]
    if plan.keys:
        may.append({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": list(plan.keys)})
    return (
        f"aws iam create-role --role-name {name}{place} --assume-role-policy-document {_policy(trust)}\n"
        f"aws iam put-role-policy --role-name {name} --policy-name logs --policy-document {_policy(may)}"
    )


def _key_policy(key: str, principal: str) -> Step:
    what = f"Have account {key.split(':')[4]} add this statement to the policy of key {key}:"
    return what, _statement(principal, "kms:Decrypt", "*")


def _telling(plan: Plan, stack: str, queue: str) -> Iterator[Step]:
    bucket, tells = plan.address.bucket, plan.found.tells_eventbridge
    if plan.way is Way.EVENTBRIDGE and tells is not True:
        what = "Switch EventBridge on for" if tells is False else "If EventBridge is off, switch it on for"
        yield f"{what} bucket {bucket}; its other notifications stay:", _bucket(plan).tell_eventbridge()
    if plan.way is Way.S3:
        what = f"Have account {plan.owner} let bucket {bucket} notify the queue; its other notifications stay:"
        yield what, _bucket(plan).tell_queue(stack, queue, plan.values[PREFIX])


def _bucket_key(plan: Plan) -> Step:
    where = _bucket(plan).where
    query = "{Rules: ServerSideEncryptionConfiguration.Rules[].merge(@, {BucketKeyEnabled: `true`})}"
    read = f"aws s3api get-bucket-encryption {where} --output json --query {shlex.quote(query)}"
    what = "Optional: without an S3 Bucket Key, KMS bills a request for each new log file. To switch it on:"
    return what, f'aws s3api put-bucket-encryption {where} --server-side-encryption-configuration "$({read})"'


def _bucket(plan: Plan) -> Bucket:
    return Bucket(plan.address.bucket, plan.owner, plan.found.home)


def _statement(principal: str, action: str, resource: str) -> str:
    allowed = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": resource}
    return json.dumps({"Sid": "LastActivityReadsLogs"} | allowed, indent=2)


def _policy(statements: Sequence[dict[str, Any]]) -> str:
    return shlex.quote(json.dumps({"Version": "2012-10-17", "Statement": statements}))
