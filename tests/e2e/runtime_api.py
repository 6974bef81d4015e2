"""Lambda's runtime API on loopback, as far as a runtime client needs it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NEXT = "/2018-06-01/runtime/invocation/next"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:ingest"


@dataclass(frozen=True, slots=True)
class Said:
    """`about` is the last part of the path: response, or error."""

    request: str
    about: str
    body: dict


@dataclass(frozen=True, slots=True)
class RuntimeApi:
    address: str
    events: queue.Queue = field(default_factory=queue.Queue)
    said: queue.Queue = field(default_factory=queue.Queue)

    def invoke(self, request, event):
        """What the runtime client posts for it."""
        self.events.put((request, json.dumps(event).encode()))
        return self.said.get(timeout=30)


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Calls)
    server.daemon_threads = True
    server.block_on_close = False
    server.api = RuntimeApi(f"127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.api
    finally:
        server.api.events.put(None)
        server.shutdown()
        server.server_close()


class Calls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        assert self.path == NEXT, self.path
        event = self.server.api.events.get(timeout=120)
        if event is None:
            self.close_connection = True
            return
        request, body = event
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 60) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION,
            "Content-Type": "application/json",
        }
        self.answer(200, headers, body)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        *_, request, about = self.path.split("/")  # .../invocation/<request>/<about>, or .../init/error
        self.server.api.said.put(Said(request, about, body))
        self.answer(202, {}, b"")

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *words):  # noqa: A002  # as http.server names it
        """A quiet server."""
