"""The commands of the AWS CLI that disable a credential or a principal, as reports and notices print them."""

from shlex import quote

_POLICY = "LastActivityDenyAll"
_DENY_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'


def disable_key(access_key_id: str, user: str) -> str:
    """`user`: "" for the root user, who must run it: without a user, it concerns the caller's own keys."""
    whose = f" {_option('--user-name', user)}" if user else ""
    return f"aws iam update-access-key{whose} {_option('--access-key-id', access_key_id)} --status Inactive"


def delete_password(user: str) -> str:
    return f"aws iam delete-login-profile {_option('--user-name', user)}"


def deny_user(name: str) -> str:
    return f"aws iam put-user-policy {_option('--user-name', name)} {_deny()}"


def deny_role(name: str) -> str:
    return f"aws iam put-role-policy {_option('--role-name', name)} {_deny()}"


def undo(command: str) -> str:
    """The command that undoes one of these; "" if it can't be undone."""
    if command.endswith(" Inactive"):
        return f"{command.removesuffix('Inactive')}Active"
    put = command.partition(f" {_deny()}")[0]
    return f"{put.replace(' put-', ' delete-', 1)} --policy-name {_POLICY}" if put != command else ""


def _deny() -> str:
    return f"--policy-name {_POLICY} --policy-document {quote(_DENY_ALL)}"


def _option(name: str, value: str) -> str:
    # IAM's names may begin with a hyphen: joined by "=", the AWS CLI doesn't mistake them for options.
    # https://github.com/aws/aws-cli/issues/1135
    return f"{name}{'=' if value.startswith('-') else ' '}{quote(value)}"
