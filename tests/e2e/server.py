"""A local AWS on loopback in a process of its own: ministack, which runs Lambda code as it is deployed.

It evaluates IAM's policies and those of resources, and speaks TLS alone, as AWS does. What it does not enforce all the
same: tests/e2e/unenforced.py.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from e2e.certificate import certified
from localaws import free_port

ACCOUNT, REGION = "123456789012", "eu-west-1"
# Of the account's root user, which may do everything. Functions have sessions of their roles.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
PATIENCE = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2})


@dataclass(frozen=True, slots=True)
class Server:
    endpoint: str
    certificate: Path

    def client(self, service, region=REGION, **more):
        own = {name.lower(): value for name, value in CREDENTIALS.items()}
        verified = {"endpoint_url": self.endpoint, "verify": str(self.certificate), "config": PATIENCE}
        return boto3.Session(region_name=region).client(service, **(own | verified | more))

    def session(self, role):
        """The environment of who has assumed it."""
        answer = self.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
            "AWS_SESSION_TOKEN": answer["SessionToken"],
        }

    def environment(self):
        """For commands that are to know this AWS and no other, and to go to it straight."""
        direct = {name: value for name, value in machine().items() if not name.lower().endswith("_proxy")}
        return direct | {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CA_BUNDLE": str(self.certificate),
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }


def machine():
    """The environment without what it says of AWS."""
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | nowhere


@contextmanager
def running(folder):
    """A server whose files are in `folder`; what IAM knows outlives it there. Its Lambdas end with it."""
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    port, log = free_port(), folder / "log"
    certificate, key = certified(folder)
    with _holding_443(), log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env=settings(folder, port)
            | {"MINISTACK_SSL_CERT": str(certificate), "MINISTACK_SSL_KEY": str(key)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            eventually(lambda: listens(port, process, log), "the server listens", within=30)
            yield Server(f"https://127.0.0.1:{port}", certificate)
        finally:
            end(process)


@contextmanager
def _holding_443():
    """As root, ministack also serves on 443. Of two that start at once, one would find it taken and exit."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # Each process of the tests takes it.
        with suppress(OSError):
            taken.bind(("127.0.0.1", 443))
        yield


def settings(folder, port):
    return {
        **CREDENTIALS,
        "AUTH": "true",
        "USE_SSL": "1",
        "PATH": os.environ["PATH"],
        "TMPDIR": str(folder / "tmp"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "IOT_MTLS_ENABLED": "0",  # It would listen on every address.
        "SFTP_ENABLED": "0",
    }


def end(process):
    """Also what it started: the Lambdas are of its session."""
    with suppress(subprocess.TimeoutExpired):
        process.terminate()
        process.wait(timeout=5)  # It does not end while a client's connection is open.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=5)


def listens(port, process, log):
    assert process.poll() is None, log.read_text()
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def eventually(look, what, *, within=60):
    """What `look` answers, once it answers something; fails if that takes too long."""
    end_of_patience = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < end_of_patience, f"not within {within} seconds: {what}"
        time.sleep(0.1)
    return found
