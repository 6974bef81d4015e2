"""What people paste in place of a path, and what they are told to give."""

import pytest
from asking import ask

from lastseen.past.addresses import refusal


@pytest.mark.parametrize(
    ("address", "instead"),
    [
        pytest.param(
            "https://logs.s3.amazonaws.com/AWSLogs/1/", "s3://logs/AWSLogs/1/", id="the bucket's host"
        ),
        pytest.param(
            "https://logs.s3.eu-west-1.amazonaws.com/a%20b.gz", "s3://logs/a b.gz", id="in its region"
        ),
        pytest.param(
            "https://my.logs.s3-eu-west-1.amazonaws.com/a", "s3://my.logs/a", id="dashed, a dot in it"
        ),
        pytest.param("https://logs.s3.dualstack.us-east-1.amazonaws.com/a", "s3://logs/a", id="dual stack"),
        pytest.param("https://logs.s3.cn-north-1.amazonaws.com.cn/a", "s3://logs/a", id="in China"),
        pytest.param("https://s3.eu-west-1.amazonaws.com/logs/a", "s3://logs/a", id="the bucket in the path"),
        pytest.param(
            "https://eu-west-1.console.aws.amazon.com/s3/buckets/logs?region=eu-west-1&prefix=AWSLogs/1/",
            "s3://logs/AWSLogs/1/",
            id="the console",
        ),
        pytest.param(
            "https://s3.console.aws.amazon.com/s3/object/logs?prefix=a.gz",
            "s3://logs/a.gz",
            id="an object there",
        ),
        pytest.param("S3://logs/a", "s3://logs/a", id="in capitals"),
        pytest.param("arn:aws:s3:::logs/AWSLogs/*", "s3://logs/AWSLogs/", id="an ARN"),
    ],
)
def test_an_address_of_something_in_s3_is_answered_with_what_to_give(address, instead):
    assert refusal(address) == f"{address} is no path: give {instead}"


@pytest.mark.parametrize("address", ["https://example.com/log.gz", "https://s3.amazonaws.com/", "file:///a.gz"])
def test_any_other_address_has_to_be_downloaded(address):
    assert refusal(address) == (
        f"{address} cannot be read: download it and give the file, or give s3://BUCKET/PREFIX"
    )


@pytest.mark.parametrize("source", ["logs/", "a:b", "s3://logs/AWSLogs/", "C:\\logs", "arn:aws:s3:::"])
def test_what_may_be_a_path_is_left_alone(source):
    assert refusal(source) == ""


def test_replay_asks_nobody_before_it_refuses_an_address():
    done = ask("replay", "https://logs.s3.amazonaws.com/a", "--local")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "lastseen: https://logs.s3.amazonaws.com/a is no path: give s3://logs/a\n"


def test_a_file_that_is_called_so_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "arn:aws:s3:::logs").write_text("")

    assert "is no path" not in ask("replay", "arn:aws:s3:::logs", "--local").stderr
