"""Addresses that people copy from a browser, where `replay` takes a path or s3://BUCKET/PREFIX."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from lastseen.past.s3 import SCHEME

_ARN = re.compile(r"arn:aws[a-z-]*:s3:::(.+)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://.+")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
_OF_S3 = re.compile(r"(?:(.+)\.)?s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?")
_CONSOLE = re.compile(r"(?:.+\.)?console\.(?:aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn)")
_IN_CONSOLE = re.compile(r"/s3/(?:buckets|object)/([^/]+)")


def refusal(source: str) -> str:
    """Why it cannot be read, and what to give instead; "" for a path, or for what is in S3."""
    if source.startswith(SCHEME) or not (_ADDRESS.fullmatch(source) or _ARN.fullmatch(source)):
        return ""
    place = _in_s3(source)
    if place:
        return f"{source} is no path: give {place}"
    return f"{source} cannot be read: download it and give the file, or give s3://BUCKET/PREFIX"


def _in_s3(source: str) -> str:
    if arn := _ARN.fullmatch(source):
        return SCHEME + arn[1].removesuffix("*")
    scheme, host, path, query, _ = urlsplit(source)
    path = unquote(path)
    if scheme == "s3":
        return f"{SCHEME}{host}{path}"  # In capitals.
    if _CONSOLE.fullmatch(host):
        bucket = _IN_CONSOLE.match(path)
        return f"{SCHEME}{bucket[1]}/{parse_qs(query).get('prefix', [''])[0]}" if bucket else ""
    found = _OF_S3.fullmatch(host)
    if not found:
        return ""
    whole = f"{found[1]}{path}" if found[1] else path.lstrip("/")
    return f"{SCHEME}{whole}" if whole else ""
