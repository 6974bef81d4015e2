"""The servers on loopback: a whole local AWS, a DynamoDB that agrees to every write, and a large account."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from localaws import free_port
from wire import Wire, asked_of


@contextmanager
def ministack() -> Iterator[str]:
    """The address of a local AWS that runs in a process of its own."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env={"PATH": os.environ["PATH"], "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@contextmanager
def agreeable() -> Iterator[str]:
    """The address of a DynamoDB that answers any UpdateItem as if the item had not been there."""
    with listening(_Agreeable) as address:
        yield address


class Answering(BaseHTTPRequestHandler):
    """As boto3 asks: on a connection that is kept open, and with a wait before a file is sent."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # Head and body go out together.

    def handle_expect_100(self) -> bool:
        answered = super().handle_expect_100()
        self.wfile.flush()  # Else boto3 waits for it for a second.
        return answered

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by http.server
        pass


@contextmanager
def served(wire: Wire) -> Iterator[str]:
    """The address on loopback where `wire` answers to all that is asked by other processes."""

    class Handler(Answering):
        def do_POST(self) -> None:
            asked = asked_of(self.body())
            named = self.headers.get("X-Amz-Target", "").rpartition(".")[2] or asked.get("Action")
            # A service that is asked by paths: /listRegions
            operation = named or self.path[1].upper() + self.path[2:]
            self._answer(self.headers["Authorization"].split("/")[3], operation, asked)

        def do_GET(self) -> None:
            """The trend of earlier reports is looked for in the bucket, and is not there."""
            self._answer("s3", "ListObjectsV2", {})

        def do_PUT(self) -> None:
            self.body()
            self._answer("s3", "PutObject", {})

        def _answer(self, service: str, operation: str, asked: dict[str, Any]) -> None:
            self.answer(*wire.answer(service, operation, asked))

    with listening(Handler) as address:
        yield address


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Agreeable(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        values = asked["ExpressionAttributeValues"]
        times = {name: values[f":{name}"] for name in ("first_seen", "last_seen")}
        body = json.dumps({"Attributes": asked["Key"] | times}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by http.server
        pass


def wait_for(port: int) -> None:
    for _ in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the local AWS does not listen after 30 seconds")
