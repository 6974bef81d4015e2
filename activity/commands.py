"""The commands of the AWS CLI that disable a credential or a principal, as reports and notices print them."""

import json
from shlex import quote

_POLICY = "LastActivityDenyAll"
_DENY_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'


def disable_key(access_key_id: str, user: str) -> str:
    """`user`: "" for the root user, who must run it: without a user, it concerns the caller's own keys."""
    whose = f" {_option('--user-name', user)}" if user else ""
    return f"aws iam update-access-key{whose} {_option('--access-key-id', access_key_id)} --status Inactive"


def list_inactive_keys(user: str) -> str:
    query = quote("AccessKeyMetadata[?Status=='Inactive'].AccessKeyId")
    return f"aws iam list-access-keys {_option('--user-name', user)} --query {query}"


def delete_password(user: str) -> str:
    return f"aws iam delete-login-profile {_option('--user-name', user)}"


def deny_user(name: str) -> str:
    return f"aws iam put-user-policy {_option('--user-name', name)} {_deny()}"


def deny_role(name: str) -> str:
    return f"aws iam put-role-policy {_option('--role-name', name)} {_deny()}"


def detach(kind: str, name: str, policy: str) -> str:
    """`kind`: user or role, from which the managed policy is taken."""
    return f"aws iam detach-{kind}-policy {_option(f'--{kind}-name', name)} --policy-arn {quote(policy)}"


def untag(kind: str, name: str, key: str) -> str:
    """`kind`: user or role, of which the tag `key` is taken off."""
    return f"aws iam untag-{kind} {_option(f'--{kind}-name', name)} --tag-keys {quote(key)}"


def tag(kind: str, name: str, key: str, value: str) -> str:
    """In JSON: the AWS CLI's short form leaves out blanks at the beginning, and ends at a comma.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
    """
    tags = json.dumps([{"Key": key, "Value": value}], ensure_ascii=False)
    return f"aws iam tag-{kind} {_option(f'--{kind}-name', name)} --tags {quote(tags)}"


def undo(command: str) -> str:
    """The command that undoes one of these; "" if it can't be undone."""
    if command.endswith(" Inactive"):
        return f"{command.removesuffix('Inactive')}Active"
    put = command.partition(f" {_deny()}")[0]
    return f"{put.replace(' put-', ' delete-')} --policy-name {_POLICY}" if put != command else ""


def _deny() -> str:
    return f"--policy-name {_POLICY} --policy-document {quote(_DENY_ALL)}"


def _option(name: str, value: str) -> str:
    # IAM's names may begin with a hyphen: joined by "=", the AWS CLI doesn't mistake them for options.
    # https://github.com/aws/aws-cli/issues/1135
    return f"{name}{'=' if value.startswith('-') else ' '}{quote(value)}"
