"""A built artifact under AWS's own runtime client, in a process that has nothing else on its path."""

import subprocess
import sys
from contextlib import contextmanager
from importlib.metadata import distribution

from e2e.runtime_api import serving
from e2e.server import end

CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")


def link_client(folder):
    """The runtime client alone, out of this environment."""
    for package in map(distribution, CLIENT):
        tops = {file.parts[0] for file in package.files if file.suffix in (".py", ".so")}
        for top in tops:
            (folder / top).symlink_to(package.locate_file(top))
    return folder


@contextmanager
def running(server, artifact, handler, folder, **settings):
    """The API to which the artifact's process answers, and that process."""
    client = folder / "client"
    client.mkdir()
    link_client(client)
    aws = {name: value for name, value in server.environment().items() if name.startswith("AWS_")}
    with serving() as api, (folder / "log").open("wb") as output:
        process = subprocess.Popen(
            # -S: without this environment's packages. With -m, the current folder is first on the path.
            [sys.executable, "-S", "-m", "awslambdaric", handler],
            cwd=artifact,
            env=aws
            | {
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "AWS_LAMBDA_FUNCTION_NAME": handler.partition(".")[0],
                "PYTHONPATH": str(client),
                # Bytecode in the artifact would be a change to whoever deploys that meanwhile.
                "PYTHONPYCACHEPREFIX": str(artifact.parents[1] / "bytecode"),
            }
            | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield api, process
        finally:
            end(process)
