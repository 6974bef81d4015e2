"""Calls by which to compare moto with what tests/quicker makes of it; each update of DynamoDB is made twice."""

import json
import sys

import boto3
from botocore.exceptions import ClientError
from moto.sns.models import sns_backends

from lastseen.demo.local_aws import local_aws, make_table

LARGE = "x" * 210_000
UPDATES = [
    {
        "UpdateExpression": "SET #a = :a, b = :b REMOVE c, #d",
        "names": ("a", "d"),
        "values": {"a": "1", "b": ""},
    },
    {"UpdateExpression": "SET #a = :a REMOVE #a", "names": ("a",), "values": {"a": "1"}},
    {"UpdateExpression": "REMOVE a, b"},
    {"UpdateExpression": "SET region = :a", "values": {"a": "a reserved word"}},
    {"UpdateExpression": "SET facet = :a", "values": {"a": "a key"}},
    {"UpdateExpression": "SET flagged = :a", "values": {"a": "a key of an index"}},
    {"UpdateExpression": "SET flagged = :a", "values": {"a": ""}},
    {"UpdateExpression": "SET flagged = :a", "values": {"a": 1}},
    {"UpdateExpression": "SET a = :a, a = :b", "values": {"a": "1", "b": "2"}},
    {"UpdateExpression": "SET a = :a, b = :missing", "values": {"a": "1"}},
    {"UpdateExpression": "SET a = :a", "values": {"a": "1", "unused": "2"}},
    {"UpdateExpression": "SET n = if_not_exists(n, :a)", "values": {"a": 1}},
    {"UpdateExpression": "SET n = n + :a", "values": {"a": 1}},
    {"UpdateExpression": "ADD n :a", "values": {"a": 1}},
    {"UpdateExpression": "SET  n=:a", "values": {"a": 2}},
    {"UpdateExpression": "SET small = :s, big = :l", "values": {"s": "1", "l": LARGE}},
    {"UpdateExpression": "SET small = :s, big = :l", "values": {"s": "2", "l": LARGE * 2}},
    {"UpdateExpression": "SET a = :l REMOVE big", "values": {"l": LARGE}},
    {
        "UpdateExpression": "SET big = :l",
        "values": {"l": LARGE},
        "ConditionExpression": "attribute_not_exists(a)",
    },
]


def answers():
    """What is answered, refused and kept."""
    with local_aws("us-east-1") as client:
        dynamodb = client("dynamodb")
        make_table(dynamodb, "activity")
        others = _others(client("iam"), client("sns"), client("sts"), client("cloudtrail"))
        return [
            *_updates(dynamodb),
            *_conditions(dynamodb),
            *_lists(dynamodb),
            *_tables_of_other_keys(dynamodb),
            *others,
            *_of_two_accounts(),
        ]


def _updates(dynamodb):
    for number, update in [*enumerate(UPDATES)] * 2:
        update = dict(update)
        names, values = update.pop("names", ()), update.pop("values", {})
        key = {"principal": {"S": f"p{number % 3}"}, "facet": {"S": f"f{number % 2}"}}
        more = {"ExpressionAttributeNames": {f"#{name}": name for name in names}} if names else {}
        if values:
            more["ExpressionAttributeValues"] = {f":{name}": _typed(value) for name, value in values.items()}
        yield _asked(dynamodb.update_item, Key=key, ReturnValues="ALL_NEW", **update, **more)
    remove = {"TableName": "activity", "Key": key, "UpdateExpression": "REMOVE a"}
    unless = {
        "ConditionExpression": "attribute_not_exists(facet)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    for more in ({}, {}, unless):
        yield _asked(dynamodb.transact_write_items, TransactItems=[{"Update": remove | more}])
    yield _asked(dynamodb.update_item, **remove | unless)


def _conditions(dynamodb):
    """The same words with other names and other values, one after the other, and with what they do not use."""
    condition, key = "#n = :v OR attribute_not_exists(facet)", {"principal": {"S": "p"}, "facet": {"S": "f"}}
    for name, value, more in (
        ("a", "1", {}),
        ("a", "2", {}),
        ("b", "2", {}),
        ("a", "1", {}),
        ("a", "1", {":x": {"S": "x"}}),
    ):
        yield _asked(
            dynamodb.update_item,
            Key=key,
            UpdateExpression="SET a = :a",
            ConditionExpression=condition,
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":a": {"S": "1"}, ":v": {"S": value}} | more,
            ReturnValues="ALL_NEW",
        )


def _lists(dynamodb):
    key = {"principal": {"S": "lists"}, "facet": {"S": "f"}}
    for update in ("SET l = :l", "SET l = list_append(l, :l)", "SET l[0] = :l", "REMOVE l[1]") * 2:
        more = {"ExpressionAttributeValues": {":l": {"L": [{"S": "x"}]}}} if ":l" in update else {}
        yield _asked(dynamodb.update_item, Key=key, UpdateExpression=update, ReturnValues="ALL_NEW", **more)
    yield _asked(dynamodb.scan)
    named = {"ExpressionAttributeValues": {":v": {"S": "p1"}}}
    yield _asked(dynamodb.query, KeyConditionExpression="principal = :v", **named)
    yield _asked(
        dynamodb.query, KeyConditionExpression="principal = :v", ScanIndexForward=False, Limit=1, **named
    )
    named = {"ExpressionAttributeValues": {":v": {"S": "f1"}}}
    yield _asked(dynamodb.query, KeyConditionExpression="facet = :v", IndexName="by_facet", **named)


