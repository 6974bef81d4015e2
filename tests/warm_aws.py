"""The AWS CLI, loaded once: each start of its own takes a second of the processor.

A server loads it, and has a child of itself run each call, with that call's arguments, streams and exit code. Its
environment and directory are the server's.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

_CALL = """import json, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect("SOCKET")
    socket.send_fds(server, [b" "], [0, 1, 2])
    server.sendall(json.dumps(sys.argv[1:]).encode())
    server.shutdown(socket.SHUT_WR)
    sys.exit(int(server.recv(9) or 1))
"""


@contextmanager
def aws_cli(endpoint):
    """Runs a command of a page, which calls `aws` for a table of the name TABLE, and answers what it printed."""
    settings = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": endpoint,
        "NO_PROXY": "*",  # On macOS, a child that looks proxies up may crash.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    with TemporaryDirectory() as folder:
        command, address = Path(folder, "aws"), Path(folder, "socket")
        call = _CALL.replace("SOCKET", str(address))
        command.write_text(f'#!/bin/sh\nexec {quote(sys.executable)} -IS -c {quote(call)} "$@"\n')
        command.chmod(0o755)
        path = f"{folder}{os.pathsep}{settings['PATH']}"
        serve = [sys.executable, __file__, address]
        with subprocess.Popen(serve, env=settings, stdout=subprocess.PIPE) as server:
            try:
                server.stdout.readline()
                yield partial(_run, {"PATH": path})
            finally:
                server.terminate()


def _run(environment, command):
    done = subprocess.run(
        ["sh", "-c", command.replace("TABLE", "activity")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{command}{done.stderr}"
    return done.stdout


def _serve(address):
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    driver.session.get_service_model("dynamodb")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Nobody waits for a child.
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        while True:
            caller, _ = listener.accept()
            with caller:
                if not os.fork():
                    caller.send(str(_answer(driver, caller)).encode())
                    os._exit(0)


def _answer(driver, caller):
    _, streams, *_ = socket.recv_fds(caller, 1, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    with caller.makefile() as sent:
        arguments = json.load(sent)
    try:
        return driver.main(arguments)
    except SystemExit as ended:
        return ended.code
    finally:
        sys.stdout.flush()


if __name__ == "__main__":
    _serve(sys.argv[1])
