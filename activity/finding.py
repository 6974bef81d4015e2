"""The id of a finding, which lasts as long as what it is about."""


def finding_id(account: str, kind: str, held: str) -> str:
    """`held`: the unique id of the user or role, or the access key id. A new name does not change it."""
    return f"{account}:{kind}:{held}"