def _tables_of_other_keys(dynamodb):
    for table, keys in (("one-key", {"h": "S"}), ("numbers", {"h": "S", "r": "N"})):
        dynamodb.create_table(
            TableName=table,
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()],
            BillingMode="PAY_PER_REQUEST",
        )
        for number in (100, 9, 10):
            item = {"h": {"S": str(number)}} if len(keys) == 1 else {"h": {"S": "h"}, "r": {"N": str(number)}}
            dynamodb.put_item(TableName=table, Item=item)
        pages = dynamodb.get_paginator("scan").paginate(TableName=table, PaginationConfig={"PageSize": 2})
        yield [page["Items"] for page in pages]
        value = {":h": {"S": "9" if len(keys) == 1 else "h"}}
        yield _asked(
            dynamodb.query, table=table, KeyConditionExpression="h = :h", ExpressionAttributeValues=value
        )


def _others(iam, sns, sts, cloudtrail):
    """Of what is made with a random id, its ARN."""
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a+b %2B & \u00e9=/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    tags = [{"Key": "owner", "Value": ""}, {"Key": "team", "Value": "a&b=c"}]
    yield iam.create_user(UserName="ann", Path="/people/", Tags=tags)["User"]["Arn"]
    yield _told(iam.put_user_policy, UserName="ann", PolicyName="p", PolicyDocument=policy)
    yield _told(iam.get_user_policy, UserName="ann", PolicyName="p")
    yield _told(iam.list_user_tags, UserName="ann")
    yield _told(iam.get_user, UserName="nobody")
    yield _told(iam.create_user, UserName="ann")
    yield _told(iam.tag_user, UserName="ann", Tags=[{"Key": "half", "Value": "\ud800"}])
    yield _told(iam.get_credential_report)
    yield [each["Arn"] for each in iam.list_users(PathPrefix="/people/")["Users"]]
    trust = {"AssumeRolePolicyDocument": policy, "MaxSessionDuration": 7200}
    role = iam.create_role(RoleName="deploy", **trust)["Role"]["Arn"]
    yield sts.assume_role(RoleArn=role, RoleSessionName="ann")["AssumedRoleUser"]["Arn"]
    yield _told(sts.get_caller_identity)
    yield _told(cloudtrail.describe_trails, trailNameList=["none"])
    yield _told(cloudtrail.get_trail_status, Name="none")
    topic = sns.create_topic(Name="reports", Attributes={"DisplayName": "a b"})["TopicArn"]
    yield sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"]
    yield _told(sns.list_topics)
    yield _told(sns.publish, TopicArn=f"{topic}s", Message="to nobody")
    kind = {"kind": {"DataType": "String", "StringValue": "report"}}
    sns.publish(TopicArn=topic, Message=policy, Subject="a", MessageAttributes=kind)
    sns.publish(TopicArn=topic, Message=" a\r\n\u00e9\u2028+%&;= ")
    yield _told(sns.publish, TopicArn=topic, Message="\ud800")
    yield [sent[1:] for sent in sns_backends["123456789012"]["us-east-1"].topics[topic].sent_notifications]


def _of_two_accounts():
    """The own, and one whose role is assumed."""
    role = {"RoleArn": "arn:aws:iam::210987654321:role/audit", "RoleSessionName": "ann"}
    key = boto3.client("sts").assume_role(**role)["Credentials"]
    theirs = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    for whose in ({}, theirs | {"aws_session_token": key["SessionToken"]}):
        yield boto3.client("iam", **whose).create_user(UserName="bob")["User"]["Arn"]
        for region in "us-east-1", "eu-west-1":
            sts, sns, dynamodb = (
                boto3.client(each, region_name=region, **whose) for each in ("sts", "sns", "dynamodb")
            )
            yield sts.get_caller_identity()["Arn"]
            yield sns.create_topic(Name="there")["TopicArn"]
            make_table(dynamodb, "there")
            yield dynamodb.describe_table(TableName="there")["Table"]["TableArn"]
    refusing = boto3.client("iam")
    refusing.meta.events.register("before-sign.iam", _refuse)
    yield _told(refusing.list_users)


def _refuse(**_):
    raise ClientError({"Error": {"Code": "Refused"}, "ResponseMetadata": {}}, "Any")


def _told(call, **what):
    return _asked(call, table=None, **what)


def _asked(call, table="activity", **what):
    """An answer or what was refused, and how it came."""
    what = what if "TransactItems" in what or not table else {"TableName": table} | what
    try:
        answer, error = call(**what), ""
    except ClientError as refused:
        answer, error = refused.response, type(refused).__name__
    except UnicodeError as refused:
        return {"error": type(refused).__name__}
    how = answer.get("ResponseMetadata", {})
    return {
        "error": error,
        **{name: part for name, part in answer.items() if name != "ResponseMetadata"},
        "how": [how.get("HTTPStatusCode"), how.get("RetryAttempts"), sorted(how.get("HTTPHeaders", ()))],
    }


def _typed(value):
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


if __name__ == "__main__":
    json.dump(answers(), sys.stdout)
