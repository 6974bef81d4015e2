"""The templates as CloudFormation gets them, for one choice of their conditions or for all, and what code calls."""

import ast
import os
from copy import deepcopy
from functools import cache

from botocore import xform_name
from botocore.session import get_session
from builders import ROOT
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

EVENTS = {"ByEvents": True, "ByLogs": False, "ByLogTopic": False, "ByLogRule": False}
KEYLESS = {"HasKey": False, "HasNoKey": True, "HasMembers": False, "HasOwners": False} | EVENTS
KEYED = KEYLESS | {"HasKey": True, "HasNoKey": False}
MANY = KEYLESS | {"HasMembers": True}
OWNERS = MANY | {"HasOwners": True}
# By both roads, of an own bucket that tells by EventBridge; and of another account's, by its topic and role.
OWN_LOGS = {
    "ByLogs": True,
    "ByLogRule": True,
    "IsOwnLogBucket": True,
    "HasLogTopic": False,
    "HasLogRole": False,
}
LOGS = KEYLESS | OWN_LOGS | {"NeedsLogKey": True}
LOGS_OF_ANOTHER = LOGS | {"ByLogRule": False, "IsOwnLogBucket": False, "NeedsLogKey": False}
LOGS_OF_ANOTHER |= {"ByLogTopic": True, "HasLogTopic": True, "HasLogRole": True}
_NOTHING = {"Ref": "AWS::NoValue"}


class _NoManagedPolicies:
    def load(self):
        return {}


def hub():
    """template.yaml, with only the email address given."""
    return deepcopy(_hub())


@cache
def _hub():
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    source = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    source["Globals"]["Function"].pop("CodeUri")
    return transform(source, {"NotificationEmail": "team@example.com"}, _NoManagedPolicies())


def forwarder():
    return deepcopy(_forwarder())


@cache
def _forwarder():
    return yaml_parse((ROOT / "ingest" / "forwarder.yaml").read_text())


def chosen(value, conditions):
    """With each Fn::If of these conditions decided; others stay."""
    if isinstance(value, list):
        return [each for each in (chosen(each, conditions) for each in value) if each != _NOTHING]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        if condition not in conditions:
            return {"Fn::If": [condition, chosen(then, conditions), chosen(otherwise, conditions)]}
        return chosen(then if conditions[condition] else otherwise, conditions)
    made = {name: chosen(each, conditions) for name, each in value.items()}
    return made if value == _NOTHING else {name: each for name, each in made.items() if each != _NOTHING}


def resources(template, conditions):
    """Those that are made under these conditions."""
    return {
        name: chosen({key: each for key, each in resource.items() if key != "Condition"}, conditions)
        for name, resource in template["Resources"].items()
        if conditions.get(resource.get("Condition"), True)
    }


# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
ELSE_NAMED = {
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "HeadBucket": "s3:ListBucket",
    "Invoke": "lambda:InvokeFunction",
    "ListBuckets": "s3:ListAllMyBuckets",
    "ListObjectsV2": "s3:ListBucket",
    "ListTagsForResource": "organizations:ListTagsForResource",  # Others' have the same name.
}
SERVICES = "account cloudformation cloudtrail dynamodb events iam organizations s3 sns sqs sts".split()


def calls(*files, services=SERVICES):
    """The API calls that code makes on its clients, as IAM names them."""
    operations = {}
    for service in services:
        operations |= {
            xform_name(operation): ELSE_NAMED.get(operation, f"{service}:{operation}")
            for operation in get_session().get_service_model(service).operation_names
            if operation != "GetCallerIdentity"  # It needs no permission.
        }
    for file in files:
        for node in ast.walk(ast.parse((ROOT / file).read_text())):
            if isinstance(node, ast.Attribute) and node.attr in operations:
                yield operations[node.attr]
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_paginator":
                yield operations[node.args[0].value]
