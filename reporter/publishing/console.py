"""Addresses in the AWS console, for whoever is signed in to it and may see what they lead to."""

from urllib.parse import quote

from activity import arn

# By partition: https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html
_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_PAGES = {
    "user": "users/details/{}?section=security_credentials",
    "role": "roles/details/{}?section=permissions",
}


def principal(of: str) -> str:
    """The page of a user or role, by its ARN; "" in a partition whose console's address is not known."""
    named = arn.parts(of)
    host, page = _HOSTS.get(named.partition), _PAGES["role" if arn.is_role(of) else "user"]
    return f"https://{host}/iam/home#/{page.format(quote(named.name, safe=''))}" if host else ""


def stored(bucket: str, key: str, region: str, partition: str) -> str:
    """The page of an S3 object; "" in a partition whose console's address is not known."""
    if partition not in _HOSTS:
        return ""
    host = f"{region}.{_HOSTS[partition]}" if partition == "aws" else _HOSTS[partition]
    return f"https://{host}/s3/object/{bucket}?region={region}&prefix={quote(key, safe='')}"
