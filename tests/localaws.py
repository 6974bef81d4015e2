"""ministack on loopback, without IAM: a local AWS whose rule engine keeps to EventBridge's."""

import os
import random
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import boto3

REGION = "eu-west-1"


@contextmanager
def serving():
    """Makes clients of it."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1"}
    environment["IOT_MTLS_ENABLED"] = "0"  # It would listen on every address.
    server = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield lambda service: boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port():
    """Outside the range from which the system takes ports for connections, so that none takes it before the server."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
