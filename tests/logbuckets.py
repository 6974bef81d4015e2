"""Buckets with log files, as AWS describes them."""

from dataclasses import replace

from builders import ACCOUNT

from deployment.log_found import Address, Found, Trail
from deployment.log_owner import steps
from deployment.logs import planned

ARCHIVE = "222222222222"
ARN = "arn:aws:s3:::trail"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:trail"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/mine"
TRAIL = Trail("all", "trail", "AWSLogs/")
OWN = Found(ACCOUNT, "eu-west-1", (TRAIL,), is_there=True, is_own=True, home="eu-west-1")
THEIRS = replace(OWN, is_own=False)
READER, QUEUE = f"arn:aws:iam::{ACCOUNT}:role/reader", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:logs"
ROLE = f"arn:aws:iam::{ARCHIVE}:role/audit/log-reader"


def plan(found=OWN, address="s3://trail", before=None, **given):
    """As `make deploy` plans with these words, and these parameters of before."""
    return planned(Address.parse(address), found, given, (before or {}) | given)


def with_trails(*trails, found=OWN):
    return replace(found, trails=trails)


def told(*args, **given):
    return list(steps(plan(*args, **given), "last-activity", READER, QUEUE))
