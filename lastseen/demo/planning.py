"""What quarantine would disable in the demo's account, and when: it mails that, with Mode=plan."""

import os
from datetime import datetime

import boto3

from lastseen.demo.local_aws import environment
from quarantine.app import quarantine_from_env
from reporter.run import Caller


def mail_plan(now: datetime) -> None:
    """By a client of IAM that is not denied what the reporter's is: with a gap, quarantine plans nothing."""
    with environment({"MODE": "plan"}, without=()):
        quarantine_from_env(os.environ, Caller.ask(boto3.client("sts")), boto3.client).run(now)
