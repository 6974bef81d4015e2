"""`lastseen doctor` where nothing can be asked, and how it prints; the rest is tried on a deployed stack."""

import json

import pytest
from typer.testing import CliRunner

from lastseen.__main__ import app
from lastseen.checking.check import Unread, right, unread, wrong
from lastseen.commands.doctor import _told
from lastseen.demo.local_aws import environment


def ask(*words):
    done = CliRunner().invoke(app, ["doctor", *words])
    return done.exit_code, done.stdout, done.stderr


def test_without_credentials_nothing_can_be_asked(monkeypatch):
    nowhere = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    with environment(nowhere, without=("AWS_",)):
        status, out, err = ask()

    assert (status, out) == (2, "")
    assert err.startswith("lastseen: no AWS credentials: log in")


@pytest.mark.parametrize("wait", ["15", "long", "15 minutes"])
def test_a_time_that_cannot_be_read_is_named(wait):
    status, _, err = ask("--wait", wait)

    assert status == 2
    assert err == f"lastseen: {wait!r} is no length of time: write it as 30m, 12h, 90d or 2w\n"


CHECKS = (
    right("trails", "all is logged"),
    wrong("bus", "it is gone", "make deploy"),
    unread("roles", Unread("no", "iam:SimulatePrincipalPolicy")),
)


def test_each_check_is_a_line_and_its_remedy_one_that_can_be_copied(capsys):
    _told(iter(CHECKS), as_json=False)

    assert capsys.readouterr().out == (
        "right          trails: all is logged\n"
        "WRONG          bus: it is gone\n"
        "               fix: make deploy\n"
        "not permitted  roles: needs iam:SimulatePrincipalPolicy\n"
    )


def test_as_json_each_check_is_an_object(capsys):
    _told(iter(CHECKS), as_json=True)

    assert [json.loads(line)["state"] for line in capsys.readouterr().out.splitlines()] == [
        "right",
        "wrong",
        "not_permitted",
    ]


def test_what_aws_says_moves_no_cursor(capsys):
    _told(iter([wrong("stack", "no \x1b[2J such")]), as_json=False)

    assert "\x1b" not in capsys.readouterr().out
