"""The document of a policy, permission by permission."""


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
