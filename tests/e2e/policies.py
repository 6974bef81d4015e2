"""The document of a policy, permission by permission; and those of docs/."""

import json
import re

from builders import ACCOUNT, ROOT

# What the server asks for with resource *, and AWS for a rule, a bus, a role or an alarm: the tests of the pages
# hold these resources to AWS's reference.
ASKED_FOR_ALL = {
    "cloudwatch:DescribeAlarms",
    "events:DescribeEventBus",
    "events:ListTargetsByRule",
    "iam:SimulatePrincipalPolicy",
}


def documented(page, **words):
    """The policy of a page in docs/, for this server; `words` are replaced as the page says."""
    text = re.search(r"```json\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)[1]
    for word, meant in ({"ACCOUNT": ACCOUNT} | words).items():
        text = text.replace(word, meant)
    document = json.loads(text)
    for statement in document["Statement"]:
        if ASKED_FOR_ALL & {*listed(statement["Action"])}:
            statement["Resource"] = "*"
    return document


def role_with(server, name, document):
    """Makes a role with a policy, and answers the credentials of its session."""
    iam = server.client("iam")
    anybody = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document))
    return server.session(made)


def singles(document):
    """(action, resource) of each that it allows; in these templates no role is denied anything, or on a condition."""
    for statement in document["Statement"]:
        assert statement.keys() == {"Effect", "Action", "Resource"}, statement
        assert statement["Effect"] == "Allow", statement
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                yield action, resource


def allowing(permissions):
    statements = [{"Effect": "Allow", "Action": action, "Resource": at} for action, at in permissions]
    return {"Version": "2012-10-17", "Statement": statements}


def listed(one_or_many):
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]
