"""Runs what prints much: its output goes to a log, and of a failure the end of it is shown."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from deployment import files
from deployment.stacks import Failed

LOG = files.ROOT / ".aws-sam" / "deploy.log"
_TAIL = 15


def run(words: Sequence[str | Path], log: Path) -> str:
    """What it printed. Raises Failed with the last lines, and where all of them are."""
    log.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        words, cwd=files.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    with log.open("a", encoding="utf-8") as file:
        file.write(done.stdout)
    if done.returncode:
        tail = "\n".join(done.stdout.rstrip().splitlines()[-_TAIL:])
        raise Failed(f"{Path(words[0]).name} failed; all that it printed is in {shown(log)}:\n{tail}")
    return done.stdout


def shown(log: Path) -> str:
    return str(log.relative_to(files.ROOT) if log.is_relative_to(files.ROOT) else log)
