"""The activity table in memory: what the code sends to DynamoDB, answered at once, and the stream of it.

Held to moto by test_dynamo.py.
"""

# ruff: noqa: ARG002, N803  # The arguments are boto3's.

import re
from functools import lru_cache
from types import SimpleNamespace

from botocore.exceptions import ClientError

KEYS = "principal", "facet"
# As template.yaml has them: what the items of each index are found by, and what they hold; None for all.
INDEXES = {
    None: ("principal", None),
    "by_facet": ("facet", KEYS),
    "by_flag": ("flagged", (*KEYS, "flagged", "first_flagged", "idle_since", "awakened_at")),
}


class ConditionalCheckFailed(ClientError):
    pass


class Dynamo:
    """`refuses` is asked before each call, with its name and the keys of the items or the name of the index."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailed)

    def __init__(self, refuses=lambda call, what: False):
        self.refuses = refuses
        self.items = {}
        self.changes = []

    def update_item(
        self,
        TableName,
        Key,
        UpdateExpression,
        ConditionExpression="",
        ExpressionAttributeNames=None,
        ExpressionAttributeValues=None,
        ReturnValues="NONE",
        ReturnValuesOnConditionCheckFailure="NONE",
    ):
        key = _key(Key)
        self._refuse("UpdateItem", key)
        before, values = self.items.get(key), ExpressionAttributeValues or {}
        condition, update = (
            re.sub(r"#\w+", lambda mark: (ExpressionAttributeNames or {})[mark[0]], expression)
            for expression in (ConditionExpression, UpdateExpression)
        )
        if condition and not holds(condition, before or {}, values):
            found = {"Item": before} if before and ReturnValuesOnConditionCheckFailure == "ALL_OLD" else {}
            error = {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
            raise ConditionalCheckFailed({"Error": error} | found, "UpdateItem")
        after = self.items[key] = updated(update, before or dict(Key), values)
        if after != before:  # What changes nothing is not in the stream.
            self._changed(key, before, after)
        return {"Attributes": after} if ReturnValues == "ALL_NEW" else {}

    def batch_get_item(self, RequestItems):
        ((table, asked),) = RequestItems.items()
        keys = [_key(each) for each in asked["Keys"]]
        for key in keys:
            self._refuse("BatchGetItem", key)
        return {
            "Responses": {table: [self.items[key] for key in keys if key in self.items]},
            "UnprocessedKeys": {},
        }

    def get_paginator(self, operation):
        assert operation == "query"
        return SimpleNamespace(paginate=lambda **asked: [{"Items": self._query(**asked)}])

    def expire(self, now):
        """Time to live, as it removes the items that are past it, some time or other."""
        for key, item in list(self.items.items()):
            if "expires_at" in item and int(item["expires_at"]["N"]) < now.timestamp():
                self._changed(key, self.items.pop(key), None)

    def _query(
        self,
        TableName,
        KeyConditionExpression,
        ExpressionAttributeValues,
        IndexName=None,
        ConsistentRead=False,
    ):
        by, held = INDEXES[IndexName]
        self._refuse("Query", IndexName or next(iter(ExpressionAttributeValues.values()))["S"])
        return [
            {name: value for name, value in item.items() if held is None or name in held}
            for _, item in sorted(self.items.items())
            if by in item and holds(KeyConditionExpression, item, ExpressionAttributeValues)
        ]

    def _changed(self, key, before, after):
        images = {"OldImage": before, "NewImage": after}
        self.changes.append(
            {
                "eventID": str(len(self.changes)),
                "eventName": "INSERT" if before is None else "MODIFY" if after else "REMOVE",
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "Keys": dict(zip(KEYS, ({"S": each} for each in key), strict=True)),
                    **{name: image for name, image in images.items() if image is not None},
                    "SequenceNumber": f"{len(self.changes):021}",
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                },
            }
        )

    def _refuse(self, call, what):
        if self.refuses(call, what):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, call)


def _key(typed):
    return typed["principal"]["S"], typed["facet"]["S"]


def holds(condition, item, values):
    """Nothing is equal to, less than or begins with what is not there."""

    def compare(name, operator, mark):
        if name not in item:
            return False
        (have,), (want,) = item[name].values(), values[mark].values()
        return {"=": have == want, "<": have < want, "<=": have <= want}[operator]

    def begins(name, mark):
        return name in item and item[name]["S"].startswith(values[mark]["S"])

    known = {"compare": compare, "begins": begins, "exists": lambda name: name in item}
    return eval(_as_python(condition), {"__builtins__": {}}, known)  # noqa: S307  # made of what is below alone


@lru_cache
def _as_python(condition):
    """Conditions as the code writes them: the operators rank alike in both languages."""
    text = re.sub(r"(\w+) (=|<=|<) (:\w+)", r"compare('\1', '\2', '\3')", condition)
    text = re.sub(r"begins_with\((\w+), (:\w+)\)", r"begins('\1', '\2')", text)
    text = re.sub(r"attribute_exists\((\w+)\)", r"exists('\1')", text)
    text = re.sub(r"attribute_not_exists\((\w+)\)", r"not exists('\1')", text)
    return compile(text.replace(" AND ", " and ").replace(" OR ", " or "), condition, "eval")


def updated(update, item, values):
    sets, _, removes = update.partition("REMOVE ")
    item = dict(item)
    for name, kept, mark in re.findall(r"(\w+) = (?:if_not_exists\((\w+), )?(:\w+)", sets):
        item[name] = item[kept] if kept in item else values[mark]
    for name in re.findall(r"\w+", removes):
        item.pop(name, None)
    return item
