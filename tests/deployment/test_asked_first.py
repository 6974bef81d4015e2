"""`make deploy` asks AWS who deploys before it asks a person anything, and before it builds."""

import os
import pty
import subprocess
import sys

import pytest
from answering import answering
from builders import ROOT

NEVER = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": "/dev/null"}
NOBODY = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""}


def refusal(code):
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"


def settings(folder, **environment):
    """What is printed at a terminal, where nobody answers."""
    keyboard, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "deployment",
                "settings",
                f"CONFIG={folder / 'new.toml'}",
                "REGION=eu-west-1",
            ],
            cwd=ROOT,
            env=os.environ | NEVER | environment,
            stdin=terminal,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert done.returncode == 2
    return done.stdout, done.stderr


def test_without_credentials_nothing_is_asked_and_it_says_what_to_do(tmp_path):
    asked, said = settings(tmp_path, **NOBODY)

    assert (asked, said) == (
        "",
        "deploy: no AWS credentials: log in (`aws sso login`, `aws login`), or name a profile (--profile, or"
        " AWS_PROFILE)\n",
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredToken", "the AWS credentials have expired: log in again (`aws sso login`, "),
        ("InvalidClientTokenId", "AWS does not take these credentials (InvalidClientTokenId): log in again ("),
        ("AccessDenied", "AWS refused GetCallerIdentity: "),
    ],
)
def test_credentials_that_aws_refuses_are_told_before_anything_is_asked(tmp_path, code, said):
    with answering(403, refusal(code)) as address:
        asked, told = settings(tmp_path, AWS_ENDPOINT_URL=address)

    assert asked == ""
    assert told.startswith(f"deploy: {said}")
    assert told.count("\n") == 1
