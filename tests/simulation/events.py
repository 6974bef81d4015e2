"""The events of uses as CloudTrail sends them: with ids and paths, or without, as it is with each."""

import json

from builders import ACCOUNT, record

from activity.model import to_text


def call(use, key="", *, error=""):
    """A user's, with an access key, or with the temporary one of a console session."""
    identity = _user(use, accessKeyId=key or "ASIASESSION")
    return _envelope(use, userIdentity=identity, errorCode=error or None)


def sign_in(use):
    return _envelope(
        use,
        userIdentity=_user(use),
        eventSource="signin.amazonaws.com",
        eventName="ConsoleLogin",
        eventType="AwsConsoleSignIn",
        responseElements={"ConsoleLogin": "Success"},
    )


def role_call(use, *, error=""):
    """The issuer of a session has the role's path, the session's own ARN has not."""
    issuer = {"type": "Role", "principalId": use.id, "arn": use.arn, "accountId": ACCOUNT}
    identity = _session(use) | {"sessionContext": {"sessionIssuer": issuer}}
    return _envelope(use, userIdentity=identity, errorCode=error or None)


def switch(use):
    """Neither issuer nor path."""
    return _envelope(
        use,
        userIdentity=_session(use),
        eventSource="signin.amazonaws.com",
        eventName="SwitchRole",
        eventType="AwsConsoleSignIn",
        responseElements={"SwitchRole": "Success"},
    )


def assumed_by_service(use):
    """Without the role's id."""
    return _assumption(use, {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}, {})


def assumed_by_user(use, caller, key):
    answer = {"assumedRoleUser": {"assumedRoleId": f"{use.id}:session"}}
    return _assumption(use, _user(caller, accessKeyId=key), answer)


def of_nobody(event, at):
    """Of an AWS service, which shows that events of the account come, and nothing else."""
    service = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    detail = record(identity=service, eventTime=to_text(at), eventID=event)
    return json.dumps({"source": "aws.s3", "detail-type": "AWS API Call via CloudTrail", "detail": detail})


def _assumption(use, identity, answer):
    return _envelope(
        use,
        userIdentity=identity,
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters={"roleArn": use.arn, "roleSessionName": "session"},
        responseElements=answer,
    )


def _user(use, **more):
    told = {} if use.is_anonymous else {"principalId": use.id}
    return {"type": "IAMUser", "arn": use.arn, "accountId": ACCOUNT} | told | more


def _session(use):
    name = use.arn.rpartition("/")[2]
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/session"
    return {"type": "AssumedRole", "principalId": f"{use.id}:session", "arn": arn, "accountId": ACCOUNT}


def _envelope(use, **fields):
    detail = record(identity=fields.pop("userIdentity"), eventTime=to_text(use.at), eventID=use.event, **fields)
    return json.dumps({"source": "aws.s3", "detail-type": "AWS API Call via CloudTrail", "detail": detail})
