"""What the intrinsic functions of the templates come to, for a stack `last-activity`; names are logical ids."""

import re

NAMES = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "last-activity",
}
HERE = "eu-west-1:123456789012"
ARNS = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{HERE}:table/NAME",
    "AWS::Events::EventBus": f"arn:aws:events:{HERE}:event-bus/last-activity-hub",
    "AWS::Events::Rule": f"arn:aws:events:{HERE}:rule/NAME",
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/NAME",
    "AWS::KMS::Key": f"arn:aws:kms:{HERE}:key/NAME",
    "AWS::Lambda::Function": f"arn:aws:lambda:{HERE}:function:NAME",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{HERE}:log-group:NAME:*",
    "AWS::S3::Bucket": "arn:aws:s3:::NAME",
    "AWS::SNS::Topic": f"arn:aws:sns:{HERE}:NAME",
    "AWS::SQS::Queue": f"arn:aws:sqs:{HERE}:NAME",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{HERE}:stateMachine:last-activity-organization",
}
PARAMETERS = {
    "KmsKeyArn": f"arn:aws:kms:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "HubBusArn": f"arn:aws:events:{HERE}:event-bus/last-activity-hub",
    "OrganizationId": "o-exampleorgid",
    "MemberRoleName": "last-activity-member",
    "LogBucketArn": "arn:aws:s3:::trail",
    "LogPrefix": "AWSLogs/",
    "LogBucketOwner": "210987654321",
    "LogTopicArn": f"arn:aws:sns:{HERE}:trail",
    "LogRoleArn": "arn:aws:iam::210987654321:role/log-reader",
    "LogKeyArn": f"arn:aws:kms:{HERE}:key/9876abcd-12ab-34cd-56ef-1234567890ab",
}


def listed(one_or_many):
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def arn(value, resources):
    """What a resource of a policy comes to."""
    if value == "*":
        return value
    if "Fn::GetAtt" in value:
        name, attribute = value["Fn::GetAtt"]
        known = ARNS[resources[name]["Type"]].replace("NAME", name)
        if "EventBusName" in resources[name].get("Properties", {}):
            known = known.replace("rule/", "rule/last-activity-hub/")
        return f"{known}/stream/2026" if attribute == "StreamArn" else known
    if "Fn::Sub" in value:
        return re.sub(
            r"\$\{([^}]+)}",
            lambda mark: (
                (NAMES | PARAMETERS).get(mark[1]) or arn({"Fn::GetAtt": mark[1].split(".")}, resources)
            ),
            value["Fn::Sub"],
        )
    name = value["Ref"]
    return (NAMES | PARAMETERS).get(name) or ARNS[resources[name]["Type"]].replace("NAME", name)


def resolved(value, resources):
    """A part of a template with each reference in it filled in."""
    if isinstance(value, list):
        return [resolved(each, resources) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() <= {"Ref", "Fn::GetAtt", "Fn::Sub"}:
        return arn(value, resources)
    return {name: resolved(each, resources) for name, each in value.items()}
